import { accessPointArn } from '../connection/names.js';
import { samePolicy } from '../policy/equal.js';
import { mergeOwned } from '../policy/merge.js';
import { isPublicPolicy } from '../policy/public.js';
import { fitOrThrow } from '../policy/size.js';
import type { PolicyDocument } from '../policy/types.js';
import type { AccessPointLive } from './access-point.js';
import { readPoint } from './access-point.js';
import type { ResourceKind } from './kind.js';
import { documentOf, principalRefs } from './policy-refs.js';

export interface AccessPointPolicyLive {
  readonly policy: PolicyDocument | undefined;
}

/** Access point policies (Amazon S3 API Reference, PutAccessPointPolicy): others' statements stay. */
export const accessPointPolicy: ResourceKind<'access-point-policy', AccessPointPolicyLive> = {
  type: 'access-point-policy',
  shared: true,
  bornEmptyIn: 'access-point',
  goesWithParent: 'access-point',
  identify: (desired, place) => accessPointArn(place.partition, place.region, place.account, desired.name),
  dependsOn: (desired, place) => [
    { kind: 'access-point', id: accessPointArn(place.partition, place.region, place.account, desired.name) },
    ...principalRefs(desired.statements),
  ],
  async read(desired, reader) {
    const { account } = reader.place;
    const [, policy] = await Promise.all([
      readPoint(reader, desired.name),
      reader.once(`GetAccessPointPolicy ${account} ${desired.name}`, (ports) =>
        ports.s3control.getAccessPointPolicy(account, desired.name),
      ),
    ]);
    return { policy };
  },
  refresh: async (_live, desired, { ports, place }) => ({
    policy: await ports.s3control.getAccessPointPolicy(place.account, desired.name),
  }),
  put({ policy }, desired, by) {
    const merged = mergeOwned(policy, by.owner.mark, desired.statements) ?? documentOf(desired.statements);
    return { policy: fitOrThrow(merged, 'access-point', `The policy of access point ${desired.name}`) };
  },
  take({ policy }, desired, by, outlook) {
    const id = accessPointPolicy.identify(desired, by.place);
    const point = outlook.planned('access-point', id) as AccessPointLive | undefined;
    if (point !== undefined && point.point === undefined) return { live: { policy: undefined } };
    return { live: { policy: mergeOwned(policy, by.owner.mark, []) } };
  },
  show: ({ policy }) => policy ?? null,
  same: (a, b) => samePolicy(a.policy, b.policy),
  async write(_before, { policy }, desired, { s3control }, place) {
    if (policy === undefined) await s3control.deleteAccessPointPolicy(place.account, desired.name);
    else await s3control.putAccessPointPolicy(place.account, desired.name, policy);
  },
  opensToAll: (desired) => isPublicPolicy(documentOf(desired.statements), 'access-point'),
  documents: ({ policy }) => (policy === undefined ? [] : [{ kind: 'access-point', document: policy }]),
};
