import type { ResolvedBucket } from '../../connection/types.js';
import type { PolicyDocument, PolicySet } from '../../policy/types.js';
import { ownIdentity } from '../caller.js';
import type { NamedPolicy, Seen } from '../live.js';
import { bucketAccountOf, siteOf } from './place.js';
import type { EvaluatorScene } from './types.js';

/** AWS asks the other account too; what that side says can't be seen from here, so it is taken to allow. */
export const OTHER_SIDE: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

export interface Assembled {
  readonly set: PolicySet;
  readonly policies: readonly NamedPolicy[];
}

/** The principal's own side: its live policies in the own account, everything in another one. */
export async function identitySide(principal: string, s: EvaluatorScene): Promise<Seen<Assembled>> {
  const { facts, own } = s.survey;
  if (principal === '*') return { readable: true, value: { set: {}, policies: [] } };
  const identity = ownIdentity(principal, facts.account);
  if (identity === undefined) {
    return { readable: true, value: { set: { identityPolicies: [OTHER_SIDE] }, policies: [] } };
  }
  if (!own) return { readable: false, why: 'another account' };
  const seen = await s.live.identity(s.connection.site, identity.kind, identity.name);
  if (!seen.readable) return seen;
  const policies = seen.value?.policies ?? [];
  const boundary = seen.value?.permissionsBoundary;
  return {
    readable: true,
    value: {
      policies,
      set: {
        identityPolicies: policies.map(({ document }) => document),
        ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
      },
    },
  };
}

/** The bucket's side: its policy, Block Public Access on each level, and the access point's policy where one is used. */
export async function bucketSide(
  bucket: ResolvedBucket,
  through: 'bucket' | 'access-point',
  forEverybody: boolean,
  s: EvaluatorScene,
): Promise<Seen<PolicySet>> {
  const { facts } = s.survey;
  const site = siteOf(bucket, facts);
  const account = bucketAccountOf(bucket, facts);
  const point = through === 'access-point' ? bucket.accessPoint : undefined;
  const unreadable: Seen<undefined> = { readable: false, why: 'another account' };
  // Who may not read the policy learns nothing from the rest.
  if (!s.survey.own) {
    const policy = await s.live.bucketPolicy(site, bucket.name);
    if (!policy.readable) return policy;
  }
  const [policy, block, accountBlock, pointPolicy, record] = await Promise.all([
    s.live.bucketPolicy(site, bucket.name),
    s.live.bucketBlock(site, bucket.name),
    s.survey.own ? s.live.accountBlock(site, account) : unreadable,
    point === undefined ? undefined : s.live.accessPointPolicy(site, account, point.name),
    point === undefined ? undefined : s.live.accessPoint(site, account, point.name),
  ]);
  if (!policy.readable) return policy;
  if (pointPolicy !== undefined && !pointPolicy.readable) return pointPolicy;
  // Who isn't let in by a public statement isn't touched by Block Public Access; for everybody it decides.
  if (forEverybody && !block.readable) return block;
  if (forEverybody && !accountBlock.readable) return accountBlock;
  const blocks = {
    ...(block.readable && block.value !== undefined ? { bucket: block.value } : {}),
    ...(accountBlock.readable && accountBlock.value !== undefined ? { account: accountBlock.value } : {}),
    ...(record?.readable && record.value?.publicAccessBlock !== undefined
      ? { accessPoint: record.value.publicAccessBlock }
      : {}),
  };
  return {
    readable: true,
    value: {
      ...(policy.value === undefined ? {} : { resourcePolicy: policy.value }),
      ...(pointPolicy?.value === undefined ? {} : { accessPointPolicy: pointPolicy.value }),
      ...(Object.keys(blocks).length > 0 ? { blockPublicAccess: blocks } : {}),
    },
  };
}
