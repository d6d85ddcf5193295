import type { IAMClient, Role, User } from '@aws-sdk/client-iam';
import { ask, askMaybe, type Connect, given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { IamPort, ManagedPolicyRecord, RoleRecord, Tags, UserRecord } from './ports.js';

type Sdk = typeof import('@aws-sdk/client-iam');
const ABSENT = ['NoSuchEntity', 'NoSuchEntityException'];

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

function userOf(user: User): Omit<UserRecord, 'tags'> {
  return {
    name: given(user.UserName, 'iam:GetUser', 'UserName'),
    arn: given(user.Arn, 'iam:GetUser', 'Arn'),
    path: user.Path ?? '/',
    permissionsBoundary: user.PermissionsBoundary?.PermissionsBoundaryArn,
  };
}

/** The IAM calls (IAM API Reference); the SDK is loaded at the first of them. */
export function createIamPort(connect: Connect<IAMClient>): IamPort {
  const profile = connect.profile;
  const open = async (): Promise<[IAMClient, Sdk]> => Promise.all([connect(), import('@aws-sdk/client-iam')]);
  const does = <T>(action: string, send: (client: IAMClient, sdk: Sdk) => Promise<T>): Promise<T> =>
    ask(`iam:${action}`, profile, async () => send(...(await open())));
  const finds = <T>(action: string, send: (client: IAMClient, sdk: Sdk) => Promise<T>): Promise<T | undefined> =>
    askMaybe(`iam:${action}`, profile, ABSENT, async () => send(...(await open())));

  async function versions(arn: string) {
    return does('ListPolicyVersions', async (c, sdk) => {
      const found: { id: string; isDefault: boolean; number: number }[] = [];
      for await (const page of sdk.paginateListPolicyVersions({ client: c }, { PolicyArn: arn })) {
        for (const version of page.Versions ?? []) {
          const id = version.VersionId ?? '';
          found.push({ id, isDefault: version.IsDefaultVersion === true, number: Number(id.slice(1)) });
        }
      }
      return found.sort((a, b) => a.number - b.number);
    });
  }

  const deleteVersion = (arn: string, id: string) =>
    does('DeletePolicyVersion', (c, sdk) =>
      c.send(new sdk.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: id })),
    );

  const readVersion = (arn: string, id: string) =>
    does('GetPolicyVersion', async (c, sdk) => {
      const { PolicyVersion } = await c.send(new sdk.GetPolicyVersionCommand({ PolicyArn: arn, VersionId: id }));
      return parseDocument(given(PolicyVersion?.Document, 'iam:GetPolicyVersion', 'Document'));
    });

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
    getPolicy: async (arn): Promise<ManagedPolicyRecord | undefined> => {
      const policy = await finds('GetPolicy', async (c, sdk) => {
        const { Policy } = await c.send(new sdk.GetPolicyCommand({ PolicyArn: arn }));
        return given(Policy, 'iam:GetPolicy', 'Policy');
      });
      if (policy === undefined) return undefined;
      const defaultVersionId = given(policy.DefaultVersionId, 'iam:GetPolicy', 'DefaultVersionId');
      return {
        arn: policy.Arn ?? arn,
        name: policy.PolicyName ?? '',
        path: policy.Path ?? '/',
        description: policy.Description || undefined,
        defaultVersionId,
        document: await readVersion(arn, defaultVersionId),
        tags: tagsOf(policy.Tags),
      };
    },
    createPolicy: (policy) =>
      does('CreatePolicy', async (c, sdk) => {
        const { Policy } = await c.send(
          new sdk.CreatePolicyCommand({
            PolicyName: policy.name,
            Path: policy.path,
            Description: policy.description,
            PolicyDocument: printDocument(policy.document),
            Tags: tagListOf(policy.tags),
          }),
        );
        return given(Policy?.Arn, 'iam:CreatePolicy', 'Arn');
      }),
    createPolicyVersion: async (arn, document) => {
      const existing = await versions(arn);
      const oldest = existing.find((version) => !version.isDefault);
      if (existing.length >= 5 && oldest !== undefined) await deleteVersion(arn, oldest.id);
      await does('CreatePolicyVersion', (c, sdk) =>
        c.send(
          new sdk.CreatePolicyVersionCommand({
            PolicyArn: arn,
            PolicyDocument: printDocument(document),
            SetAsDefault: true,
          }),
        ),
      );
    },
    restorePolicyVersion: async (arn, document) => {
      const existing = await versions(arn);
      const present = existing.find((version) => version.isDefault);
      const wanted = JSON.stringify(document);
      for (const version of existing.filter((one) => !one.isDefault).reverse()) {
        if (JSON.stringify(await readVersion(arn, version.id)) !== wanted) continue;
        await does('SetDefaultPolicyVersion', (c, sdk) =>
          c.send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: version.id })),
        );
        if (present !== undefined) await deleteVersion(arn, present.id);
        return true;
      }
      return false;
    },
    tagPolicy: (arn, tags) =>
      does('TagPolicy', async (c, sdk) => {
        await c.send(new sdk.TagPolicyCommand({ PolicyArn: arn, Tags: tagListOf(tags) }));
      }),
    untagPolicy: (arn, keys) =>
      does('UntagPolicy', async (c, sdk) => {
        await c.send(new sdk.UntagPolicyCommand({ PolicyArn: arn, TagKeys: [...keys] }));
      }),
    deletePolicy: async (arn) => {
      for (const version of await versions(arn)) if (!version.isDefault) await deleteVersion(arn, version.id);
      await finds('DeletePolicy', (c, sdk) => c.send(new sdk.DeletePolicyCommand({ PolicyArn: arn })));
    },
    getUser: (name) =>
      finds('GetUser', async (c, sdk) => {
        const { User: user } = await c.send(new sdk.GetUserCommand({ UserName: name }));
        return { ...userOf(given(user, 'iam:GetUser', 'User')), tags: tagsOf(user?.Tags) };
      }),
    listUsers: () =>
      does('ListUsers', async (c, sdk) => {
        const users: Omit<UserRecord, 'tags'>[] = [];
        for await (const page of sdk.paginateListUsers({ client: c, pageSize: 1000 }, {})) {
          users.push(...(page.Users ?? []).map(userOf));
        }
        return users;
      }),
    listUserTags: (name) =>
      does('ListUserTags', async (c, sdk) => {
        let tags: Tags = {};
        for await (const page of sdk.paginateListUserTags({ client: c }, { UserName: name })) {
          tags = { ...tags, ...tagsOf(page.Tags) };
        }
        return tags;
      }),
    createUser: (user) =>
      does('CreateUser', async (c, sdk) => {
        const { User: made } = await c.send(
          new sdk.CreateUserCommand({
            UserName: user.name,
            Path: user.path,
            PermissionsBoundary: user.permissionsBoundary,
            Tags: tagListOf(user.tags),
          }),
        );
        return given(made?.Arn, 'iam:CreateUser', 'Arn');
      }),
    putUserPermissionsBoundary: (name, arn) =>
      does('PutUserPermissionsBoundary', async (c, sdk) => {
        await c.send(new sdk.PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary: arn }));
      }),
    deleteUserPermissionsBoundary: (name) =>
      does('DeleteUserPermissionsBoundary', async (c, sdk) => {
        await c.send(new sdk.DeleteUserPermissionsBoundaryCommand({ UserName: name }));
      }),
    tagUser: (name, tags) =>
      does('TagUser', async (c, sdk) => {
        await c.send(new sdk.TagUserCommand({ UserName: name, Tags: tagListOf(tags) }));
      }),
    untagUser: (name, keys) =>
      does('UntagUser', async (c, sdk) => {
        await c.send(new sdk.UntagUserCommand({ UserName: name, TagKeys: [...keys] }));
      }),
    deleteUser: async (name) => {
      await finds('DeleteUser', (c, sdk) => c.send(new sdk.DeleteUserCommand({ UserName: name })));
    },
    listUserPolicies: async (name) =>
      (await finds('ListUserPolicies', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListUserPolicies({ client: c }, { UserName: name })) {
          names.push(...(page.PolicyNames ?? []));
        }
        return names;
      })) ?? [],
    getUserPolicy: (user, policy) =>
      finds('GetUserPolicy', async (c, sdk) => {
        const { PolicyDocument } = await c.send(new sdk.GetUserPolicyCommand({ UserName: user, PolicyName: policy }));
        return parseDocument(given(PolicyDocument, 'iam:GetUserPolicy', 'PolicyDocument'));
      }),
    putUserPolicy: (user, policy, document) =>
      does('PutUserPolicy', async (c, sdk) => {
        await c.send(
          new sdk.PutUserPolicyCommand({
            UserName: user,
            PolicyName: policy,
            PolicyDocument: printDocument(document),
          }),
        );
      }),
    deleteUserPolicy: async (user, policy) => {
      await finds('DeleteUserPolicy', (c, sdk) =>
        c.send(new sdk.DeleteUserPolicyCommand({ UserName: user, PolicyName: policy })),
      );
    },
    listAttachedUserPolicies: async (name) =>
      (await finds('ListAttachedUserPolicies', async (c, sdk) => {
        const found: { name: string; arn: string }[] = [];
        for await (const page of sdk.paginateListAttachedUserPolicies({ client: c }, { UserName: name })) {
          for (const one of page.AttachedPolicies ?? [])
            found.push({ name: one.PolicyName ?? '', arn: one.PolicyArn ?? '' });
        }
        return found;
      })) ?? [],
    attachUserPolicy: (user, policyArn) =>
      does('AttachUserPolicy', async (c, sdk) => {
        await c.send(new sdk.AttachUserPolicyCommand({ UserName: user, PolicyArn: policyArn }));
      }),
    detachUserPolicy: async (user, policyArn) => {
      await finds('DetachUserPolicy', (c, sdk) =>
        c.send(new sdk.DetachUserPolicyCommand({ UserName: user, PolicyArn: policyArn })),
      );
    },
    listAccessKeys: async (user) =>
      (await finds('ListAccessKeys', async (c, sdk) => {
        const { AccessKeyMetadata } = await c.send(new sdk.ListAccessKeysCommand({ UserName: user }));
        return (AccessKeyMetadata ?? []).map((key) => ({
          id: key.AccessKeyId ?? '',
          status: key.Status === 'Inactive' ? ('Inactive' as const) : ('Active' as const),
          createDate: key.CreateDate,
        }));
      })) ?? [],
    createAccessKey: (user) =>
      does('CreateAccessKey', async (c, sdk) => {
        const { AccessKey } = await c.send(new sdk.CreateAccessKeyCommand({ UserName: user }));
        return {
          id: given(AccessKey?.AccessKeyId, 'iam:CreateAccessKey', 'AccessKeyId'),
          secret: given(AccessKey?.SecretAccessKey, 'iam:CreateAccessKey', 'SecretAccessKey'),
        };
      }),
    updateAccessKey: (user, id, status) =>
      does('UpdateAccessKey', async (c, sdk) => {
        await c.send(new sdk.UpdateAccessKeyCommand({ UserName: user, AccessKeyId: id, Status: status }));
      }),
    deleteAccessKey: async (user, id) => {
      await finds('DeleteAccessKey', (c, sdk) =>
        c.send(new sdk.DeleteAccessKeyCommand({ UserName: user, AccessKeyId: id })),
      );
    },
  };
}
