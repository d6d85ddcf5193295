import type { User } from '@aws-sdk/client-iam';
import { given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { IamCalls } from './iam-calls.js';
import type { IamPort, Tags, UserRecord } from './ports.js';

export type UserPort = Pick<
  IamPort,
  | 'getUser'
  | 'listUsers'
  | 'listUserTags'
  | 'createUser'
  | 'putUserPermissionsBoundary'
  | 'deleteUserPermissionsBoundary'
  | 'tagUser'
  | 'untagUser'
  | 'deleteUser'
  | 'listUserPolicies'
  | 'getUserPolicy'
  | 'putUserPolicy'
  | 'deleteUserPolicy'
  | 'listAttachedUserPolicies'
  | 'attachUserPolicy'
  | 'detachUserPolicy'
  | 'listAccessKeys'
  | 'createAccessKey'
  | 'updateAccessKey'
  | 'deleteAccessKey'
>;

function userOf(user: User): Omit<UserRecord, 'tags'> {
  return {
    name: given(user.UserName, 'iam:GetUser', 'UserName'),
    arn: given(user.Arn, 'iam:GetUser', 'Arn'),
    path: user.Path ?? '/',
    permissionsBoundary: user.PermissionsBoundary?.PermissionsBoundaryArn,
  };
}

/** Users, their policies and access keys. */
export function userPort({ does, finds }: IamCalls): UserPort {
  return {
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
