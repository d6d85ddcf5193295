import type { PolicyDocument, Statement } from './types.js';

export function mergeOwned(
  _doc: PolicyDocument | undefined,
  _mark: string,
  _ours: readonly Statement[],
): PolicyDocument | undefined {
  throw new Error('not built yet');
}

export function ownedStatements(_doc: PolicyDocument | undefined, _mark: string): readonly Statement[] {
  throw new Error('not built yet');
}
