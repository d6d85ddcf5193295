import { bucketRegion } from '../../connection/names.js';
import type { Facts, ResolvedBucket, Site } from '../../connection/types.js';

/** The account that a bucket (and its access point) is in. */
export function bucketAccountOf(bucket: ResolvedBucket, facts: Facts): string {
  return bucket.site.account ?? facts.account;
}

/** Profile and region that reach a bucket. */
export function siteOf(bucket: ResolvedBucket, facts: Facts): Site {
  return { ...bucket.site, region: bucketRegion(bucket, facts) };
}
