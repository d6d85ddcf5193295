import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionFlags, Facts, ResolvedBucket, ResolvedConnection } from '../../src/connection/types.js';
import type { Check, ConnectionReport } from '../../src/verify/types.js';

export const FACTS: Facts = { account: '111122223333', partition: 'aws' };

/** A connection from flags alone. */
export async function connection(flags: ConnectionFlags): Promise<ResolvedConnection> {
  const [only] = await resolveConnections({ file: undefined, flags, names: [], cwd: '/' });
  if (only === undefined) throw new Error('nothing was resolved');
  return only;
}

/** The same connection with every bucket changed. */
export const changed = (c: ResolvedConnection, change: Partial<ResolvedBucket>): ResolvedConnection => ({
  ...c,
  buckets: c.buckets.map((bucket) => ({ ...bucket, ...change })),
});

export const check = (id: string, more: Partial<Check> = {}): Check => ({
  id,
  what: `what ${id} says`,
  expect: 'allow',
  actual: 'allow',
  ok: true,
  by: 'probe',
  code: null,
  detail: 'asked',
  ms: 12,
  ...more,
});

export const reported = (
  name: string,
  checks: readonly Check[],
  more: Partial<ConnectionReport> = {},
): ConnectionReport => ({
  name,
  status: 'connected',
  mode: 'assume',
  why: 'the caller is the vendor',
  checks,
  ...more,
});
