import type { PublicAccessBlock } from '../aws/ports.js';
import { ownedStatements } from '../policy/merge.js';
import type { PolicyDocument } from '../policy/types.js';
import type { BucketLive } from './bucket.js';
import { type BucketOwner, isMadeBy, isThere, madeBy, readOwner, readPolicy } from './bucket-reads.js';
import type { ResourceKind } from './kind.js';

const KEYS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
const ALL_ON: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

export interface PublicAccessLive {
  readonly settings: PublicAccessBlock | undefined;
  readonly owner: BucketOwner;
  /** Read where it is to be closed again: whether we are the ones who opened it. */
  readonly policy: PolicyDocument | undefined;
}

function same(a: PublicAccessBlock | undefined, b: PublicAccessBlock | undefined): boolean {
  return KEYS.every((key) => (a?.[key] ?? false) === (b?.[key] ?? false));
}

/** Block Public Access of a bucket (S3 User Guide, "Blocking public access to your Amazon S3 storage"). */
export const publicAccessBlock: ResourceKind<'public-access-block', PublicAccessLive> = {
  type: 'public-access-block',
  shared: false,
  goesWithParent: 'bucket',
  identify: (desired) => desired.bucket,
  dependsOn: (desired) => [{ kind: 'bucket', id: desired.bucket }],
  readsMost: (desired) => desired.purpose === 'opened',
  async read(desired, reader) {
    const name = desired.bucket;
    const [settings, owner, policy] = await Promise.all([
      isThere(reader, name)
        ? reader.once(`GetPublicAccessBlock ${name}`, (ports) => ports.s3.getPublicAccessBlock(name))
        : undefined,
      readOwner(reader, name),
      reader.goal === 'absent' && desired.purpose === 'opened' ? readPolicy(reader, name) : undefined,
    ]);
    return { settings, owner, policy };
  },
  refresh: async (live, desired, { ports }) => ({
    ...live,
    settings: await ports.s3.getPublicAccessBlock(desired.bucket),
  }),
  put(live, desired, by) {
    if (desired.purpose === 'made') {
      return isMadeBy(live.owner, by.owner.tag)
        ? { ...live, owner: madeBy(by.owner.tag), settings: desired.settings }
        : live;
    }
    // S3 makes buckets with all four on; on others it is only loosened, what is off already stays off.
    if (live.owner.state === 'missing') return { ...live, owner: madeBy(by.owner.tag), settings: desired.settings };
    if (live.settings === undefined) return live;
    const settings = Object.fromEntries(
      KEYS.map((key) => [key, live.settings?.[key] === true && desired.settings[key]]),
    ) as unknown as PublicAccessBlock;
    return { ...live, settings };
  },
  take(live, desired, by, outlook) {
    const bucket = outlook.planned('bucket', desired.bucket) as BucketLive | undefined;
    if (bucket?.exists === false) return { live: { ...live, settings: undefined } };
    if (desired.purpose === 'made') return { live };
    if (ownedStatements(live.policy, by.owner.mark).length === 0) return { live };
    return { live: { ...live, settings: ALL_ON } };
  },
  show: ({ settings }) => settings ?? null,
  same: (a, b) => same(a.settings, b.settings),
  async write(_before, { settings }, desired, { s3 }) {
    if (settings !== undefined) await s3.putPublicAccessBlock(desired.bucket, settings);
  },
  opensToAll: (desired) => desired.purpose === 'opened',
};
