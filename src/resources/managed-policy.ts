import type { AwsPorts, ManagedPolicyRecord, Tags } from '../aws/ports.js';
import { TAG_ADOPTED, TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredByKind } from '../connection/types.js';
import { samePolicy } from '../policy/equal.js';
import { mergeOwned } from '../policy/merge.js';
import { fitOrThrow } from '../policy/size.js';
import type { ResourceKind } from './kind.js';
import { adoptedTags, claimOf, marked, notOurs, sameTags, tagChanges, withoutMarks } from './ownership.js';
import { documentOf } from './policy-refs.js';

type Desired = DesiredByKind['managed-policy'];

export interface ManagedLive {
  readonly policy: ManagedPolicyRecord | undefined;
  readonly attached: boolean;
}

/** Value of the adopted tag where the policy was attached before: destroy then leaves it attached. */
const ATTACHED_BEFORE = 'attached';

function arnOf(desired: Desired, place: { readonly partition: string; readonly account: string }): string {
  return `arn:${place.partition}:iam::${place.account}:policy${desired.path}${desired.name}`;
}

function holder(desired: Desired): string {
  return 'role' in desired.attachTo ? `role ${desired.attachTo.role}` : `user ${desired.attachTo.user}`;
}

async function attach(desired: Desired, arn: string, { iam }: AwsPorts): Promise<void> {
  if ('role' in desired.attachTo) await iam.attachRolePolicy(desired.attachTo.role, arn);
  else await iam.attachUserPolicy(desired.attachTo.user, arn);
}

async function detach(desired: Desired, arn: string, { iam }: AwsPorts): Promise<void> {
  if ('role' in desired.attachTo) await iam.detachRolePolicy(desired.attachTo.role, arn);
  else await iam.detachUserPolicy(desired.attachTo.user, arn);
}

async function changeDocument(before: ManagedPolicyRecord, after: ManagedPolicyRecord, ports: AwsPorts): Promise<void> {
  if (samePolicy(before.document, after.document)) return;
  const givenBack = before.tags[TAG_CONNECTION] !== undefined && after.tags[TAG_CONNECTION] === undefined;
  if (givenBack && (await ports.iam.restorePolicyVersion(after.arn, after.document))) return;
  await ports.iam.createPolicyVersion(after.arn, after.document);
}

async function changeTags(arn: string, before: Tags, after: Tags, { iam }: AwsPorts): Promise<void> {
  const { set, remove } = tagChanges(before, after);
  if (Object.keys(set).length > 0) await iam.tagPolicy(arn, set);
  if (remove.length > 0) await iam.untagPolicy(arn, remove);
}

/** Customer managed policies and their attachment (IAM API Reference, CreatePolicy, AttachRolePolicy). */
export const managedPolicy: ResourceKind<'managed-policy', ManagedLive> = {
  type: 'managed-policy',
  shared: false,
  identify: arnOf,
  dependsOn: () => [{ kind: 'role' }, { kind: 'user' }],
  async read(desired, reader) {
    const arn = arnOf(desired, reader.place);
    const { attachTo } = desired;
    const [policy, attached] = await Promise.all([
      reader.once(`GetPolicy ${arn}`, (ports) => ports.iam.getPolicy(arn)),
      'role' in attachTo
        ? reader.once(`ListAttachedRolePolicies ${attachTo.role}`, (ports) =>
            ports.iam.listAttachedRolePolicies(attachTo.role),
          )
        : reader.once(`ListAttachedUserPolicies ${attachTo.user}`, (ports) =>
            ports.iam.listAttachedUserPolicies(attachTo.user),
          ),
    ]);
    return { policy, attached: attached.some((one) => one.arn === arn) };
  },
  put({ policy: live, attached }, desired, by) {
    const what = `The managed policy ${desired.name}`;
    const whole = (): ManagedPolicyRecord['document'] => fitOrThrow(documentOf(desired.statements), 'managed', what);
    if (live === undefined) {
      return {
        policy: {
          arn: arnOf(desired, by.place),
          name: desired.name,
          path: desired.path,
          description: desired.description,
          defaultVersionId: 'v1',
          document: whole(),
          tags: marked(desired.tags, by),
        },
        attached: true,
      };
    }
    const claim = claimOf(live.tags, by);
    if (claim === 'other' || (claim === 'none' && !by.adopt)) throw notOurs(what, live.tags, by);
    if (claim === 'whole') {
      return {
        policy: { ...live, document: whole(), tags: marked({ ...live.tags, ...desired.tags }, by) },
        attached: true,
      };
    }
    const merged = mergeOwned(live.document, by.owner.mark, desired.statements) ?? documentOf(desired.statements);
    const tags = claim === 'none' ? adoptedTags(live.tags, by, attached ? ATTACHED_BEFORE : 'true') : live.tags;
    return { policy: { ...live, tags, document: fitOrThrow(merged, 'managed', what) }, attached: true };
  },
  take({ policy: live, attached }, desired, by) {
    if (live === undefined) return { live: { policy: undefined, attached: false } };
    const claim = claimOf(live.tags, by);
    if (claim === 'whole') return { live: { policy: undefined, attached: false } };
    if (claim !== 'adopted') {
      return {
        live: { policy: live, attached },
        foreign: true,
        left: `the managed policy ${desired.name} was not made by this connection`,
      };
    }
    const document = mergeOwned(live.document, by.owner.mark, []) ?? live.document;
    const before = live.tags[TAG_ADOPTED] === ATTACHED_BEFORE;
    return { live: { policy: { ...live, document, tags: withoutMarks(live.tags) }, attached: attached && before } };
  },
  show: ({ policy }) => policy?.document ?? null,
  same: (a, b) =>
    a.attached === b.attached &&
    samePolicy(a.policy?.document, b.policy?.document) &&
    sameTags(a.policy?.tags ?? {}, b.policy?.tags ?? {}),
  async write({ policy: before, attached }, { policy: after, attached: toAttach }, desired, ports) {
    const arn = before?.arn ?? after?.arn;
    if (arn === undefined) return;
    if (after === undefined) {
      await detach(desired, arn, ports);
      await ports.iam.deletePolicy(arn);
      return;
    }
    // Taken back before anything else; granted only when the document is right.
    if (attached && !toAttach) await detach(desired, arn, ports);
    if (before === undefined) await ports.iam.createPolicy(after);
    else {
      await changeDocument(before, after, ports);
      await changeTags(arn, before.tags, after.tags, ports);
    }
    if (!attached && toAttach) await attach(desired, arn, ports);
  },
  documents: ({ policy }) => (policy === undefined ? [] : [{ kind: 'identity', document: policy.document }]),
  note(before, after, desired) {
    if (before.policy === undefined || after.policy === undefined || before.attached === after.attached)
      return undefined;
    return after.attached ? `to be attached to the ${holder(desired)}` : `to be detached from the ${holder(desired)}`;
  },
};
