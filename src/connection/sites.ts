import { S3ConnectError } from '../errors.js';
import { settingsFor } from '../template/settings.js';
import type { GrantTarget } from './grants.js';
import { accessPointArn, bucketAccount, bucketArn, bucketRegion, inOtherAccount } from './names.js';
import type { Facts, ResolvedBucket, ResolvedConnection, Site } from './types.js';

/** One bucket entry with everything about its place that the account tells. */
export interface PlacedBucket {
  readonly bucket: ResolvedBucket;
  readonly site: Site;
  /** In another account than the role, user or caller. */
  readonly foreign: boolean;
  readonly direct: GrantTarget;
  readonly point: { readonly name: string; readonly arn: string; readonly target: GrantTarget } | undefined;
  /** False where an access point is the only way. */
  readonly directly: boolean;
}

/**
 * Where each bucket entry is, and which ARNs it is granted by.
 *
 * @throws S3ConnectError BadValue where the bucket's region is none that the template allows
 */
export function placeBuckets(c: ResolvedConnection, facts: Facts): readonly PlacedBucket[] {
  const regions = settingsFor(c.template, c.method).bucket?.regions;
  return c.buckets.map((bucket) => {
    const region = bucketRegion(bucket, facts);
    const found = facts.buckets !== undefined && Object.hasOwn(facts.buckets, bucket.name);
    if (regions !== undefined && found && !regions.includes(region)) {
      throw new S3ConnectError(
        'BadValue',
        `${c.template.vendor} can't use the bucket "${bucket.name}": it is in ${region}.`,
        {
          path: bucket.pointer,
          hint: `Use a bucket in one of ${regions.join(', ')}.`,
        },
      );
    }
    const arn = bucketArn(facts.partition, bucket.name);
    const point = bucket.accessPoint;
    const pointArn =
      point === undefined
        ? undefined
        : accessPointArn(facts.partition, region, bucketAccount(bucket, facts), point.name);
    return {
      bucket,
      site: { ...bucket.site, region },
      foreign: bucket.site.account !== undefined && facts.account !== '' && inOtherAccount(bucket, facts),
      direct: { bucket: arn, objects: (prefix) => `${arn}/${prefix}*` },
      point:
        point === undefined || pointArn === undefined
          ? undefined
          : {
              name: point.name,
              arn: pointArn,
              target: { bucket: pointArn, objects: (prefix) => `${pointArn}/object/${prefix}*` },
            },
      directly: point === undefined || point.direct,
    };
  });
}

/** The entries of each bucket together, in the order of the file. */
export function byBucket(placed: readonly PlacedBucket[]): readonly (readonly PlacedBucket[])[] {
  const groups = new Map<string, PlacedBucket[]>();
  for (const one of placed) {
    const group = groups.get(one.bucket.name);
    if (group === undefined) groups.set(one.bucket.name, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
