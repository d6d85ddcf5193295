import type { ResolvedConnection } from '../connection/types.js';
import type { VerifyOptions, VerifyReport } from './types.js';

export type { VerifyEvent, VerifyOptions, VerifyReport } from './types.js';

export async function verify(_connections: readonly ResolvedConnection[], _o: VerifyOptions): Promise<VerifyReport> {
  throw new Error('not built yet');
}
