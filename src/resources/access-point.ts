import type { AccessPointRecord, Tags } from '../aws/ports.js';
import { accessPointArn } from '../connection/names.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredByKind, Facts } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import type { PolicyDocument } from '../policy/types.js';
import type { BucketPolicyLive } from './bucket-policy.js';
import type { Place, Reader, ResourceKind } from './kind.js';
import { marked } from './ownership.js';

export interface AccessPointLive {
  readonly point: AccessPointRecord | undefined;
  readonly tags: Tags;
}

function arnOf(desired: { readonly name: string }, place: Place): string {
  return accessPointArn(place.partition, place.region, place.account, desired.name);
}

/** The one read of an access point that facts, its policy and it itself share. */
export function readPoint(reader: Reader, name: string): Promise<AccessPointRecord | undefined> {
  const { account } = reader.place;
  return reader.once(`GetAccessPoint ${account} ${name}`, (ports) => ports.s3control.getAccessPoint(account, name));
}

/** Tags matter only where it is to be removed: one that fits is used, whoever made it. */
async function tagsFor(reader: Reader, point: AccessPointRecord | undefined): Promise<Tags> {
  if (point === undefined || reader.goal === 'present') return {};
  const { account } = reader.place;
  return reader.once(`ListTagsForResource ${point.arn}`, (ports) =>
    ports.s3control.getAccessPointTags(account, point.arn),
  );
}

/** Does the bucket's policy still let somebody in through the access point? */
function delegatesTo(policy: PolicyDocument | undefined, arn: string): boolean {
  return asList(policy?.Statement).some(
    ({ Effect: effect, Condition: condition }) =>
      effect === 'Allow' && asList(condition?.StringEquals?.['s3:DataAccessPointArn']).includes(arn),
  );
}

function fits(point: AccessPointRecord, desired: DesiredByKind['access-point']): boolean {
  return point.bucket === desired.bucket && point.vpcId === desired.vpcId;
}

/** Access points (S3 User Guide, "Creating access points"); bucket and VPC are fixed when one is made. */
export const accessPoint: ResourceKind<'access-point', AccessPointLive> = {
  type: 'access-point',
  shared: false,
  identify: arnOf,
  dependsOn: (desired) => [{ kind: 'bucket', id: desired.bucket }],
  async read(desired, reader) {
    const point = await readPoint(reader, desired.name);
    return { point, tags: await tagsFor(reader, point) };
  },
  refresh: async (live, desired, { ports, place }) => ({
    ...live,
    point: await ports.s3control.getAccessPoint(place.account, desired.name),
  }),
  put(live, desired, by) {
    if (live.point !== undefined) {
      if (fits(live.point, desired)) return live;
      const where = live.point.vpcId === undefined ? 'the internet' : `the VPC ${live.point.vpcId}`;
      throw new S3ConnectError(
        'NotOurs',
        `The access point ${desired.name} exists for the bucket ${live.point.bucket}, reachable from ${where}.`,
        { path: '--access-point', hint: 'Give the access point another name.' },
      );
    }
    return {
      point: {
        name: desired.name,
        bucket: desired.bucket,
        arn: arnOf(desired, by.place),
        alias: undefined,
        vpcId: desired.vpcId,
        publicAccessBlock: undefined,
      },
      tags: marked({}, by),
    };
  },
  take(live, desired, by, outlook) {
    if (live.point === undefined) return { live };
    const owner = live.tags[TAG_CONNECTION];
    const policy = outlook.planned('bucket-policy', desired.bucket) as BucketPolicyLive | undefined;
    if (owner === by.owner.tag && delegatesTo(policy?.policy, live.point.arn))
      return { live, left: `the access point ${desired.name} is used by another connection` };
    if (owner === by.owner.tag) return { live: { point: undefined, tags: {} } };
    const whose = owner === undefined ? 'was there before' : `was made by the connection ${owner}`;
    return { live, foreign: true, left: `the access point ${desired.name} ${whose}` };
  },
  show: ({ point }) =>
    point === undefined ? null : { name: point.name, bucket: point.bucket, vpcId: point.vpcId ?? null },
  same: ({ point: a }, { point: b }) =>
    a === undefined || b === undefined ? a === b : a.bucket === b.bucket && a.vpcId === b.vpcId,
  async write(before, after, desired, { s3control }, place) {
    if (after.point === undefined) {
      if (before.point !== undefined) await s3control.deleteAccessPoint(place.account, desired.name);
      return;
    }
    const { name, bucket, vpcId } = desired;
    await s3control.createAccessPoint(place.account, { name, bucket, vpcId, tags: after.tags });
  },
  learn: ({ point }): Partial<Facts> =>
    point?.alias === undefined ? {} : { accessPointAliases: { [point.name]: point.alias } },
};
