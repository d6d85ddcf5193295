import type { CorsRule } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest, type WireResponse } from '../../types.js';
import { type Address, checkRegion, findTarget, readAddress, type Target } from './address.js';
import { createBucket, listBuckets } from './buckets.js';
import type { S3Call } from './call.js';
import { actualHeaders, preflight } from './cors.js';
import { s3Error, s3ErrorResponse } from './errors.js';
import {
  BUCKET_OPERATIONS,
  BUCKET_SUBRESOURCES,
  OBJECT_OPERATIONS,
  OBJECT_SUBRESOURCES,
  THROUGH_ACCESS_POINT,
} from './operations.js';

/** Method and subresource, as the tables of operations name them. */
function operationName(request: WireRequest, ofObject: boolean): string {
  const subresource = (ofObject ? OBJECT_SUBRESOURCES : BUCKET_SUBRESOURCES).find((name) => request.query.has(name));
  const copy = ofObject && request.method === 'PUT' && request.headers['x-amz-copy-source'] !== undefined;
  const copies = copy && (subresource === undefined || subresource === 'uploadId');
  return [request.method, subresource, copies ? 'copy' : undefined].filter((part) => part !== undefined).join(' ');
}

/** ExpectedBucketOwner: 403 where the bucket is somebody else's. */
function checkExpectedOwner(request: WireRequest, target: Target): void {
  const expected = request.headers['x-amz-expected-bucket-owner'];
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) {
    throw s3Error('InvalidBucketOwnerAWSAccountID');
  }
  if (expected !== target.bucket.account) throw s3Error('AccessDenied');
}

/**
 * The location can be asked for from any region; elsewhere than at home the bucket's policy isn't applied, so that
 * only its owner's account gets an answer (S3 API Reference, GetBucketLocation).
 */
function seenFromAfar(name: string, request: WireRequest, target: Target): Target | undefined {
  if (name !== 'GET location' || request.caller.arn === '*') return undefined;
  if (request.region === target.bucket.region) return undefined;
  return { ...target, bucket: { ...target.bucket, policy: undefined } };
}

async function route(
  request: WireRequest,
  world: World,
  address: Address,
  target: Target | undefined,
): Promise<WireResponse> {
  const ofObject = address.key !== '';
  const service = { request, world, bucketName: address.name };
  if (address.name === '') {
    if (request.method !== 'GET')
      throw s3Error('MethodNotAllowed', { extra: { Method: request.method, ResourceType: 'SERVICE' } });
    return listBuckets(service);
  }
  const name = operationName(request, ofObject);
  if (!ofObject && name === 'PUT' && target?.accessPoint === undefined) return createBucket(service);
  if (target === undefined) throw s3Error('NoSuchBucket', { extra: { BucketName: address.name } });
  checkExpectedOwner(request, target);
  const afar = seenFromAfar(name, request, target);
  if (afar === undefined) checkRegion(address, request, target.bucket);
  const handler = (ofObject ? OBJECT_OPERATIONS : BUCKET_OPERATIONS)[name];
  if (handler === undefined) {
    throw name === request.method || request.method === 'POST' || request.method === 'PATCH'
      ? s3Error('MethodNotAllowed', { extra: { Method: request.method, ResourceType: ofObject ? 'OBJECT' : 'BUCKET' } })
      : s3Error('NotImplemented');
  }
  if (!ofObject && target.accessPoint !== undefined && !THROUGH_ACCESS_POINT.has(name)) {
    throw s3Error('MethodNotAllowed', { extra: { Method: request.method, ResourceType: 'ACCESS_POINT' } });
  }
  const call: S3Call = { ...service, ...(afar ?? target), key: address.key };
  return handler(call);
}

/**
 * Answers an S3 request: path style, virtual-host style, access point alias or host name.
 *
 * @returns what S3 would answer, errors included
 */
export async function handleS3(request: WireRequest, world: World): Promise<WireResponse> {
  let rules: readonly CorsRule[] | undefined;
  const answer = async (): Promise<WireResponse> => {
    const address = readAddress(request, world.s3);
    const target = address.name === '' ? undefined : findTarget(address, request, world.s3);
    rules = target?.bucket.cors;
    if (request.method !== 'OPTIONS') return route(request, world, address, target);
    if (target === undefined) throw s3Error('NoSuchBucket', { extra: { BucketName: address.name } });
    return preflight(request, rules, address.key !== '');
  };
  const response = await answer().catch((error: unknown) => {
    if (error instanceof WireError) return s3ErrorResponse(error, request.method, request.requestId);
    throw error;
  });
  const cors = request.method === 'OPTIONS' ? {} : actualHeaders(request, rules);
  return { ...response, headers: { ...cors, ...response.headers } };
}
