import type { VerifyReport } from '../../verify/types.js';
import { jsonText } from './text.js';

/** The report as `verify --json` prints it, ending in a newline. */
export function reportJson(report: VerifyReport): string {
  return `${jsonText(report)}\n`;
}
