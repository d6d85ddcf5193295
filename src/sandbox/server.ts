import type { RunningSandbox, SandboxOptions } from './index.js';

/** Binds the port and answers. */
export async function startServer(_options: SandboxOptions): Promise<RunningSandbox> {
  throw new Error('not built yet');
}
