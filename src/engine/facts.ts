import type { AwsAccess } from '../aws/ports.js';
import type { Facts, ResolvedConnection } from '../connection/types.js';
import type { Run } from './run.js';

export interface FactsOptions {
  /** Cached reads of this run; a fresh cache where absent. */
  readonly run?: Run;
  /** Check the caller's account against the connection's (default true). */
  readonly guard?: boolean;
  /** A missing bucket is an error (default true); `create: true` never is one. */
  readonly requireBuckets?: boolean;
  readonly secretFile?: string;
}

/** What only the account can tell about a connection. */
export async function gatherFacts(_c: ResolvedConnection, _aws: AwsAccess, _o: FactsOptions = {}): Promise<Facts> {
  throw new Error('not built yet');
}
