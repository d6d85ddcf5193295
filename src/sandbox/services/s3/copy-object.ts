import { currentVersion } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { header, type S3Call, xmlResponse } from './call.js';
import { algorithmNamed, checksumOf } from './checksums.js';
import { readCopySource } from './copy-source.js';
import { s3Error } from './errors.js';
import { announce } from './events.js';
import { checkWrite } from './preconditions.js';
import { addVersion, versionHeader } from './versions.js';
import { authorizeWrite, ENCRYPTED, etagOf, putObjectKeys } from './write-headers.js';
import { document, element } from './xml.js';

/** CopyObject: s3:GetObject on the source, s3:PutObject on the target. */
export async function copyObject(call: S3Call): Promise<WireResponse> {
  const { bucket, key, request, world } = call;
  const written = authorizeWrite(call, true);
  const source = readCopySource(call, header(call, 'x-amz-copy-source') ?? '');
  const replace = header(call, 'x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
  const replaceTags = header(call, 'x-amz-tagging-directive')?.toUpperCase() === 'REPLACE';
  const onItself = source.call.bucket === bucket && source.call.key === key && source.versionId === undefined;
  if (onItself && !replace && !replaceTags && header(call, 'x-amz-storage-class') === undefined) {
    throw s3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  checkWrite(request.headers, currentVersion(bucket, key));
  const tags = replaceTags ? written.tags : source.version.tags;
  if (!replaceTags && tags.size > 0) {
    authorize(source.call, 's3:GetObjectTagging', { object: source.version });
    authorize(call, 's3:PutObjectTagging', { context: putObjectKeys(call, true) });
  }
  const algorithm =
    algorithmNamed(header(call, 'x-amz-checksum-algorithm')) ?? source.version.checksum?.algorithm ?? 'CRC64NVME';
  const { body } = source.version;
  const version = addVersion(world, bucket, key, {
    ...written,
    headers: replace ? { 'content-type': 'binary/octet-stream', ...written.headers } : source.version.headers,
    metadata: replace ? written.metadata : source.version.metadata,
    tags,
    deleteMarker: false,
    body,
    etag: etagOf(body),
    modified: new Date(world.clock()),
    checksum: { algorithm, type: 'FULL_OBJECT', value: checksumOf(algorithm, body) },
    partSizes: undefined,
  });
  await announce(call, 's3:ObjectCreated:Copy', key, version);
  return xmlResponse(
    document(
      'CopyObjectResult',
      element('LastModified', version.modified.toISOString()),
      element('ETag', version.etag),
      element(`Checksum${algorithm}`, version.checksum?.value),
      element('ChecksumType', 'FULL_OBJECT'),
    ),
    {
      ...ENCRYPTED,
      ...versionHeader(bucket, version),
      ...(source.call.bucket.versioning === undefined
        ? {}
        : { 'x-amz-copy-source-version-id': source.version.versionId }),
    },
  );
}
