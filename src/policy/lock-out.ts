import type { PolicyDocument } from './types.js';

export function wouldLockOut(_input: {
  readonly caller: string;
  readonly bucketArn: string;
  readonly account: string;
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument;
  readonly identityPolicies?: readonly PolicyDocument[];
}): { readonly action: string } | undefined {
  throw new Error('not built yet');
}
