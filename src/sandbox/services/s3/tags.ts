import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { NO_CONTENT, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { childOf, childrenOf, document, element, type ParsedElement, parseXml, textOf, type Xml } from './xml.js';

/** The tags of a `TagSet` or `Tags` element. */
export function tagsOf(parent: ParsedElement | undefined): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of parent === undefined ? [] : childrenOf(parent, 'Tag')) {
    const key = textOf(tag, 'Key') ?? '';
    if (tags.has(key)) throw s3Error('InvalidTag', { message: 'Cannot provide multiple Tags with the same key' });
    tags.set(key, textOf(tag, 'Value') ?? '');
  }
  return tags;
}

const WORDS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * The rules for tags (S3 User Guide, "Categorizing your objects using tags"; buckets take 50, objects 10).
 *
 * @throws InvalidTag, BadRequest
 */
export function checkTags(tags: ReadonlyMap<string, string>, most = 50): void {
  if (tags.size > most) {
    throw s3Error('InvalidTag', {
      message: `${most === 10 ? 'Object' : 'Bucket'} tags cannot be greater than ${most}`,
    });
  }
  for (const [key, value] of tags) {
    if (key.length < 1 || key.length > 128 || !WORDS.test(key)) {
      throw s3Error('InvalidTag', { message: 'The TagKey you have provided is invalid', extra: { TagKey: key } });
    }
    if (value.length > 256 || !WORDS.test(value)) {
      throw s3Error('InvalidTag', { message: 'The TagValue you have provided is invalid', extra: { TagKey: key } });
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw s3Error('InvalidTag', { message: 'System tags cannot be added/updated by requester' });
    }
  }
}

/** The tags of an `x-amz-tagging` header: a query string. */
export function tagsOfHeader(value: string | undefined): ReadonlyMap<string, string> {
  const tags = new Map(new URLSearchParams(value ?? ''));
  checkTags(tags, 10);
  return tags;
}

/** A `TagSet` element. */
export function tagSet(tags: ReadonlyMap<string, string>): Xml {
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
  return element(
    'TagSet',
    sorted.map(([key, value]) => element('Tag', element('Key', key), element('Value', value))),
  );
}

/** Reads a `Tagging` body. */
export function readTagging(body: Buffer, most: number): ReadonlyMap<string, string> {
  const set = childOf(parseXml(body, 'Tagging'), 'TagSet');
  if (set === undefined) throw s3Error('MalformedXML');
  const tags = tagsOf(set);
  checkTags(tags, most);
  return tags;
}

/** GetBucketTagging. */
export function getBucketTagging(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketTagging');
  const { tags } = call.bucket;
  if (tags === undefined) throw s3Error('NoSuchTagSet', { extra: { BucketName: call.bucket.name } });
  return xmlResponse(document('Tagging', tagSet(tags)));
}

/** PutBucketTagging replaces the whole set. */
export function putBucketTagging(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketTagging');
  const tags = readTagging(call.request.body, 50);
  call.bucket.tags = tags.size === 0 ? undefined : tags;
  return NO_CONTENT;
}

/** DeleteBucketTagging: s3:PutBucketTagging decides. */
export function deleteBucketTagging(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketTagging');
  call.bucket.tags = undefined;
  return NO_CONTENT;
}
