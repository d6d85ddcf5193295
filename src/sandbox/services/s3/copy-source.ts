import type { ObjectVersion } from '../../store/buckets.js';
import type { S3Call } from './call.js';
import { s3Error } from './errors.js';
import { checkRead } from './preconditions.js';
import { readTarget } from './read-target.js';

const POINT = /^arn:[^:]+:s3:([^:]+):(\d{12}):accesspoint\/([^/]+)\/object\/(.+)$/s;

/** The source as a call of its own, so that it is authorized like a read. */
function sourceCall(call: S3Call, source: string): S3Call {
  const { world } = call;
  const point = POINT.exec(source);
  if (point !== null) {
    const [, region, account, name, key = ''] = point;
    const accessPoint = world.s3.accessPoints.get(`${account}:${region}:${name}`);
    const bucket = accessPoint === undefined ? undefined : world.s3.buckets.get(accessPoint.bucket);
    if (accessPoint === undefined || bucket === undefined) throw s3Error('NoSuchAccessPoint');
    return { ...call, bucket, bucketName: accessPoint.name, accessPoint, key };
  }
  const plain = source.replace(/^\//, '');
  const slash = plain.indexOf('/');
  const name = plain.slice(0, slash);
  const key = plain.slice(slash + 1);
  if (slash < 1 || key === '') {
    throw s3Error('InvalidArgument', {
      message: 'Invalid copy source object key',
      extra: { ArgumentName: 'x-amz-copy-source', ArgumentValue: source },
    });
  }
  const aliased = [...world.s3.accessPoints.values()].find((candidate) => candidate.alias === name);
  const bucket = world.s3.buckets.get(aliased?.bucket ?? name);
  if (bucket === undefined) throw s3Error('NoSuchBucket', { extra: { BucketName: name } });
  return { ...call, bucket, bucketName: name, accessPoint: aliased, key };
}

export interface CopySource {
  readonly call: S3Call;
  readonly version: ObjectVersion;
  readonly versionId: string | undefined;
}

/**
 * Reads `x-amz-copy-source` (`/BUCKET/KEY?versionId=`, URL-encoded, or an access point's object ARN) and what stands
 * there: the caller needs s3:GetObject on it (S3 API Reference, CopyObject, "Permissions").
 *
 * @throws AccessDenied, NoSuchKey, NoSuchBucket, PreconditionFailed
 */
export function readCopySource(call: S3Call, value: string): CopySource {
  const query = value.indexOf('?versionId=');
  const versionId = query < 0 ? undefined : decodeURIComponent(value.slice(query + '?versionId='.length));
  let path: string;
  try {
    path = decodeURIComponent(query < 0 ? value : value.slice(0, query));
  } catch {
    throw s3Error('InvalidArgument', { extra: { ArgumentName: 'x-amz-copy-source', ArgumentValue: value } });
  }
  const source = sourceCall(call, path);
  const expected = call.request.headers['x-amz-source-expected-bucket-owner'];
  if (expected !== undefined && expected !== source.bucket.account) throw s3Error('AccessDenied');
  const version = readTarget(source, { plain: 's3:GetObject', versioned: 's3:GetObjectVersion' }, versionId);
  if (checkRead(call.request.headers, version, 'x-amz-copy-source-')) {
    throw s3Error('PreconditionFailed', { extra: { Condition: 'x-amz-copy-source-If-None-Match' } });
  }
  return { call: source, version, versionId };
}
