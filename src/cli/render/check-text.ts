import type { Check } from '../../verify/types.js';
import { plain } from './text.js';

/** What a report makes of a row: `warning` is a denial that another policy allows, `unknown` one that nobody could answer. */
export type Verdict = 'passed' | 'failed' | 'warning' | 'unknown';

export function verdictOf(check: Check): Verdict {
  if (check.ok === true) return 'passed';
  if (check.ok === null) return 'unknown';
  return check.foreign === true ? 'warning' : 'failed';
}

/** `expected allow, got deny (AccessDenied)`. */
export function differenceOf(check: Check): string {
  const got = check.code === null ? check.actual : `${check.actual} (${plain(check.code)})`;
  return `expected ${check.expect}, got ${got}`;
}

/** Everything that explains a row, a line each: the difference, the answer in words, the policy layer, the missing statement. */
export function explanationOf(check: Check): readonly string[] {
  const lines = [differenceOf(check)];
  if (check.detail !== '') lines.push(plain(check.detail));
  const { because } = check;
  if (because === undefined) return lines;
  const { statement } = because;
  const name =
    statement === null ? '' : `, statement ${plain(statement.sid ?? `${statement.policy}[${statement.index}]`)}`;
  lines.push(
    `because of the ${because.layer}${name}${because.mismatch === null ? '' : `: ${plain(because.mismatch)}`}`,
  );
  if (because.patch !== null) lines.push(`missing statement: ${plain(JSON.stringify(because.patch))}`);
  return lines;
}
