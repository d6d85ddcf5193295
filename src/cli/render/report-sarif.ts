import type { VerifyReport } from '../../verify/types.js';

export function reportSarif(_report: VerifyReport): string {
  throw new Error('not built yet');
}
