import type { VerifyReport } from '../../verify/types.js';

export function reportJson(_report: VerifyReport): string {
  throw new Error('not built yet');
}
