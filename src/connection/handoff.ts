import type { Facts, Handoff, ResolvedConnection } from './types.js';

export function handoffOf(_c: ResolvedConnection, _facts: Facts): Handoff {
  throw new Error('not built yet');
}
