import { createHash } from 'node:crypto';
import type { Checksum, Grant, ObjectVersion } from '../../store/buckets.js';
import type { WireRequest } from '../../types.js';
import { cannedAcl, checkWriteAcl, grantsOfHeaders } from './acl.js';
import { authorize } from './authorize.js';
import { header, type S3Call } from './call.js';
import { checksumHeader, checksumOf, requestedAlgorithm } from './checksums.js';
import { aclKeys, type Extra } from './context.js';
import { s3Error } from './errors.js';
import { lockOfHeaders } from './object-retention.js';
import { tagsOfHeader } from './tags.js';

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-website-redirect-location',
];

/** The headers that come back with the object as they were sent. */
function keptHeaders(request: WireRequest): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = request.headers[name];
    if (value === undefined) continue;
    // aws-chunked is the transport's affair and isn't kept.
    const cleaned =
      name === 'content-encoding'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '' && part !== 'aws-chunked')
            .join(',')
        : value;
    if (cleaned !== '') kept[name] = cleaned;
  }
  return kept;
}

/** User metadata (`x-amz-meta-*`), without the prefix. Throws MetadataTooLarge over 2 KB. */
function metadataOf(request: WireRequest): Readonly<Record<string, string>> {
  const entries = Object.entries(request.headers)
    .filter(([name]) => name.startsWith('x-amz-meta-'))
    .map(([name, value]) => [name.slice('x-amz-meta-'.length), value] as const);
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > 2048) throw s3Error('MetadataTooLarge');
  return Object.fromEntries(entries);
}

/** Condition keys of s3:PutObject (Service Authorization Reference). `creation` is false for the parts of an upload. */
export function putObjectKeys(call: S3Call, creation: boolean): Extra {
  const { headers } = call.request;
  const tags = tagsOfHeader(header(call, 'x-amz-tagging'));
  return {
    ...aclKeys(call),
    's3:x-amz-server-side-encryption': headers['x-amz-server-side-encryption'],
    's3:x-amz-server-side-encryption-aws-kms-key-id': headers['x-amz-server-side-encryption-aws-kms-key-id'],
    's3:x-amz-server-side-encryption-customer-algorithm': headers['x-amz-server-side-encryption-customer-algorithm'],
    's3:x-amz-storage-class': headers['x-amz-storage-class'],
    's3:x-amz-copy-source': headers['x-amz-copy-source'],
    's3:x-amz-metadata-directive': headers['x-amz-metadata-directive'],
    's3:x-amz-website-redirect-location': headers['x-amz-website-redirect-location'],
    's3:if-match': headers['if-match'],
    's3:if-none-match': headers['if-none-match'],
    's3:ObjectCreationOperation': String(creation),
    's3:RequestObjectTagKeys': tags.size === 0 ? undefined : [...tags.keys()],
    ...Object.fromEntries([...tags].map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
  };
}

export interface WriteHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  readonly acl: readonly Grant[];
  readonly owner: string;
  readonly storageClass: string;
  readonly retention?: ObjectVersion['retention'];
  readonly legalHold?: boolean;
}

const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

function objectOwner(call: S3Call): string {
  const { bucket, request } = call;
  const writer = request.caller.account ?? bucket.account;
  const handedOver =
    bucket.ownership === 'BucketOwnerEnforced' ||
    (bucket.ownership === 'BucketOwnerPreferred' && header(call, 'x-amz-acl') === 'bucket-owner-full-control');
  return handedOver ? bucket.account : writer;
}

/**
 * Authorizes a write and reads what it says about the object: s3:PutObject, and s3:PutObjectAcl, s3:PutObjectTagging
 * where it brings an ACL or tags (S3 API Reference, PutObject, "Permissions").
 *
 * @throws AccessDenied, AccessControlListNotSupported, InvalidArgument …
 */
export function authorizeWrite(call: S3Call, creation: boolean): WriteHeaders {
  if (Buffer.byteLength(call.key) > 1024) throw s3Error('KeyTooLongError', { extra: { MaxSizeAllowed: '1024' } });
  authorize(call, 's3:PutObject', { context: putObjectKeys(call, creation) });
  const owner = objectOwner(call);
  const asked = grantsOfHeaders(call, owner, call.bucket.account);
  if (asked !== undefined) {
    authorize(call, 's3:PutObjectAcl', { context: aclKeys(call) });
    checkWriteAcl(call, asked);
  }
  const tags = tagsOfHeader(header(call, 'x-amz-tagging'));
  if (tags.size > 0) authorize(call, 's3:PutObjectTagging', { context: putObjectKeys(call, creation) });
  const storageClass = header(call, 'x-amz-storage-class') ?? 'STANDARD';
  if (!STORAGE_CLASSES.includes(storageClass)) throw s3Error('InvalidStorageClass');
  checkEncryption(call);
  return {
    headers: keptHeaders(call.request),
    metadata: metadataOf(call.request),
    tags,
    acl: asked ?? cannedAcl('private', owner, call.bucket.account) ?? [],
    owner,
    storageClass,
    ...lockOfHeaders(call),
  };
}

function checkEncryption(call: S3Call): void {
  const asked = header(call, 'x-amz-server-side-encryption');
  if (asked === undefined || asked === 'AES256') return;
  if (asked === 'aws:kms' || asked === 'aws:kms:dsse') {
    throw s3Error('NotImplemented', { message: 'The sandbox has no KMS: server-side encryption is AES256 only' });
  }
  throw s3Error('InvalidArgument', { message: 'The encryption method specified is not supported' });
}

/**
 * Checks the body against Content-MD5 and the checksum header, and says which checksum the object keeps: the one that
 * was sent, else CRC-64/NVME over the whole (S3 User Guide, "Checking object integrity").
 *
 * @throws InvalidDigest, BadDigest (400)
 */
export function checksumOfBody(call: S3Call): Checksum {
  const { headers, body } = call.request;
  const md5 = headers['content-md5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw s3Error('InvalidDigest');
    if (createHash('md5').update(body).digest('base64') !== md5) throw s3Error('BadDigest');
  }
  const algorithm = requestedAlgorithm(headers) ?? 'CRC64NVME';
  const value = checksumOf(algorithm, body);
  const claimed = headers[checksumHeader(algorithm)];
  if (claimed !== undefined && claimed !== value) {
    throw s3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` });
  }
  return { algorithm, type: 'FULL_OBJECT', value };
}

/** MD5 in quotes, as the ETag of an object in one piece. */
export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The headers that tell of a stored object's checksum. */
export function checksumHeaders(checksum: Checksum | undefined): Readonly<Record<string, string>> {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** Every object is encrypted with SSE-S3. */
export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' } as const;

/** The headers of an answer to a write. */
export function writtenHeaders(version: ObjectVersion): Readonly<Record<string, string>> {
  return { etag: version.etag, ...ENCRYPTED, ...checksumHeaders(version.checksum) };
}
