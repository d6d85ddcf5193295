import { compile } from './evaluate.js';
import type { PolicyDocument } from './types.js';

const NEEDED = ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'] as const;

/** Where nobody told what the caller's own policies say, they are taken to allow: only the bucket's side is judged. */
const ASSUMED: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: [...NEEDED], Resource: '*' }],
};

/**
 * Whether writing `after` would take from the caller what is needed to take it back: the right to read, change or
 * delete the bucket's policy. Answers the first such action that `before` allowed and `after` doesn't.
 * The bucket owner's root user never loses it (Amazon S3 API, PutBucketPolicy).
 */
export function wouldLockOut(input: {
  /** ARN as GetCallerIdentity gives it. */
  readonly caller: string;
  readonly bucketArn: string;
  /** The bucket's account. */
  readonly account: string;
  readonly before: PolicyDocument | undefined;
  readonly after: PolicyDocument;
  readonly identityPolicies?: readonly PolicyDocument[];
}): { readonly action: string } | undefined {
  const { caller, bucketArn, account, before, after } = input;
  if (new RegExp(`^arn:[a-z-]+:iam::${account}:root$`).test(caller)) return undefined;
  const identityPolicies = input.identityPolicies ?? [ASSUMED];
  const old = compile(before === undefined ? { identityPolicies } : { identityPolicies, resourcePolicy: before });
  const merged = compile({ identityPolicies, resourcePolicy: after });
  for (const action of NEEDED) {
    const request = {
      principal: caller,
      action,
      resource: bucketArn,
      resourceAccount: account,
      // The AWS clients never send these calls in plain text.
      context: { 'aws:SecureTransport': 'true' },
    };
    if (old.allows(request) && !merged.allows(request)) return { action };
  }
  return undefined;
}
