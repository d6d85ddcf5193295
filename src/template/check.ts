import type { Finding } from '../policy/types.js';
import type { Template } from './types.js';

export function checkTemplate(
  _text: string,
  _file: string,
): { template: Template | undefined; findings: readonly Finding[] } {
  throw new Error('not built yet');
}
