import type { Role } from '@aws-sdk/client-iam';
import { given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { IamCalls } from './iam-calls.js';
import type { IamPort, RoleRecord, Tags } from './ports.js';

export type RolePort = Pick<
  IamPort,
  | 'getRole'
  | 'listRoles'
  | 'listRoleTags'
  | 'createRole'
  | 'updateAssumeRolePolicy'
  | 'updateRole'
  | 'putRolePermissionsBoundary'
  | 'deleteRolePermissionsBoundary'
  | 'tagRole'
  | 'untagRole'
  | 'deleteRole'
  | 'listRolePolicies'
  | 'getRolePolicy'
  | 'putRolePolicy'
  | 'deleteRolePolicy'
  | 'listAttachedRolePolicies'
  | 'attachRolePolicy'
  | 'detachRolePolicy'
  | 'listInstanceProfilesForRole'
>;

function roleOf(role: Role): Omit<RoleRecord, 'tags'> {
  return {
    name: given(role.RoleName, 'iam:GetRole', 'RoleName'),
    arn: given(role.Arn, 'iam:GetRole', 'Arn'),
    path: role.Path ?? '/',
    description: role.Description || undefined,
    maxSessionDuration: role.MaxSessionDuration,
    permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    trustPolicy: parseDocument(given(role.AssumeRolePolicyDocument, 'iam:GetRole', 'AssumeRolePolicyDocument')),
  };
}

/** Roles, their inline policies and attachments. */
export function rolePort({ does, finds }: IamCalls): RolePort {
  return {
    getRole: (name) =>
      finds('GetRole', async (c, sdk) => {
        const { Role: role } = await c.send(new sdk.GetRoleCommand({ RoleName: name }));
        return { ...roleOf(given(role, 'iam:GetRole', 'Role')), tags: tagsOf(role?.Tags) };
      }),
    listRoles: () =>
      does('ListRoles', async (c, sdk) => {
        const roles: Omit<RoleRecord, 'tags'>[] = [];
        for await (const page of sdk.paginateListRoles({ client: c, pageSize: 1000 }, {})) {
          roles.push(...(page.Roles ?? []).map(roleOf));
        }
        return roles;
      }),
    listRoleTags: (name) =>
      does('ListRoleTags', async (c, sdk) => {
        let tags: Tags = {};
        for await (const page of sdk.paginateListRoleTags({ client: c }, { RoleName: name })) {
          tags = { ...tags, ...tagsOf(page.Tags) };
        }
        return tags;
      }),
    createRole: (role) =>
      does('CreateRole', async (c, sdk) => {
        const { Role: made } = await c.send(
          new sdk.CreateRoleCommand({
            RoleName: role.name,
            Path: role.path,
            AssumeRolePolicyDocument: printDocument(role.trustPolicy),
            Description: role.description,
            MaxSessionDuration: role.maxSessionDuration,
            PermissionsBoundary: role.permissionsBoundary,
            Tags: tagListOf(role.tags),
          }),
        );
        return given(made?.Arn, 'iam:CreateRole', 'Arn');
      }),
    updateAssumeRolePolicy: (name, document) =>
      does('UpdateAssumeRolePolicy', async (c, sdk) => {
        await c.send(
          new sdk.UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: printDocument(document) }),
        );
      }),
    updateRole: (name, settings) =>
      does('UpdateRole', async (c, sdk) => {
        await c.send(
          new sdk.UpdateRoleCommand({
            RoleName: name,
            Description: settings.description,
            MaxSessionDuration: settings.maxSessionDuration,
          }),
        );
      }),
    putRolePermissionsBoundary: (name, arn) =>
      does('PutRolePermissionsBoundary', async (c, sdk) => {
        await c.send(new sdk.PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: arn }));
      }),
    deleteRolePermissionsBoundary: (name) =>
      does('DeleteRolePermissionsBoundary', async (c, sdk) => {
        await c.send(new sdk.DeleteRolePermissionsBoundaryCommand({ RoleName: name }));
      }),
    tagRole: (name, tags) =>
      does('TagRole', async (c, sdk) => {
        await c.send(new sdk.TagRoleCommand({ RoleName: name, Tags: tagListOf(tags) }));
      }),
    untagRole: (name, keys) =>
      does('UntagRole', async (c, sdk) => {
        await c.send(new sdk.UntagRoleCommand({ RoleName: name, TagKeys: [...keys] }));
      }),
    deleteRole: async (name) => {
      await finds('DeleteRole', (c, sdk) => c.send(new sdk.DeleteRoleCommand({ RoleName: name })));
    },
    listRolePolicies: async (name) =>
      (await finds('ListRolePolicies', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListRolePolicies({ client: c }, { RoleName: name })) {
          names.push(...(page.PolicyNames ?? []));
        }
        return names;
      })) ?? [],
    getRolePolicy: (role, policy) =>
      finds('GetRolePolicy', async (c, sdk) => {
        const { PolicyDocument } = await c.send(new sdk.GetRolePolicyCommand({ RoleName: role, PolicyName: policy }));
        return parseDocument(given(PolicyDocument, 'iam:GetRolePolicy', 'PolicyDocument'));
      }),
    putRolePolicy: (role, policy, document) =>
      does('PutRolePolicy', async (c, sdk) => {
        await c.send(
          new sdk.PutRolePolicyCommand({
            RoleName: role,
            PolicyName: policy,
            PolicyDocument: printDocument(document),
          }),
        );
      }),
    deleteRolePolicy: async (role, policy) => {
      await finds('DeleteRolePolicy', (c, sdk) =>
        c.send(new sdk.DeleteRolePolicyCommand({ RoleName: role, PolicyName: policy })),
      );
    },
    listAttachedRolePolicies: async (name) =>
      (await finds('ListAttachedRolePolicies', async (c, sdk) => {
        const found: { name: string; arn: string }[] = [];
        for await (const page of sdk.paginateListAttachedRolePolicies({ client: c }, { RoleName: name })) {
          for (const one of page.AttachedPolicies ?? [])
            found.push({ name: one.PolicyName ?? '', arn: one.PolicyArn ?? '' });
        }
        return found;
      })) ?? [],
    attachRolePolicy: (role, policyArn) =>
      does('AttachRolePolicy', async (c, sdk) => {
        await c.send(new sdk.AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
      }),
    detachRolePolicy: async (role, policyArn) => {
      await finds('DetachRolePolicy', (c, sdk) =>
        c.send(new sdk.DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })),
      );
    },
    listInstanceProfilesForRole: async (name) =>
      (await finds('ListInstanceProfilesForRole', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListInstanceProfilesForRole({ client: c }, { RoleName: name })) {
          names.push(...(page.InstanceProfiles ?? []).map((one) => one.InstanceProfileName ?? ''));
        }
        return names;
      })) ?? [],
  };
}
