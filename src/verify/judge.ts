import type { Decision } from '../policy/types.js';
import type { Answer } from './answers.js';
import { type ExpectedRow, isAssume } from './expected.js';
import type { Check, ConnectionReport } from './types.js';

export interface Judging {
  /** Answers of the evaluator do not count. */
  readonly requireProbe: boolean;
  /** What the documents say about the row, where they can be read. */
  readonly decision?: Decision | undefined;
  /** The statement that allows belongs to another policy than the connection's. */
  readonly foreign?: boolean;
}

type Because = NonNullable<Check['because']>;

/** Why a row is broken: for a missing grant the nearest statement and a patch, for a surplus one the statement that lets in. */
function becauseOf(row: ExpectedRow, decision: Decision): Because | undefined {
  if (decision.decision === row.expect) return undefined;
  if (decision.decision === 'allow') {
    return { layer: decision.layer, statement: decision.statement, mismatch: null, patch: null };
  }
  const { nearest } = decision;
  if (decision.reason === 'explicit-deny' || nearest === null) {
    return {
      layer: decision.layer,
      statement: decision.statement,
      mismatch: nearest?.mismatch ?? null,
      patch: nearest?.patch ?? null,
    };
  }
  return { ...nearest };
}

/** One asking's answer against what must hold. Pure. */
export function judge(row: ExpectedRow, answer: Answer, ms: number, o: Judging): Check {
  const counts = answer.by === 'probe' || !o.requireProbe;
  const decided = answer.actual === 'allow' || answer.actual === 'deny';
  const ok = decided && counts ? answer.actual === row.expect : null;
  const decision = answer.decision ?? o.decision;
  const because = ok === false && decision !== undefined ? becauseOf(row, decision) : undefined;
  const unseen =
    ok === false && decision !== undefined && because === undefined && answer.by === 'probe' && row.expect === 'allow'
      ? ' (the documents that can be read allow it: a policy of the organisation, or a change on its way, may not)'
      : '';
  const notCounted = decided && !counts ? ' (the evaluator says so; a probe is required)' : '';
  return {
    id: row.id,
    what: row.what,
    expect: row.expect,
    actual: answer.actual,
    ok,
    by: answer.by,
    code: answer.code,
    detail: `${answer.detail}${unseen}${notCounted}`,
    ms,
    ...(ok === false && row.expect === 'deny' && (answer.foreign === true || o.foreign === true)
      ? { foreign: true as const }
      : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/** A row whose role, user, bucket or session is missing. */
export function skipped(row: ExpectedRow, why: string): Check {
  return {
    id: row.id,
    what: row.what,
    expect: row.expect,
    actual: 'skipped',
    ok: null,
    by: 'probe',
    code: null,
    detail: why,
    ms: 0,
  };
}

/**
 * `broken`: a check is false and no warning (with `strict` warnings count). `unknown`: none is false, but one is null
 * that expects allow or is an `assume.*` row. A denial that nobody here can answer for is no harm.
 */
export function statusOf(
  checks: readonly Check[],
  strict: boolean,
): { readonly status: ConnectionReport['status']; readonly because: readonly Check[] } {
  const broken = checks.filter(({ ok, foreign }) => ok === false && (foreign !== true || strict));
  if (broken.length > 0) return { status: 'broken', because: broken };
  const unknown = checks.filter(
    ({ ok, expect, id }) => ok === null && (expect === 'allow' || isAssume(id as ExpectedRow['kind'])),
  );
  return unknown.length > 0 ? { status: 'unknown', because: unknown } : { status: 'connected', because: [] };
}
