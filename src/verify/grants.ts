import type { ResolvedBucket } from '../connection/types.js';

/** The operations that verify asks about, each with the one S3 action that decides it (Service Authorization Reference, Amazon S3). */
export const ACTION_OF = {
  location: 's3:GetBucketLocation',
  list: 's3:ListBucket',
  get: 's3:GetObject',
  put: 's3:PutObject',
  delete: 's3:DeleteObject',
  acl: 's3:PutObjectAcl',
} as const;

export type Operation = keyof typeof ACTION_OF;

export const OPERATIONS = Object.keys(ACTION_OF) as readonly Operation[];

function actionsFor(bucket: ResolvedBucket, operation: Operation) {
  const wanted = ACTION_OF[operation].toLowerCase();
  return bucket.actions.filter(({ action }) => action.toLowerCase() === wanted);
}

/** Whether the connection declares the operation on this bucket. */
export function grants(bucket: ResolvedBucket, operation: Operation): boolean {
  return actionsFor(bucket, operation).length > 0;
}

/** Whether the declared grant ends at the prefix: one is set, and no list of the template frees the action from it. */
export function limitedToPrefix(bucket: ResolvedBucket, operation: Operation): boolean {
  return bucket.prefix !== '' && actionsFor(bucket, operation).every(({ prefix }) => prefix !== false);
}

/** Whether the grant names the access point only, so that the direct way must be shut. */
export function onlyThroughAccessPoint(bucket: ResolvedBucket): boolean {
  return bucket.accessPoint !== undefined && !bucket.accessPoint.direct;
}
