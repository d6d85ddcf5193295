import type { AwsAccess, ProbePort } from '../aws/ports.js';
import type { Answer } from './answers.js';
import { type EvaluatorScene, evaluateRow } from './evaluator/index.js';
import type { ExpectedRow } from './expected.js';
import { judge } from './judge.js';
import type { Live } from './live.js';
import { askUntilStable } from './stable.js';
import type { Check, Clock, VerifyOptions } from './types.js';

export type Limit = <T>(call: () => Promise<T>) => Promise<T>;

/** What one run of verify shares among its connections. */
export interface Run {
  readonly o: VerifyOptions;
  readonly aws: AwsAccess;
  readonly limit: Limit;
  readonly live: Live;
  /** Documents read again, shared by the rows that ask again at about the same time. */
  readonly freshLive: () => Live;
  readonly clock: Clock;
  readonly waitMs: number;
}

/** Bounds the calls of a probe port; waiting between askings holds no place. */
export function bounded(port: ProbePort, limit: Limit): ProbePort {
  return {
    headBucket: (...a) => limit(() => port.headBucket(...a)),
    getBucketLocation: (...a) => limit(() => port.getBucketLocation(...a)),
    listOne: (...a) => limit(() => port.listOne(...a)),
    head: (...a) => limit(() => port.head(...a)),
    get: (...a) => limit(() => port.get(...a)),
    put: (...a) => limit(() => port.put(...a)),
    putAcl: (...a) => limit(() => port.putAcl(...a)),
    remove: (...a) => limit(() => port.remove(...a)),
    createMultipart: (...a) => limit(() => port.createMultipart(...a)),
    abortMultipart: (...a) => limit(() => port.abortMultipart(...a)),
    putInvalidPolicy: (...a) => limit(() => port.putInvalidPolicy(...a)),
    getInsecure: (...a) => limit(() => port.getInsecure(...a)),
    browser: (...a) => limit(() => port.browser(...a)),
  };
}

export interface Settling {
  readonly run: Run;
  readonly scene: Omit<EvaluatorScene, 'live' | 'now'>;
  /** Fulfilled when every row that expects allow has its verdict: only then is a denial asked for again. */
  readonly allowsSettled: Promise<unknown>;
}

/**
 * One row to its verdict: a probe where there is one, else (or where it proves nothing) the evaluator; asked again
 * while it is unexpected; explained by the evaluator where it stays so.
 */
export async function settle(
  row: ExpectedRow,
  probe: (() => Promise<Answer>) | undefined,
  s: Settling,
  order: 'probe-first' | 'documents-first' = 'probe-first',
): Promise<Check> {
  const { run } = s;
  const scene = (again: boolean): EvaluatorScene => ({
    ...s.scene,
    live: again ? run.freshLive() : run.live,
    now: run.clock.now,
  });
  const ask = async (again: boolean): Promise<Answer> => {
    if (again && row.expect === 'deny') await s.allowsSettled;
    if (order === 'documents-first' && probe !== undefined) {
      const evaluated = await evaluateRow(row, scene(again));
      return evaluated.actual === 'skipped' ? probe() : evaluated;
    }
    const asked = await probe?.();
    if (asked !== undefined && asked.actual !== 'skipped') return asked;
    const evaluated = await evaluateRow(row, scene(again));
    if (asked === undefined) return evaluated;
    if (evaluated.actual === 'skipped') return { ...asked, detail: `${asked.detail}; ${evaluated.detail}` };
    return { ...evaluated, detail: `${evaluated.detail}; not probed: ${asked.detail}` };
  };
  let waiting = false;
  const { answer, ms } = await askUntilStable(ask, {
    expect: row.expect,
    budgetMs: run.waitMs,
    confirmDenials: run.o.afterApply === true,
    clock: run.clock,
    signal: run.o.signal,
    onWait: () => {
      if (waiting) return;
      waiting = true;
      run.o.onEvent?.({ type: 'waiting', connection: s.scene.connection.name, for: row.id });
    },
  });
  if (waiting) run.o.onEvent?.({ type: 'waiting', connection: s.scene.connection.name, for: row.id, ms });
  const check = judge(row, answer, ms, {
    requireProbe: run.o.requireProbe === true,
    ...(await explain(row, answer, scene(true))),
  });
  run.o.onEvent?.({ type: 'check', connection: s.scene.connection.name, check });
  return check;
}

/** What the documents say about a surprise that a probe has found. */
async function explain(row: ExpectedRow, answer: Answer, scene: EvaluatorScene) {
  if (answer.by !== 'probe' || answer.actual === row.expect) return {};
  if (answer.actual !== 'allow' && answer.actual !== 'deny') return {};
  const evaluated = await evaluateRow(row, scene);
  // A rule that nobody here can read is most likely somebody else's: ours is only ever written without `*`.
  if (row.kind === 'cors.foreign-origin' && evaluated.actual === 'skipped') return { foreign: true };
  if (evaluated.decision === undefined) return evaluated.foreign === true ? { foreign: true } : {};
  return { decision: evaluated.decision, ...(evaluated.foreign === true ? { foreign: true } : {}) };
}
