import type { Tags } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import type { BucketPolicyLive } from './bucket-policy.js';
import { isThere, readTags } from './bucket-reads.js';
import type { ResourceKind } from './kind.js';
import { marked, sameTags, sortedTags } from './ownership.js';

export interface BucketLive {
  readonly bucket: string;
  readonly exists: boolean;
  readonly region: string;
  readonly tags: Tags;
  /** Only read where the bucket is to be removed. */
  readonly holdsObjects: boolean;
}

/** Buckets (Amazon S3 API Reference, CreateBucket, DeleteBucket). Existing ones are used and never changed or deleted. */
export const bucket: ResourceKind<'bucket', BucketLive> = {
  type: 'bucket',
  shared: false,
  identify: (desired) => desired.bucket,
  dependsOn: () => [],
  readsMost: (desired) => desired.create,
  async read(desired, reader) {
    const name = desired.bucket;
    const exists = isThere(reader, name);
    const [tags, holdsObjects] = await Promise.all([
      desired.create ? readTags(reader, name) : {},
      exists && desired.create && reader.goal === 'absent'
        ? reader.once(`ListObjectVersions ${name}`, (ports) => ports.s3.holdsObjects(name))
        : false,
    ]);
    return { bucket: name, exists, region: reader.facts.buckets?.[name]?.region ?? desired.region, tags, holdsObjects };
  },
  async refresh(live, desired, { ports }) {
    const found = await ports.s3.headBucket(desired.bucket);
    if (found === undefined) return { ...live, exists: false, tags: {} };
    return {
      ...live,
      exists: true,
      region: found.region,
      tags: desired.create ? await ports.s3.getBucketTags(desired.bucket) : {},
    };
  },
  put(live, desired, by) {
    if (!live.exists) {
      if (!desired.create) return live;
      return { ...live, exists: true, region: desired.region, tags: marked(desired.tags, by) };
    }
    if (live.tags[TAG_CONNECTION] !== by.owner.tag) return live;
    return { ...live, tags: marked({ ...live.tags, ...desired.tags }, by) };
  },
  take(live, _desired, by, outlook) {
    if (!live.exists) return { live };
    const name = live.bucket;
    const owner = live.tags[TAG_CONNECTION];
    if (owner !== by.owner.tag) {
      const whose = owner === undefined ? 'was not made by s3connect' : `was made by the connection ${owner}`;
      return { live, left: `the bucket ${name} ${whose}`, foreign: true };
    }
    if (live.holdsObjects) return { live, left: `the bucket ${name} holds objects` };
    const policy = outlook.planned('bucket-policy', name) as BucketPolicyLive | undefined;
    if (asList(policy?.policy?.Statement).length > 0) {
      return { live, left: `the policy of the bucket ${name} has statements of others` };
    }
    return { live: { ...live, exists: false, tags: {} } };
  },
  show: (live) => (live.exists ? { bucket: live.bucket, region: live.region, tags: sortedTags(live.tags) } : null),
  same: (a, b) => a.exists === b.exists && sameTags(a.tags, b.tags),
  async write(before, after, _desired, { s3 }) {
    if (!after.exists) {
      if (before.exists) await s3.deleteBucket(before.bucket);
      return;
    }
    if (!before.exists) {
      try {
        await s3.createBucket(after.bucket, after.region, 'BucketOwnerEnforced');
      } catch (e) {
        // A repeated attempt of this very step; anybody else's bucket of that name gives BucketAlreadyExists.
        if (!(e instanceof S3ConnectError && e.awsCode === 'BucketAlreadyOwnedByYou')) throw e;
      }
    }
    await s3.putBucketTags(after.bucket, after.tags);
  },
  learn: (live, _desired, by) =>
    live.exists ? { buckets: { [live.bucket]: { region: live.region, account: by.place.account } } } : {},
};
