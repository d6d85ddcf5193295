import { currentVersion, type ObjectVersion } from '../../store/buckets.js';
import { WireError, type WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { type S3Call, xmlResponse } from './call.js';
import { requestedAlgorithm } from './checksums.js';
import { s3Error } from './errors.js';
import { announce } from './events.js';
import { checkRetention } from './object-lock.js';
import { checkWrite } from './preconditions.js';
import { addVersion, removeVersion, versionOf } from './versions.js';
import { checksumOfBody } from './write-headers.js';
import { childrenOf, document, element, optional, parseXml, textOf, type Xml } from './xml.js';

interface Removed {
  /** Present where a delete marker was made or removed. */
  readonly marker: string | undefined;
  readonly versionId: string | undefined;
}

function deleteMarker(call: S3Call): Omit<ObjectVersion, 'versionId'> {
  return {
    deleteMarker: true,
    body: Buffer.alloc(0),
    etag: '',
    modified: new Date(call.world.clock()),
    owner: call.bucket.account,
    headers: {},
    metadata: {},
    storageClass: 'STANDARD',
    checksum: undefined,
    partSizes: undefined,
    tags: new Map(),
    acl: [],
  };
}

/**
 * Deletes one key or one version, as the bucket's versioning has it (S3 User Guide, "Working with delete markers").
 * A key that isn't there is deleted with success.
 */
async function remove(call: S3Call, key: string, versionId: string | undefined, ifMatch?: string): Promise<Removed> {
  const { bucket, world } = call;
  authorize(call, versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', {
    key,
    context: versionId === undefined ? { 's3:if-match': ifMatch } : { 's3:versionid': versionId },
  });
  if (ifMatch !== undefined) {
    checkWrite(
      { 'if-match': ifMatch },
      versionId === undefined ? currentVersion(bucket, key) : versionOf(bucket, key, versionId),
    );
  }
  if (versionId !== undefined) {
    const there = versionOf(bucket, key, versionId);
    if (there === undefined) return { marker: undefined, versionId };
    checkRetention(call, key, there);
    const gone = removeVersion(bucket, key, versionId);
    await announce(call, 's3:ObjectRemoved:Delete', key, gone);
    return { marker: gone?.deleteMarker === true ? versionId : undefined, versionId };
  }
  if (bucket.versioning === undefined) {
    const gone = currentVersion(bucket, key);
    bucket.objects.delete(key);
    await announce(call, 's3:ObjectRemoved:Delete', key, gone);
    return { marker: undefined, versionId: undefined };
  }
  const marker = addVersion(world, bucket, key, deleteMarker(call));
  await announce(call, 's3:ObjectRemoved:DeleteMarkerCreated', key, marker);
  return { marker: marker.versionId, versionId: undefined };
}

/** DeleteObject. */
export async function deleteObject(call: S3Call): Promise<WireResponse> {
  const { query, headers } = call.request;
  const removed = await remove(call, call.key, query.get('versionId') ?? undefined, headers['if-match']);
  const id = removed.marker ?? removed.versionId;
  return {
    status: 204,
    headers: {
      ...(removed.marker === undefined ? {} : { 'x-amz-delete-marker': 'true' }),
      ...(id === undefined ? {} : { 'x-amz-version-id': id }),
    },
  };
}

function checkDigest(call: S3Call): void {
  const { headers } = call.request;
  if (headers['content-md5'] === undefined && requestedAlgorithm(headers) === undefined) {
    throw s3Error('InvalidRequest', {
      message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    });
  }
  checksumOfBody(call);
}

/** DeleteObjects: each key is authorized by itself, and its answer stands in the list. */
export async function deleteObjects(call: S3Call): Promise<WireResponse> {
  checkDigest(call);
  const root = parseXml(call.request.body, 'Delete');
  const wanted = childrenOf(root, 'Object');
  if (wanted.length === 0 || wanted.length > 1000) throw s3Error('MalformedXML');
  const quiet = textOf(root, 'Quiet')?.trim() === 'true';
  const results: Xml[] = [];
  for (const object of wanted) {
    const key = textOf(object, 'Key');
    if (key === undefined || key === '') throw s3Error('MalformedXML');
    const versionId = textOf(object, 'VersionId');
    try {
      const { marker } = await remove(call, key, versionId, textOf(object, 'ETag'));
      if (quiet) continue;
      results.push(
        element(
          'Deleted',
          element('Key', key),
          optional('VersionId', versionId),
          marker === undefined ? undefined : [element('DeleteMarker', true), element('DeleteMarkerVersionId', marker)],
        ),
      );
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      results.push(
        element(
          'Error',
          element('Key', key),
          optional('VersionId', versionId),
          element('Code', error.code),
          element('Message', error.message),
        ),
      );
    }
  }
  return xmlResponse(document('DeleteResult', results));
}
