import type { ObjectVersion } from '../../store/buckets.js';
import { authorize } from './authorize.js';
import type { S3Call } from './call.js';
import { s3Error } from './errors.js';
import type { Page } from './pages.js';
import { element, optional, type Xml } from './xml.js';

/** What every listing has: prefix, delimiter, size of a page, encoding of keys. */
export interface ListRequest {
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

/** Reads the parameters that all listings share. Throws InvalidArgument. */
export function readList(call: S3Call, maxName: string): ListRequest {
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
export function authorizeList(call: S3Call, action: string): void {
  const { query } = call.request;
  authorize(call, action, {
    context: {
      's3:prefix': query.get('prefix') ?? undefined,
      's3:delimiter': query.get('delimiter') ?? undefined,
      's3:max-keys': query.get('max-keys') ?? '1000',
    },
  });
}

/** The Owner element. */
export function ownerElement(call: S3Call, account: string): Xml {
  return element('Owner', element('ID', call.world.canonicalId(account)));
}

/** What a listing says of an object. */
export function facts(version: ObjectVersion): readonly (Xml | undefined)[] {
  return [
    element('LastModified', version.modified.toISOString()),
    element('ETag', version.etag),
    optional('ChecksumAlgorithm', version.checksum?.algorithm),
    optional('ChecksumType', version.checksum?.type),
    element('Size', version.body.length),
    element('StorageClass', version.storageClass),
  ];
}

/** The CommonPrefixes of a page. */
export function prefixes(list: ListRequest, page: Page<unknown>): readonly Xml[] {
  return page.commonPrefixes.map((prefix) => element('CommonPrefixes', element('Prefix', list.encode(prefix))));
}
