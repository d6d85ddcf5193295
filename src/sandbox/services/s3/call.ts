import type { AccessPoint, Bucket } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import type { WireRequest, WireResponse } from '../../types.js';
import { accessPointArn, bucketArn, objectArn } from './arns.js';

/** A request that names no bucket (ListBuckets) or one that need not exist (CreateBucket). */
export interface ServiceCall {
  readonly request: WireRequest;
  readonly world: World;
  /** As the address has it. */
  readonly bucketName: string;
}

/** A request for a bucket that exists; `key` is empty for the bucket itself. */
export interface S3Call extends ServiceCall {
  readonly bucket: Bucket;
  readonly accessPoint: AccessPoint | undefined;
  readonly key: string;
}

export type Handler = (call: S3Call) => WireResponse | Promise<WireResponse>;

/** ARN of the bucket as the caller reached it: the access point's where it came through one. */
export function calledBucketArn(call: S3Call): string {
  return call.accessPoint === undefined ? bucketArn(call.bucket) : accessPointArn(call.accessPoint);
}

/** ARN of a key as the caller reached it. */
export function calledObjectArn(call: S3Call, key: string = call.key): string {
  return call.accessPoint === undefined ? objectArn(call.bucket, key) : `${calledBucketArn(call)}/object/${key}`;
}

/** A header's value, undefined where it is absent or empty. */
export function header(call: ServiceCall, name: string): string | undefined {
  const value = call.request.headers[name];
  return value === undefined || value === '' ? undefined : value;
}

/** 204 without a body. */
export const NO_CONTENT: WireResponse = { status: 204 };

/** 200 without a body. */
export const OK: WireResponse = { status: 200 };

/** 200 with an XML document. */
export function xmlResponse(body: string, headers: Readonly<Record<string, string>> = {}): WireResponse {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}
