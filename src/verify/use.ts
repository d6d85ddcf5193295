import { type ExpectedRow, isExistence, needsIdentity } from './expected.js';
import type { Job } from './job.js';
import type { Check } from './types.js';

/**
 * A role or access point that can't be read is shown to exist by being used: a session that was opened, an answer that
 * came through it.
 */
export function shownByUse(checks: readonly Check[], rows: readonly ExpectedRow[], job: Job): readonly Check[] {
  const opened = checks.some(({ id, by, actual }) => id.startsWith('assume.') && by === 'probe' && actual === 'allow');
  return checks.map((check, n) => {
    const row = rows[n];
    if (row === undefined || check.ok !== null || !isExistence(row.kind)) return check;
    const used =
      row.kind === 'role'
        ? opened ||
          (job.mode === 'assume' && job.asVerifier && answered(checks, rows, (each) => needsIdentity(each.kind)))
        : row.kind === 'access-point' &&
          answered(
            checks,
            rows,
            (each) => each.bucket?.accessPoint?.name === row.name && each.kind.startsWith('access-point.'),
          );
    if (!used) return check;
    const detail = row.kind === 'role' ? 'it was assumed' : 'it was used';
    return { ...check, actual: 'allow', ok: true, detail };
  });
}

/** Whether a probe of such a row was allowed. */
function answered(
  checks: readonly Check[],
  rows: readonly ExpectedRow[],
  which: (row: ExpectedRow) => boolean,
): boolean {
  return rows.some((row, n) => which(row) && checks[n]?.by === 'probe' && checks[n].actual === 'allow');
}
