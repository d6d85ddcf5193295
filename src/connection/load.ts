import type { ConnectionsFile } from './types.js';

export interface LoadedFile {
  readonly file: string;
  readonly text: string;
  readonly data: ConnectionsFile;
  /** Line and column (from 1) of a JSON pointer, or of the nearest parent that is there. */
  readonly locate: (pointer: string) => { readonly line: number; readonly column: number };
}

export async function loadConnections(_file: string): Promise<LoadedFile> {
  throw new Error('not built yet');
}
