import type { LoadedFile } from './load.js';
import type { ConnectionFlags, ResolvedConnection } from './types.js';

export interface ResolveInput {
  readonly file: LoadedFile | undefined;
  readonly flags: ConnectionFlags;
  readonly names: readonly string[];
  readonly cwd: string;
  /** `--region`: goes before the file's. */
  readonly region?: string;
  /** What the environment or profile says; used where neither flag nor file does. */
  readonly defaultRegion?: string;
}

export async function resolveConnections(_input: ResolveInput): Promise<readonly ResolvedConnection[]> {
  throw new Error('not built yet');
}
