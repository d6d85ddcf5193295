import type { BucketLive } from './bucket.js';
import { type BucketOwner, isMadeBy, isThere, madeBy, readOwner } from './bucket-reads.js';
import type { ResourceKind } from './kind.js';

export interface OwnershipLive {
  readonly objectOwnership: string | undefined;
  readonly owner: BucketOwner;
}

/** Object Ownership of a bucket that we make (S3 User Guide, "Controlling ownership of objects and disabling ACLs"). */
export const ownershipControls: ResourceKind<'ownership-controls', OwnershipLive> = {
  type: 'ownership-controls',
  shared: false,
  goesWithParent: 'bucket',
  identify: (desired) => desired.bucket,
  dependsOn: (desired) => [{ kind: 'bucket', id: desired.bucket }],
  async read(desired, reader) {
    const name = desired.bucket;
    const [objectOwnership, owner] = await Promise.all([
      isThere(reader, name)
        ? reader.once(`GetBucketOwnershipControls ${name}`, (ports) => ports.s3.getOwnershipControls(name))
        : undefined,
      readOwner(reader, name),
    ]);
    return { objectOwnership, owner };
  },
  refresh: async (live, desired, { ports }) => ({
    ...live,
    objectOwnership: await ports.s3.getOwnershipControls(desired.bucket),
  }),
  put: (live, desired, by) =>
    isMadeBy(live.owner, by.owner.tag)
      ? { ...live, owner: madeBy(by.owner.tag), objectOwnership: desired.objectOwnership }
      : live,
  take(live, desired, _by, outlook) {
    const bucket = outlook.planned('bucket', desired.bucket) as BucketLive | undefined;
    return { live: bucket?.exists === false ? { ...live, objectOwnership: undefined } : live };
  },
  show: ({ objectOwnership }) => (objectOwnership === undefined ? null : { objectOwnership }),
  same: (a, b) => a.objectOwnership === b.objectOwnership,
  async write(_before, { objectOwnership }, desired, { s3 }) {
    if (objectOwnership !== undefined) await s3.putOwnershipControls(desired.bucket, objectOwnership);
  },
};
