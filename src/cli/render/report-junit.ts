import type { VerifyReport } from '../../verify/types.js';

export function reportJUnit(_report: VerifyReport): string {
  throw new Error('not built yet');
}
