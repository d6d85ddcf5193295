import type { XmlNode } from '../../protocol/xml.js';
import { awsManagedPolicies } from '../../store/aws-managed.js';
import { nameKey, policyKey } from '../../store/iam.js';
import type { ManagedPolicy } from '../../store/types.js';
import { WireError } from '../../types.js';
import {
  checked,
  deleteConflict,
  type IamAction,
  type IamCall,
  iamArn,
  may,
  members,
  page,
  timestamp,
} from './call.js';
import { mergedTags, tagContext, tagMembers, tagsIn } from './entities.js';
import { arnIn, documentIn, save, toChange, toShow } from './managed.js';

function attachments(call: IamCall, arn: string): { readonly attached: number; readonly boundaries: number } {
  const principals = [...call.world.iam.roles.allNewest(), ...call.world.iam.users.allNewest()].filter(
    (record) => record.account === call.account,
  );
  return {
    attached: principals.filter((record) => record.attachedPolicies.includes(arn)).length,
    boundaries: principals.filter((record) => record.permissionsBoundary === arn).length,
  };
}

function policyXml(call: IamCall, policy: ManagedPolicy, detail: boolean): XmlNode {
  const used = attachments(call, policy.arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: used.attached,
    PermissionsBoundaryUsageCount: used.boundaries,
    IsAttachable: true,
    Description: detail ? policy.description : undefined,
    CreateDate: timestamp(policy.createdAt),
    UpdateDate: timestamp(policy.updatedAt),
    ...(detail && Object.keys(policy.tags).length > 0 ? { Tags: members(tagMembers(policy.tags)) } : {}),
  };
}

const createPolicy: IamAction = (call) => {
  const name = checked('policyName', call.params.required('PolicyName'));
  const path = checked('path', call.params.optional('Path') ?? '/');
  const description = call.params.optional('Description');
  if (description !== undefined) checked('description', description);
  const tags = tagsIn(call);
  const arn = iamArn(call, `policy${path}${name}`);
  may(call, 'CreatePolicy', arn, tagContext(tags));
  if (Object.keys(tags).length > 0) may(call, 'TagPolicy', arn, tagContext(tags));
  const document = documentIn(call);
  const key = nameKey(call.account, name);
  if (call.world.iam.policies.newest(key) !== undefined) {
    throw new WireError(
      'EntityAlreadyExists',
      409,
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
    );
  }
  const now = call.world.clock();
  const policy: ManagedPolicy = {
    kind: 'policy',
    id: `ANPA${call.world.random.id(17)}`,
    account: call.account,
    name,
    path,
    arn,
    description: description === '' ? undefined : description,
    createdAt: now,
    updatedAt: now,
    tags,
    defaultVersionId: 'v1',
    versions: [{ id: 'v1', document, createdAt: now }],
    nextVersion: 2,
  };
  save(call, policy);
  return { Policy: policyXml(call, policy, true) };
};

const getPolicy: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'GetPolicy', arn);
  return { Policy: policyXml(call, toShow(call, arn), true) };
};

const listPolicies: IamAction = (call) => {
  const prefix = call.params.optional('PathPrefix') ?? '/';
  const scope = call.params.optional('Scope') ?? 'All';
  may(call, 'ListPolicies', iamArn(call, `policy${prefix}`));
  const own = call.world.iam.policies.allVisible().filter((policy) => policy.account === call.account);
  const aws = scope === 'Local' ? [] : awsManagedPolicies(call.world.partition);
  const all = [...(scope === 'AWS' ? [] : own), ...aws].filter((policy) => policy.path.startsWith(prefix));
  const wanted =
    call.params.optional('OnlyAttached') === 'true' ? all.filter((p) => attachments(call, p.arn).attached > 0) : all;
  const { items, more } = page(call, wanted);
  return { Policies: members(items.map((policy) => policyXml(call, policy, false))), ...more };
};

const deletePolicy: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'DeletePolicy', arn);
  const policy = toChange(call, arn);
  const used = attachments(call, arn);
  if (used.attached + used.boundaries > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  call.world.iam.policies.put(policyKey(arn)!, undefined);
  return undefined;
};

const listEntitiesForPolicy: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'ListEntitiesForPolicy', arn);
  toShow(call, arn);
  const has = (record: { readonly account: string; readonly attachedPolicies: readonly string[] }): boolean =>
    record.account === call.account && record.attachedPolicies.includes(arn);
  return {
    PolicyGroups: members([]),
    PolicyUsers: members(
      call.world.iam.users
        .allVisible()
        .filter(has)
        .map((user) => ({ UserName: user.name, UserId: user.id })),
    ),
    PolicyRoles: members(
      call.world.iam.roles
        .allVisible()
        .filter(has)
        .map((role) => ({ RoleName: role.name, RoleId: role.id })),
    ),
    IsTruncated: false,
  };
};

const tagPolicy: IamAction = (call) => {
  const arn = arnIn(call);
  const tags = tagsIn(call);
  may(call, 'TagPolicy', arn, tagContext(tags));
  const policy = toChange(call, arn);
  save(call, { ...policy, tags: mergedTags(policy.tags, tags) });
  return undefined;
};

const untagPolicy: IamAction = (call) => {
  const arn = arnIn(call);
  const keys = call.params.list('TagKeys');
  may(call, 'UntagPolicy', arn, { 'aws:TagKeys': keys });
  const policy = toChange(call, arn);
  save(call, {
    ...policy,
    tags: Object.fromEntries(Object.entries(policy.tags).filter(([key]) => !keys.includes(key))),
  });
  return undefined;
};

const listPolicyTags: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'ListPolicyTags', arn);
  const { items, more } = page(call, tagMembers(toShow(call, arn).tags));
  return { Tags: members(items), ...more };
};

/** Managed policies, but for their versions. */
export const POLICY_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  TagPolicy: tagPolicy,
  UntagPolicy: untagPolicy,
  ListPolicyTags: listPolicyTags,
};
