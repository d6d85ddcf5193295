import { isPublicPolicy } from '../../../policy/public.js';
import type { PolicyDocument } from '../../../policy/types.js';
import { UnknownPrincipal, type World } from '../../store/types.js';
import type { WireError, WireResponse } from '../../types.js';
import { bucketArn } from './arns.js';
import { authorize, isBlocked } from './authorize.js';
import { NO_CONTENT, type S3Call, xmlResponse } from './call.js';
import { withAccounts } from './canonical-ids.js';
import { s3Error } from './errors.js';
import { malformed, readResourcePolicy } from './policy-check.js';
import { document, element } from './xml.js';

/** The root user of the bucket's account can always repair the policy (S3 API Reference, PutBucketPolicy). */
function isOwnersRoot(call: S3Call): boolean {
  return call.request.caller.arn.endsWith(`:iam::${call.bucket.account}:root`);
}

/**
 * Policy calls: 403 without the right, 405 MethodNotAllowed with it from another account (S3 API Reference,
 * PutBucketPolicy).
 */
function authorizePolicyCall(call: S3Call, action: string): void {
  if (isOwnersRoot(call)) return;
  authorize(call, action);
  if (call.request.caller.account !== call.bucket.account) throw s3Error('MethodNotAllowed');
}

/**
 * Turns the principals of a policy into the form that is stored.
 *
 * @throws MalformedPolicy "Invalid principal in policy"
 */
export function storedPolicy(world: World, read: PolicyDocument): PolicyDocument {
  try {
    return world.storePolicy(withAccounts(world, read));
  } catch (error) {
    if (error instanceof UnknownPrincipal) throw malformed('Invalid principal in policy', error.principal);
    throw error;
  }
}

/** What S3 says where BlockPublicPolicy stands in the way: the code of a missing right, other words. */
export function publicPolicyBlocked(caller: string, action: string, resource: string): WireError {
  return s3Error('AccessDenied', {
    message: `User: ${caller} is not authorized to perform: ${action} on resource: "${resource}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
  });
}

/** GetBucketPolicy: the document as AWS keeps it, not as it was sent. */
export function getBucketPolicy(call: S3Call): WireResponse {
  authorizePolicyCall(call, 's3:GetBucketPolicy');
  const { policy, name } = call.bucket;
  if (policy === undefined) throw s3Error('NoSuchBucketPolicy', { extra: { BucketName: name } });
  const body = JSON.stringify(call.world.renderPolicy(policy));
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** PutBucketPolicy replaces the whole document. */
export function putBucketPolicy(call: S3Call): WireResponse {
  authorizePolicyCall(call, 's3:PutBucketPolicy');
  const { bucket, request, world } = call;
  const arn = bucketArn(bucket);
  const read = readResourcePolicy(request.body, { kind: 'bucket', arn });
  const stored = storedPolicy(world, read);
  if (isBlocked(call, 'BlockPublicPolicy') && isPublicPolicy(world.renderPolicy(stored), 'bucket')) {
    throw publicPolicyBlocked(request.caller.arn, 's3:PutBucketPolicy', arn);
  }
  bucket.policy = stored;
  return NO_CONTENT;
}

/** DeleteBucketPolicy: 204 where there is none, too. */
export function deleteBucketPolicy(call: S3Call): WireResponse {
  authorizePolicyCall(call, 's3:DeleteBucketPolicy');
  call.bucket.policy = undefined;
  return NO_CONTENT;
}

/** GetBucketPolicyStatus: whether S3 calls the policy public. */
export function getBucketPolicyStatus(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketPolicyStatus');
  const { policy, name } = call.bucket;
  if (policy === undefined) throw s3Error('NoSuchBucketPolicy', { extra: { BucketName: name } });
  const isPublic = isPublicPolicy(call.world.renderPolicy(policy), 'bucket');
  return xmlResponse(document('PolicyStatus', element('IsPublic', isPublic)));
}
