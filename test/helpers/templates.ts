import { newTemplate } from '../../src/template/skeleton.js';

/** A valid template as text, with some keys replaced. */
export function templateText(more: Readonly<Record<string, unknown>> = {}): string {
  const base: Record<string, unknown> = JSON.parse(newTemplate('vendor'));
  return JSON.stringify({ ...base, ...more }, null, 2);
}
