import type { ResolvedConnection } from '../connection/types.js';
import type { Check, VerifyOptions } from './types.js';

/** The `cors:` and `cors.foreign-origin:` rows alone, for `cors check`: real preflights and GETs with an Origin. */
export async function checkCors(
  _connections: readonly ResolvedConnection[],
  _o: Pick<VerifyOptions, 'aws' | 'waitSeconds' | 'signal' | 'onEvent' | 'clock'>,
): Promise<readonly Check[]> {
  throw new Error('not built yet');
}
