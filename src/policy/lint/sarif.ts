import type { Finding } from '../types.js';

export function toSarif(_findings: readonly Finding[]): object {
  throw new Error('not built yet');
}
