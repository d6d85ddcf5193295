import type { Bucket, ObjectVersion } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize, ownerOf } from './authorize.js';
import { type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { byUtf8, type Page, pageOf } from './pages.js';
import { document, element, optional, type Xml } from './xml.js';

interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly max: number;
  readonly encode: (text: string) => string;
  readonly encoding: string | undefined;
}

function number(call: S3Call, name: string): number {
  const text = call.request.query.get(name);
  if (text === null || text === '') return 1000;
  if (!/^\d+$/.test(text)) {
    throw s3Error('InvalidArgument', {
      message: `Provided ${name} not an integer or within integer range`,
      extra: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Math.min(Number(text), 1000);
}

function urlEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function readList(call: S3Call, maxName: string): ListRequest {
  const { query } = call.request;
  const encoding = query.get('encoding-type') ?? undefined;
  if (encoding !== undefined && encoding !== 'url') {
    throw s3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' });
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    max: number(call, maxName),
    encode: encoding === 'url' ? urlEncoded : (text) => text,
    encoding,
  };
}

/** Keys that S3 hands to the policies with a listing; `s3:max-keys` is always there. */
function authorizeList(call: S3Call, action: string): void {
  const { query } = call.request;
  authorize(call, action, {
    context: {
      's3:prefix': query.get('prefix') ?? undefined,
      's3:delimiter': query.get('delimiter') ?? undefined,
      's3:max-keys': query.get('max-keys') ?? '1000',
    },
  });
}

function currentKeys(bucket: Bucket): readonly string[] {
  const keys: string[] = [];
  for (const [key, versions] of bucket.objects) if (versions.at(-1)?.deleteMarker === false) keys.push(key);
  return keys.sort(byUtf8);
}

function ownerElement(call: S3Call, account: string): Xml {
  return element('Owner', element('ID', call.world.canonicalId(account)));
}

function contents(call: S3Call, list: ListRequest, page: Page<string>, withOwner: boolean): readonly Xml[] {
  return page.items.map((key) => {
    const version = call.bucket.objects.get(key)!.at(-1)!;
    return element(
      'Contents',
      element('Key', list.encode(key)),
      facts(version),
      withOwner ? ownerElement(call, ownerOf(call, version)) : undefined,
    );
  });
}

function facts(version: ObjectVersion): readonly (Xml | undefined)[] {
  return [
    element('LastModified', version.modified.toISOString()),
    element('ETag', version.etag),
    optional('ChecksumAlgorithm', version.checksum?.algorithm),
    optional('ChecksumType', version.checksum?.type),
    element('Size', version.body.length),
    element('StorageClass', version.storageClass),
  ];
}

function prefixes(list: ListRequest, page: Page<unknown>): readonly Xml[] {
  return page.commonPrefixes.map((prefix) => element('CommonPrefixes', element('Prefix', list.encode(prefix))));
}

/** ListObjectsV2. */
export function listObjectsV2(call: S3Call): WireResponse {
  const list = readList(call, 'max-keys');
  authorizeList(call, 's3:ListBucket');
  const { query } = call.request;
  const token = query.get('continuation-token') ?? undefined;
  const startAfter = query.get('start-after') ?? undefined;
  if (token === '') {
    throw s3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
  }
  const page = pageOf(currentKeys(call.bucket), (key) => key, {
    ...list,
    after: token === undefined ? (startAfter ?? '') : fromToken(token),
  });
  return xmlResponse(
    document(
      'ListBucketResult',
      element('Name', call.bucketName),
      element('Prefix', list.encode(list.prefix)),
      optional('StartAfter', startAfter === undefined ? undefined : list.encode(startAfter)),
      optional('ContinuationToken', token),
      optional('NextContinuationToken', page.truncated ? toToken(page.last) : undefined),
      element('KeyCount', page.items.length + page.commonPrefixes.length),
      element('MaxKeys', list.max),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('IsTruncated', page.truncated),
      contents(call, list, page, query.get('fetch-owner') === 'true'),
      prefixes(list, page),
    ),
  );
}

function toToken(last: string): string {
  return Buffer.from(last, 'utf8').toString('base64');
}

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (toToken(text) !== token) {
    throw s3Error('InvalidArgument', {
      message: 'The continuation token provided is incorrect',
      extra: { ArgumentName: 'continuation-token' },
    });
  }
  return text;
}

/** ListObjects (version 1). */
export function listObjects(call: S3Call): WireResponse {
  const list = readList(call, 'max-keys');
  authorizeList(call, 's3:ListBucket');
  const marker = call.request.query.get('marker') ?? '';
  const page = pageOf(currentKeys(call.bucket), (key) => key, { ...list, after: marker });
  return xmlResponse(
    document(
      'ListBucketResult',
      element('Name', call.bucketName),
      element('Prefix', list.encode(list.prefix)),
      element('Marker', list.encode(marker)),
      page.truncated && list.delimiter !== '' ? element('NextMarker', list.encode(page.last)) : undefined,
      element('MaxKeys', list.max),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('IsTruncated', page.truncated),
      contents(call, list, page, true),
      prefixes(list, page),
    ),
  );
}

interface Listed {
  readonly key: string;
  readonly version: ObjectVersion;
  readonly latest: boolean;
}

function allVersions(bucket: Bucket): readonly Listed[] {
  return [...bucket.objects.keys()].sort(byUtf8).flatMap((key) => {
    const versions = bucket.objects.get(key) ?? [];
    return versions.map((version, index) => ({ key, version, latest: index === versions.length - 1 })).reverse();
  });
}

/** ListObjectVersions, delete markers among them. */
export function listVersions(call: S3Call): WireResponse {
  const list = readList(call, 'max-keys');
  authorizeList(call, 's3:ListBucketVersions');
  const { query } = call.request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  const all = allVersions(call.bucket);
  const at =
    idMarker === '' ? -1 : all.findIndex((item) => item.key === keyMarker && item.version.versionId === idMarker);
  const page = pageOf(at < 0 ? all : all.slice(at + 1), (item) => item.key, {
    ...list,
    after: at < 0 ? keyMarker : '',
  });
  const last = page.items.at(-1);
  return xmlResponse(
    document(
      'ListVersionsResult',
      element('Name', call.bucketName),
      element('Prefix', list.encode(list.prefix)),
      element('KeyMarker', list.encode(keyMarker)),
      element('VersionIdMarker', idMarker),
      page.truncated ? element('NextKeyMarker', list.encode(page.last)) : undefined,
      page.truncated && last?.key === page.last ? element('NextVersionIdMarker', last.version.versionId) : undefined,
      element('MaxKeys', list.max),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('IsTruncated', page.truncated),
      page.items.map(({ key, version, latest }) =>
        element(
          version.deleteMarker ? 'DeleteMarker' : 'Version',
          element('Key', list.encode(key)),
          element('VersionId', version.versionId),
          element('IsLatest', latest),
          version.deleteMarker ? element('LastModified', version.modified.toISOString()) : facts(version),
          ownerElement(call, ownerOf(call, version)),
        ),
      ),
      prefixes(list, page),
    ),
  );
}

/** ListMultipartUploads. Its action carries none of the listing's condition keys. */
export function listUploads(call: S3Call): WireResponse {
  const list = readList(call, 'max-uploads');
  authorize(call, 's3:ListBucketMultipartUploads');
  const { query } = call.request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const all = [...call.bucket.uploads.values()].sort(
    (a, b) => byUtf8(a.key, b.key) || a.initiated.getTime() - b.initiated.getTime(),
  );
  const at = idMarker === '' ? -1 : all.findIndex((upload) => upload.id === idMarker);
  const page = pageOf(at < 0 ? all : all.slice(at + 1), (upload) => upload.key, {
    ...list,
    after: at < 0 ? keyMarker : '',
  });
  return xmlResponse(
    document(
      'ListMultipartUploadsResult',
      element('Bucket', call.bucketName),
      element('KeyMarker', list.encode(keyMarker)),
      element('UploadIdMarker', idMarker),
      page.truncated ? element('NextKeyMarker', list.encode(page.last)) : undefined,
      page.truncated ? element('NextUploadIdMarker', page.items.at(-1)?.id ?? '') : undefined,
      element('Prefix', list.encode(list.prefix)),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('MaxUploads', list.max),
      element('IsTruncated', page.truncated),
      page.items.map((upload) =>
        element(
          'Upload',
          element('Key', list.encode(upload.key)),
          element('UploadId', upload.id),
          element('Initiator', element('ID', upload.initiator)),
          ownerElement(call, upload.owner),
          element('StorageClass', upload.storageClass),
          element('Initiated', upload.initiated.toISOString()),
          optional('ChecksumAlgorithm', upload.checksumAlgorithm),
          optional('ChecksumType', upload.checksumType),
        ),
      ),
      prefixes(list, page),
    ),
  );
}
