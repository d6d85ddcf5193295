import type { Checksum, MultipartUpload, UploadPart } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize, refuseExplicitDeny } from './authorize.js';
import { header, NO_CONTENT, type S3Call, xmlResponse } from './call.js';
import { algorithmNamed, checksumHeader, checksumOf } from './checksums.js';
import { readCopySource } from './copy-source.js';
import { s3Error } from './errors.js';
import { parseRange } from './ranges.js';
import { authorizeWrite, checksumOfBody, ENCRYPTED, etagOf, putObjectKeys } from './write-headers.js';
import { document, element, optional } from './xml.js';

/** The upload that the request names. Throws NoSuchUpload. */
export function uploadOf(call: S3Call): MultipartUpload {
  const id = call.request.query.get('uploadId') ?? '';
  const upload = call.bucket.uploads.get(id);
  if (upload === undefined || upload.key !== call.key) throw s3Error('NoSuchUpload', { extra: { UploadId: id } });
  return upload;
}

/** CreateMultipartUpload: s3:PutObject decides (S3 User Guide, "Multipart upload API and permissions"). */
export function createUpload(call: S3Call): WireResponse {
  const { bucket, key, request, world } = call;
  const written = authorizeWrite(call, false);
  const checksumAlgorithm = algorithmNamed(header(call, 'x-amz-checksum-algorithm'));
  const asked = header(call, 'x-amz-checksum-type') as Checksum['type'] | undefined;
  const checksumType =
    checksumAlgorithm === undefined
      ? undefined
      : (asked ?? (checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'));
  const id = world.random.token(64);
  bucket.uploads.set(id, {
    ...written,
    headers: { 'content-type': 'binary/octet-stream', ...written.headers },
    id,
    key,
    initiated: new Date(world.clock()),
    initiator: request.caller.arn,
    checksumAlgorithm,
    checksumType,
    parts: new Map(),
  });
  return xmlResponse(
    document(
      'InitiateMultipartUploadResult',
      element('Bucket', call.bucketName),
      element('Key', key),
      element('UploadId', id),
    ),
    {
      ...ENCRYPTED,
      ...(checksumAlgorithm === undefined ? {} : { 'x-amz-checksum-algorithm': checksumAlgorithm }),
      ...(checksumType === undefined ? {} : { 'x-amz-checksum-type': checksumType }),
    },
  );
}

function partNumber(call: S3Call): number {
  const text = call.request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) {
    throw s3Error('InvalidArgument', {
      message: 'Part number must be an integer between 1 and 10000, inclusive',
      extra: { ArgumentName: 'partNumber', ArgumentValue: text },
    });
  }
  return number;
}

function storePart(call: S3Call, upload: MultipartUpload, body: Buffer, checksum: Checksum): UploadPart {
  const part = { body, etag: etagOf(body), checksum, modified: new Date(call.world.clock()) };
  upload.parts.set(partNumber(call), part);
  return part;
}

/** UploadPart. */
export function uploadPart(call: S3Call): WireResponse {
  partNumber(call);
  authorize(call, 's3:PutObject', { context: putObjectKeys(call, false) });
  const upload = uploadOf(call);
  const sent = checksumOfBody(call);
  const algorithm = upload.checksumAlgorithm ?? sent.algorithm;
  const checksum = { ...sent, algorithm, value: checksumOf(algorithm, call.request.body) };
  const part = storePart(call, upload, call.request.body, checksum);
  return { status: 200, headers: { etag: part.etag, ...ENCRYPTED, [checksumHeader(algorithm)]: checksum.value } };
}

/** UploadPartCopy: s3:GetObject on the source besides. */
export function uploadPartCopy(call: S3Call): WireResponse {
  partNumber(call);
  authorize(call, 's3:PutObject', { context: putObjectKeys(call, false) });
  const upload = uploadOf(call);
  const { version } = readCopySource(call, header(call, 'x-amz-copy-source') ?? '');
  const range = parseRange(header(call, 'x-amz-copy-source-range'), version.body.length);
  const body = range === undefined ? version.body : version.body.subarray(range.start, range.end + 1);
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME';
  const value = checksumOf(algorithm, body);
  const part = storePart(call, upload, body, { algorithm, type: 'FULL_OBJECT', value });
  return xmlResponse(
    document(
      'CopyPartResult',
      element('LastModified', part.modified.toISOString()),
      element('ETag', part.etag),
      element(`Checksum${algorithm}`, value),
    ),
    ENCRYPTED,
  );
}

/** The initiator may abort and list its own parts; others need the action (S3 User Guide, as above). */
function authorizeUpload(call: S3Call, action: string): MultipartUpload {
  const upload = call.bucket.uploads.get(call.request.query.get('uploadId') ?? '');
  const own =
    upload !== undefined &&
    upload.key === call.key &&
    call.request.caller.arn !== '*' &&
    upload.initiator === call.request.caller.arn;
  if (!own) authorize(call, action);
  else refuseExplicitDeny(call, action);
  return uploadOf(call);
}

/** AbortMultipartUpload. */
export function abortUpload(call: S3Call): WireResponse {
  call.bucket.uploads.delete(authorizeUpload(call, 's3:AbortMultipartUpload').id);
  return NO_CONTENT;
}

/** ListParts. */
export function listParts(call: S3Call): WireResponse {
  const upload = authorizeUpload(call, 's3:ListMultipartUploadParts');
  const { query } = call.request;
  const marker = Number(query.get('part-number-marker') ?? 0);
  const max = Math.min(Number(query.get('max-parts') ?? 1000), 1000);
  if (!Number.isInteger(marker) || !Number.isInteger(max) || max < 0) throw s3Error('InvalidArgument');
  const parts = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = parts.slice(0, max);
  const owner = element('ID', call.world.canonicalId(upload.owner));
  return xmlResponse(
    document(
      'ListPartsResult',
      element('Bucket', call.bucketName),
      element('Key', upload.key),
      element('UploadId', upload.id),
      element('Initiator', element('ID', upload.initiator)),
      element('Owner', owner),
      element('StorageClass', upload.storageClass),
      element('PartNumberMarker', marker),
      optional('NextPartNumberMarker', page.at(-1)?.[0]),
      element('MaxParts', max),
      element('IsTruncated', parts.length > page.length),
      optional('ChecksumAlgorithm', upload.checksumAlgorithm),
      optional('ChecksumType', upload.checksumType),
      page.map(([number, part]) =>
        element(
          'Part',
          element('PartNumber', number),
          element('LastModified', part.modified.toISOString()),
          element('ETag', part.etag),
          element('Size', part.body.length),
          part.checksum === undefined ? undefined : element(`Checksum${part.checksum.algorithm}`, part.checksum.value),
        ),
      ),
    ),
  );
}
