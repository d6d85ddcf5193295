import type { Bucket } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { ownerOf } from './authorize.js';
import { type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { authorizeList, facts, type ListRequest, ownerElement, prefixes, readList } from './list-request.js';
import { byUtf8, type Page, pageOf } from './pages.js';
import { document, element, optional, type Xml } from './xml.js';

function currentKeys(bucket: Bucket): readonly string[] {
  const keys: string[] = [];
  for (const [key, versions] of bucket.objects) if (versions.at(-1)?.deleteMarker === false) keys.push(key);
  return keys.sort(byUtf8);
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
