import type { VerifyReport } from '../../verify/types.js';

export function reportMarkdown(_report: VerifyReport): string {
  throw new Error('not built yet');
}
