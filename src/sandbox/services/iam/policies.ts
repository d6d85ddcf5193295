import type { XmlNode } from '../../protocol/xml.js';
import { awsManagedPolicies, awsManagedPolicy } from '../../store/aws-managed.js';
import { nameKey, newestPolicy, policyKey, visiblePolicy } from '../../store/iam.js';
import type { ManagedPolicy } from '../../store/types.js';
import { WireError } from '../../types.js';
import {
  checked,
  deleteConflict,
  type IamAction,
  type IamCall,
  iamArn,
  limitExceeded,
  may,
  members,
  noSuchEntity,
  page,
  timestamp,
} from './call.js';
import { countedSize, encodedDocument, identityDocument } from './documents.js';
import { mergedTags, tagContext, tagMembers, tagsIn } from './entities.js';

const SIZE_QUOTA = 6144;
const VERSION_QUOTA = 5;

function notFound(arn: string): WireError {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

function arnIn(call: IamCall): string {
  return checked('policyArn', call.params.required('PolicyArn'));
}

function toShow(call: IamCall, arn: string): ManagedPolicy {
  const found = visiblePolicy(call.world.iam, arn);
  if (found === undefined || !(found.account === 'aws' || found.account === call.account)) throw notFound(arn);
  return found;
}

function toChange(call: IamCall, arn: string): ManagedPolicy {
  if (awsManagedPolicy(arn) !== undefined) {
    throw new WireError('AccessDenied', 403, `Policy ${arn} is managed by AWS and can't be changed.`);
  }
  const found = newestPolicy(call.world.iam, arn);
  if (found === undefined || found.account !== call.account) throw notFound(arn);
  return found;
}

function save(call: IamCall, policy: ManagedPolicy): void {
  call.world.iam.policies.put(nameKey(policy.account, policy.name), { ...policy, updatedAt: call.world.clock() });
}

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

function documentIn(call: IamCall) {
  const text = call.params.required('PolicyDocument');
  const document = identityDocument(call.world, text);
  if (countedSize(text) > SIZE_QUOTA) throw limitExceeded(`Cannot exceed quota for PolicySize: ${SIZE_QUOTA}`);
  return document;
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

const createPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'CreatePolicyVersion', arn);
  const policy = toChange(call, arn);
  const document = documentIn(call);
  if (policy.versions.length >= VERSION_QUOTA) {
    throw limitExceeded(
      `A managed policy can have up to ${VERSION_QUOTA} versions. Before you create a new version, you must delete an existing version.`,
    );
  }
  const version = { id: `v${policy.nextVersion}`, document, createdAt: call.world.clock() };
  const isDefault = call.params.optional('SetAsDefault') === 'true';
  save(call, {
    ...policy,
    versions: [...policy.versions, version],
    nextVersion: policy.nextVersion + 1,
    defaultVersionId: isDefault ? version.id : policy.defaultVersionId,
  });
  return {
    PolicyVersion: {
      VersionId: version.id,
      IsDefaultVersion: isDefault,
      CreateDate: timestamp(version.createdAt),
    },
  };
};

const getPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'GetPolicyVersion', arn);
  const policy = toShow(call, arn);
  const id = call.params.required('VersionId');
  const version = policy.versions.find((known) => known.id === id);
  if (version === undefined) throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return {
    PolicyVersion: {
      Document: encodedDocument(call.world, version.document),
      VersionId: version.id,
      IsDefaultVersion: version.id === policy.defaultVersionId,
      CreateDate: timestamp(version.createdAt),
    },
  };
};

const listPolicyVersions: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'ListPolicyVersions', arn);
  const policy = toShow(call, arn);
  const { items, more } = page(call, policy.versions.toReversed());
  return {
    Versions: members(
      items.map((version) => ({
        VersionId: version.id,
        IsDefaultVersion: version.id === policy.defaultVersionId,
        CreateDate: timestamp(version.createdAt),
      })),
    ),
    ...more,
  };
};

const setDefaultPolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'SetDefaultPolicyVersion', arn);
  const policy = toChange(call, arn);
  const id = call.params.required('VersionId');
  if (!policy.versions.some((version) => version.id === id))
    throw noSuchEntity(`Policy ${arn} version ${id} was not found.`);
  save(call, { ...policy, defaultVersionId: id });
  return undefined;
};

const deletePolicyVersion: IamAction = (call) => {
  const arn = arnIn(call);
  may(call, 'DeletePolicyVersion', arn);
  const policy = toChange(call, arn);
  const id = call.params.required('VersionId');
  if (id === policy.defaultVersionId) throw deleteConflict('Cannot delete the default version of a policy.');
  if (!policy.versions.some((version) => version.id === id))
    throw noSuchEntity(`Policy ${arn} version ${id} was not found.`);
  save(call, { ...policy, versions: policy.versions.filter((version) => version.id !== id) });
  return undefined;
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

/** Managed policies and their versions. */
export const POLICY_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  ListPolicies: listPolicies,
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  DeletePolicyVersion: deletePolicyVersion,
  DeletePolicy: deletePolicy,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  TagPolicy: tagPolicy,
  UntagPolicy: untagPolicy,
  ListPolicyTags: listPolicyTags,
};
