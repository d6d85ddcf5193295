import { createHash } from 'node:crypto';
import { type Checksum, currentVersion, type MultipartUpload, type UploadPart } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { type S3Call, xmlResponse } from './call.js';
import { checksumOf, compositeChecksum } from './checksums.js';
import { s3Error } from './errors.js';
import { announce } from './events.js';
import { uploadOf } from './multipart.js';
import { checkWrite } from './preconditions.js';
import { addVersion, versionHeader } from './versions.js';
import { ENCRYPTED, putObjectKeys } from './write-headers.js';
import { childrenOf, document, element, parseXml, textOf } from './xml.js';

const SMALLEST_PART = 5 * 1024 * 1024;

function chosenParts(call: S3Call, upload: MultipartUpload): readonly UploadPart[] {
  const listed = childrenOf(parseXml(call.request.body, 'CompleteMultipartUpload'), 'Part');
  if (listed.length === 0) throw s3Error('MalformedXML');
  const numbers = listed.map((part) => Number(textOf(part, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw s3Error('InvalidPartOrder', { extra: { UploadId: upload.id } });
  }
  const parts = listed.map((wanted, index) => {
    const number = numbers[index] ?? 0;
    const part = upload.parts.get(number);
    const etag = (textOf(wanted, 'ETag') ?? '').trim().replaceAll('"', '');
    if (part === undefined || part.etag.replaceAll('"', '') !== etag) {
      throw s3Error('InvalidPart', { extra: { UploadId: upload.id, PartNumber: String(number), ETag: etag } });
    }
    return part;
  });
  const small = parts.findIndex((part, index) => index < parts.length - 1 && part.body.length < SMALLEST_PART);
  if (small >= 0) {
    throw s3Error('EntityTooSmall', {
      extra: {
        ProposedSize: String(parts[small]?.body.length),
        MinSizeAllowed: String(SMALLEST_PART),
        PartNumber: String(numbers[small]),
      },
    });
  }
  return parts;
}

function checksumOfParts(upload: MultipartUpload, parts: readonly UploadPart[], body: Buffer): Checksum {
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  const type = upload.checksumType ?? 'FULL_OBJECT';
  const value =
    type === 'COMPOSITE'
      ? compositeChecksum(
          algorithm,
          parts.map((part) => checksumOf(algorithm, part.body)),
        )
      : checksumOf(algorithm, body);
  return { algorithm, type, value };
}

/** CompleteMultipartUpload. Conditional (`If-None-Match: *`) as PutObject is. */
export async function completeUpload(call: S3Call): Promise<WireResponse> {
  const { bucket, key, request, world } = call;
  authorize(call, 's3:PutObject', { context: putObjectKeys(call, true) });
  const upload = uploadOf(call);
  const parts = chosenParts(call, upload);
  checkWrite(request.headers, currentVersion(bucket, key));
  const body = Buffer.concat(parts.map((part) => part.body));
  const digest = createHash('md5');
  for (const part of parts) digest.update(Buffer.from(part.etag.replaceAll('"', ''), 'hex'));
  const checksum = checksumOfParts(upload, parts, body);
  const version = addVersion(world, bucket, key, {
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    acl: upload.acl,
    owner: upload.owner,
    storageClass: upload.storageClass,
    ...(upload.retention === undefined ? {} : { retention: upload.retention }),
    ...(upload.legalHold === undefined ? {} : { legalHold: upload.legalHold }),
    deleteMarker: false,
    body,
    etag: `"${digest.digest('hex')}-${parts.length}"`,
    modified: new Date(world.clock()),
    checksum,
    partSizes: parts.map((part) => part.body.length),
  });
  bucket.uploads.delete(upload.id);
  await announce(call, 's3:ObjectCreated:CompleteMultipartUpload', key, version);
  return xmlResponse(
    document(
      'CompleteMultipartUploadResult',
      element(
        'Location',
        `http://${request.host}/${call.bucketName}/${encodeURIComponent(key).replaceAll('%2F', '/')}`,
      ),
      element('Bucket', call.bucketName),
      element('Key', key),
      element('ETag', version.etag),
      element(`Checksum${checksum.algorithm}`, checksum.value),
      element('ChecksumType', checksum.type),
    ),
    { ...ENCRYPTED, ...versionHeader(bucket, version) },
  );
}
