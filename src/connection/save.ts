import type { ResolveInput } from './resolve.js';

export async function saveConnections(_file: string, _input: ResolveInput): Promise<void> {
  throw new Error('not built yet');
}
