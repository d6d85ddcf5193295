import pLimit from 'p-limit';
import { systemClock } from '../aws/retry.js';
import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { verifyConnection } from './connection.js';
import { type Live, observe } from './live.js';
import type { Run } from './run.js';
import type { ConnectionReport, VerifyOptions, VerifyReport } from './types.js';

export type { VerifyEvent, VerifyOptions, VerifyReport } from './types.js';

/** Documents that were read again this recently serve every row that asks again. */
const FRESH_MS = 200;

/** Starts a run of verify: one bound for all calls, one reading of each document. */
export function startRun(o: VerifyOptions): Run {
  const bound = pLimit(Math.max(1, o.concurrency ?? 16));
  const limit: Run['limit'] = (call) => bound(call);
  const clock = o.clock ?? systemClock;
  const live = observe(o.aws, limit);
  let fresh: { readonly at: number; readonly live: Live } | undefined;
  return {
    o,
    aws: o.aws,
    limit,
    live,
    clock,
    waitMs: (o.waitSeconds ?? (o.afterApply === true ? 120 : 10)) * 1000,
    freshLive: () => {
      const now = clock.now();
      if (fresh === undefined || now - fresh.at > FRESH_MS) fresh = { at: now, live: live.fresh() };
      return fresh.live;
    },
  };
}

/**
 * Proves connections: asks what must be allowed and what must be denied, as the identity that will use
 * them, and never looks at marks to decide.
 *
 * @returns the very object that `verify --json` prints; `ok` is true when all are connected (or unknown, where allowed)
 * @throws S3ConnectError of the only connection; with several an error stands in `connections[].error`
 */
export async function verify(connections: readonly ResolvedConnection[], o: VerifyOptions): Promise<VerifyReport> {
  const wanted =
    o.names === undefined || o.names.length === 0
      ? connections
      : connections.filter(({ name }) => o.names?.includes(name));
  const run = startRun({ ...o, ...(o.confirmSelf === undefined ? {} : { confirmSelf: askedOnce(o.confirmSelf) }) });
  const reports = await Promise.all(
    wanted.map(async (connection): Promise<ConnectionReport> => {
      try {
        return await verifyConnection(connection, run);
      } catch (error) {
        const failed = error instanceof S3ConnectError && error.code !== 'Interrupted';
        if (!failed || wanted.length === 1) throw error;
        return {
          name: connection.name,
          status: 'unknown',
          mode: o.mode === undefined || o.mode === 'auto' ? 'simulate' : o.mode,
          why: error.message,
          checks: [],
          error: error.toJSON(),
        };
      }
    }),
  );
  const ok = reports.every(
    ({ status, error }) =>
      error === undefined && (status === 'connected' || (status === 'unknown' && o.allowUnknown === true)),
  );
  return { connections: reports, ok };
}

/** One question for all connections. */
function askedOnce(ask: () => Promise<boolean>): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
