import type { PolicyDocument } from './types.js';

/** Whether S3 calls a policy public (S3 User Guide, "Blocking public access", the meaning of "public"). */
export function isPublicPolicy(_document: PolicyDocument, _kind: 'bucket' | 'access-point'): boolean {
  throw new Error('not built yet');
}
