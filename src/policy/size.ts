import type { PolicyDocument, Statement } from './types.js';

export type SizedKind = 'trust' | 'inline' | 'managed' | 'user' | 'bucket' | 'access-point' | 'topic';

export function policySize(_doc: PolicyDocument, _kind: SizedKind): { readonly used: number; readonly limit: number } {
  throw new Error('not built yet');
}

export function compactStatements(_statements: readonly Statement[]): readonly Statement[] {
  throw new Error('not built yet');
}

export function fitOrThrow(_doc: PolicyDocument, _kind: SizedKind, _name: string): PolicyDocument {
  throw new Error('not built yet');
}
