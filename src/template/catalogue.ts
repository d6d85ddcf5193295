import type { Template } from './types.js';

export async function listTemplates(): Promise<readonly Template[]> {
  throw new Error('not built yet');
}

export async function loadTemplate(
  _ref: string,
  _fromDir: string,
): Promise<{ template: Template; builtin: boolean; file: string }> {
  throw new Error('not built yet');
}
