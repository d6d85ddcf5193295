import type { Facts, ResolvedConnection } from './types.js';

export interface GeneratedDocument {
  readonly kind: string;
  readonly target: string;
  readonly document: unknown;
}

export function documentsOf(_c: ResolvedConnection, _facts: Facts): readonly GeneratedDocument[] {
  throw new Error('not built yet');
}
