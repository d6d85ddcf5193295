import type { Tags } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { Reader } from './kind.js';

/** A bucket is there where its region is known; nothing of a missing one needs to be read. */
export function isThere(reader: Reader, bucket: string): boolean {
  return reader.facts.buckets?.[bucket] !== undefined;
}

export async function readTags(reader: Reader, bucket: string): Promise<Tags> {
  return isThere(reader, bucket)
    ? reader.once(`GetBucketTagging ${bucket}`, (ports) => ports.s3.getBucketTags(bucket))
    : {};
}

export async function readPolicy(reader: Reader, bucket: string) {
  return isThere(reader, bucket)
    ? reader.once(`GetBucketPolicy ${bucket}`, (ports) => ports.s3.getBucketPolicy(bucket))
    : undefined;
}

/** Whose a bucket is: `missing`, or the connection tag's value, or `someone` where it has none. */
export type BucketOwner =
  | { readonly state: 'missing' }
  | { readonly state: 'there'; readonly connection: string | undefined };

export async function readOwner(reader: Reader, bucket: string): Promise<BucketOwner> {
  if (!isThere(reader, bucket)) return { state: 'missing' };
  return { state: 'there', connection: (await readTags(reader, bucket))[TAG_CONNECTION] };
}

/** What belongs to the making of a bucket is only done to one that this connection makes or made. */
export function isMadeBy(owner: BucketOwner, tag: string): boolean {
  return owner.state === 'missing' || owner.connection === tag;
}

/** A bucket that is missing is made by the first connection of the run that makes it. */
export function madeBy(tag: string): BucketOwner {
  return { state: 'there', connection: tag };
}
