import type { PolicyDocument, Statement } from './types.js';

export function samePolicy(_a: PolicyDocument | undefined, _b: PolicyDocument | undefined): boolean {
  throw new Error('not built yet');
}

export function sameStatement(_a: Statement, _b: Statement): boolean {
  throw new Error('not built yet');
}
