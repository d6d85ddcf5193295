import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, refusal } from './clients.js';

const VENDOR = 'arn:aws:iam::444455556666:user/vendor';

const trust = (principal: unknown = { AWS: VENDOR }, extra: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...extra }],
  });
const allow = (action: string | string[], resource: string | string[] = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });
const decoded = (document: string | undefined): { Statement: Record<string, unknown>[] } =>
  JSON.parse(decodeURIComponent(document ?? ''));

let sandbox: TestSandbox;
let iam: ReturnType<typeof clientsAs>['iam'];

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 1 });
  iam = clientsAs(sandbox, adminOf(sandbox)).iam;
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const createRole = (name: string, document = trust()) =>
  iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));

describe('roles', () => {
  it('keeps what CreateRole says and gives documents back URL-encoded (IAM API Reference, GetRole)', async () => {
    const created = await iam.send(
      new CreateRoleCommand({
        RoleName: 'media',
        Path: '/vendors/',
        Description: 'for the vendor',
        MaxSessionDuration: 7200,
        AssumeRolePolicyDocument: trust(),
        Tags: [{ Key: 'team', Value: 'media' }],
      }),
    );
    expect(created.Role?.Arn).toBe('arn:aws:iam::111122223333:role/vendors/media');
    expect(created.Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    expect(Role).toMatchObject({
      Path: '/vendors/',
      Description: 'for the vendor',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'media' }],
    });
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B%22Version%22/);
    expect(decoded(Role?.AssumeRolePolicyDocument).Statement[0]?.Principal).toEqual({ AWS: VENDOR });
  });

  it('shows an account id as its root ARN and lists otherwise than they were sent (IAM User Guide, "Principal")', async () => {
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: ['444455556666', '111122223333'] },
        Action: ['sts:AssumeRole'],
        Condition: { StringEquals: { 'sts:ExternalId': ['a1', 'b2', 'c3'] } },
      },
    });
    await createRole('media', document);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    const statement = decoded(Role?.AssumeRolePolicyDocument).Statement[0]!;
    expect(statement.Principal).toEqual({
      AWS: ['arn:aws:iam::444455556666:root', 'arn:aws:iam::111122223333:root'],
    });
    expect(statement.Action).toBe('sts:AssumeRole');
    expect(statement.Condition).toEqual({ StringEquals: { 'sts:ExternalId': ['c3', 'b2', 'a1'] } });
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'media',
        PolicyDocument: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
      }),
    );
    const again = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    expect(again.Role?.AssumeRolePolicyDocument).toBe(Role?.AssumeRolePolicyDocument);
  });

  it('shows a deleted principal as its unique id, also after it was made again (IAM User Guide, "Principal")', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const first = await iam.send(new GetUserCommand({ UserName: 'ann' }));
    await createRole('media', trust({ AWS: 'arn:aws:iam::111122223333:user/ann' }));
    await iam.send(new DeleteUserCommand({ UserName: 'ann' }));
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    const document = decoded(Role?.AssumeRolePolicyDocument);
    expect(document.Statement[0]?.Principal).toEqual({ AWS: first.User?.UserId });
    expect(await refusal(createRole('other', JSON.stringify(document)))).toEqual({
      name: 'MalformedPolicyDocumentException',
      status: 400,
      message: `Invalid principal in policy: "AWS":"${first.User?.UserId}"`,
    });
  });

  it('refuses a principal of its own account that does not exist, and takes any of another account', async () => {
    expect(await refusal(createRole('media', trust({ AWS: 'arn:aws:iam::111122223333:role/none' })))).toEqual({
      name: 'MalformedPolicyDocumentException',
      status: 400,
      message: 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/none"',
    });
    for (const principal of [
      'arn:aws:iam::444455556666:role/*',
      'arn:aws-cn:iam::444455556666:root',
      'arn:aws:iam::444455556666:group/g',
      'AIDAAAAAAAAAAAAAAAAAA',
      'nobody',
    ]) {
      expect((await refusal(createRole('media', trust({ AWS: principal })))).name).toBe(
        'MalformedPolicyDocumentException',
      );
    }
    await createRole('media', trust({ AWS: ['arn:aws:iam::444455556666:role/any', '*'] }));
  });

  it.each([
    ['no JSON', '{', 'This policy contains invalid Json'],
    [
      'no principal',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] }),
      'Missing required field Principal',
    ],
    ['a resource', trust({ AWS: '*' }, { Resource: '*' }), 'Has prohibited field Resource'],
    [
      'NotPrincipal',
      JSON.stringify({ Statement: [{ Effect: 'Deny', NotPrincipal: { AWS: '*' }, Action: 'sts:*' }] }),
      'Has prohibited field NotPrincipal',
    ],
    [
      'another service',
      trust({ AWS: '*' }, { Action: 's3:GetObject' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'a hyphen in the Sid',
      trust({ AWS: '*' }, { Sid: 'a-b' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
    ['an unknown key', trust({ AWS: '*' }, { Resorce: '*' }), 'Syntax errors in policy.'],
    [
      'an unknown operator',
      trust({ AWS: '*' }, { Condition: { StringIs: { 'aws:userid': 'x' } } }),
      'Syntax errors in policy.',
    ],
    ['an effect in lower case', trust({ AWS: '*' }, { Effect: 'allow' }), 'Syntax errors in policy.'],
    [
      'an unknown version',
      JSON.stringify({ Version: '2020-01-01', Statement: [] }),
      'The policy must contain a valid version string.',
    ],
  ])(
    'refuses a trust policy with %s (IAM User Guide, "Grammar of the IAM JSON policy language")',
    async (_what, document, message) => {
      expect(await refusal(createRole('media', document))).toEqual({
        name: 'MalformedPolicyDocumentException',
        status: 400,
        message,
      });
    },
  );

  it('counts a trust policy without white space against 2,048 ("IAM and STS quotas")', async () => {
    const ids = (count: number): string =>
      JSON.stringify(
        JSON.parse(
          trust({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': Array(count).fill('x'.repeat(61)) } } }),
        ),
        undefined,
        8,
      );
    await createRole('fits', ids(29));
    expect(await refusal(createRole('big', ids(31)))).toEqual({
      name: 'LimitExceededException',
      status: 409,
      message: 'Cannot exceed quota for ACLSizePerRole: 2048',
    });
  });

  it('takes names without regard to case, and refuses what does not fit its pattern', async () => {
    await createRole('Media');
    expect(await refusal(createRole('media'))).toMatchObject({ name: 'EntityAlreadyExistsException', status: 409 });
    expect((await iam.send(new GetRoleCommand({ RoleName: 'MEDIA' }))).Role?.RoleName).toBe('Media');
    for (const name of ['x'.repeat(65), 'a b', 'ä']) {
      expect(await refusal(createRole(name))).toMatchObject({ name: 'ValidationError', status: 400 });
    }
    const withDescription = (Description: string) =>
      iam.send(new CreateRoleCommand({ RoleName: 'd', Description, AssumeRolePolicyDocument: trust() }));
    expect((await refusal(withDescription('an em dash — here'))).name).toBe('ValidationError');
    const withDuration = (MaxSessionDuration: number) =>
      iam.send(new CreateRoleCommand({ RoleName: 'd', MaxSessionDuration, AssumeRolePolicyDocument: trust() }));
    expect((await refusal(withDuration(60))).name).toBe('ValidationError');
  });

  it('deletes a role only when its policies are gone (IAM API Reference, DeleteRole)', async () => {
    await createRole('media');
    await iam.send(
      new PutRolePolicyCommand({ RoleName: 'media', PolicyName: 'p', PolicyDocument: allow('s3:GetObject') }),
    );
    expect(await refusal(iam.send(new DeleteRoleCommand({ RoleName: 'media' })))).toEqual({
      name: 'DeleteConflictException',
      status: 409,
      message: 'Cannot delete entity, must delete policies first.',
    });
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'media', PolicyName: 'p' }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'media', PolicyArn }));
    expect((await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'media' }))).AttachedPolicies).toEqual([
      { PolicyName: 'AmazonS3ReadOnlyAccess', PolicyArn },
    ]);
    expect((await refusal(iam.send(new DeleteRoleCommand({ RoleName: 'media' })))).name).toBe(
      'DeleteConflictException',
    );
    await iam.send(new DetachRolePolicyCommand({ RoleName: 'media', PolicyArn }));
    expect((await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'media' }))).InstanceProfiles).toEqual(
      [],
    );
    await iam.send(new DeleteRoleCommand({ RoleName: 'media' }));
    expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'media' })))).toEqual({
      name: 'NoSuchEntityException',
      status: 404,
      message: 'The role with name media cannot be found.',
    });
  });

  it('changes settings, boundary and tags', async () => {
    await createRole('media');
    await iam.send(new UpdateRoleCommand({ RoleName: 'media', Description: 'new', MaxSessionDuration: 3600 }));
    const boundary = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'media', PermissionsBoundary: boundary }));
    await iam.send(
      new TagRoleCommand({
        RoleName: 'media',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '' },
        ],
      }),
    );
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    expect(Role?.Description).toBe('new');
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(boundary);
    await iam.send(new UntagRoleCommand({ RoleName: 'media', TagKeys: ['a'] }));
    expect((await iam.send(new ListRoleTagsCommand({ RoleName: 'media' }))).Tags).toEqual([{ Key: 'b', Value: '' }]);
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'media' }));
    const { Role: after } = await iam.send(new GetRoleCommand({ RoleName: 'media' }));
    expect(after?.PermissionsBoundary).toBeUndefined();
  });

  it('lists in pages (IAM API Reference, ListRoles: Marker, MaxItems; no tags)', async () => {
    for (const name of ['a', 'b', 'c']) await createRole(name);
    const first = await iam.send(new ListRolesCommand({ MaxItems: 2 }));
    expect(first.Roles?.map((role) => role.RoleName)).toEqual(['a', 'b']);
    expect(first.IsTruncated).toBe(true);
    const second = await iam.send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
    expect(second.Roles?.map((role) => role.RoleName)).toEqual(['c']);
    expect(second.IsTruncated).toBe(false);
  });
});

describe('policies', () => {
  it('keeps inline policies and counts them together against 10,240 ("IAM and STS quotas")', async () => {
    await createRole('media');
    const big = allow(
      's3:GetObject',
      Array.from({ length: 100 }, (_, i) => `arn:aws:s3:::acme-${i}-${'x'.repeat(30)}/*`),
    );
    const put = (name: string, document = big) =>
      iam.send(new PutRolePolicyCommand({ RoleName: 'media', PolicyName: name, PolicyDocument: document }));
    await put('one');
    expect(await refusal(put('two'))).toMatchObject({ name: 'LimitExceededException', status: 409 });
    await put('one', allow(['s3:GetObject', 's3:PutObject']));
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: 'media', PolicyName: 'one' }));
    expect(decoded(PolicyDocument).Statement).toEqual([
      { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: '*' },
    ]);
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName: 'media' }))).PolicyNames).toEqual(['one']);
    expect((await refusal(iam.send(new GetRolePolicyCommand({ RoleName: 'media', PolicyName: 'two' })))).name).toBe(
      'NoSuchEntityException',
    );
  });

  it.each([
    [
      'a principal',
      { Principal: '*', Action: 's3:GetObject', Resource: '*' },
      'Policy document should not specify a principal.',
    ],
    ['no resource', { Action: 's3:GetObject' }, 'Policy statement must contain resources.'],
    ['no action', { Resource: '*' }, 'Policy statement must contain actions.'],
    [
      'an action without service',
      { Action: 'GetObject', Resource: '*' },
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'a resource that is no ARN',
      { Action: 's3:GetObject', Resource: 'acme/*' },
      'Resource acme/* must be in ARN format or "*".',
    ],
    [
      'another partition',
      { Action: 's3:GetObject', Resource: 'arn:aws-cn:s3:::acme/*' },
      'Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::acme/*".',
    ],
  ])('refuses an identity policy with %s', async (_what, statement, message) => {
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    expect(
      await refusal(iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }))),
    ).toEqual({ name: 'MalformedPolicyDocumentException', status: 400, message });
  });

  it('refuses a Sid that stands twice (IAM User Guide, "Sid": unique within a policy)', async () => {
    await createRole('media');
    const statement = { Sid: 'A', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement, statement] });
    expect(
      (await refusal(iam.send(new PutRolePolicyCommand({ RoleName: 'media', PolicyName: 'p', PolicyDocument }))))
        .message,
    ).toBe('Statement IDs (SID) in a single policy must be unique.');
  });

  it('keeps five versions of a managed policy (IAM User Guide, "Versioning IAM policies")', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'media', Description: 'd', PolicyDocument: allow('s3:GetObject') }),
    );
    const PolicyArn = Policy?.Arn ?? '';
    expect(PolicyArn).toBe('arn:aws:iam::111122223333:policy/media');
    const version = () =>
      iam.send(
        new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow('s3:PutObject'), SetAsDefault: true }),
      );
    for (let i = 0; i < 4; i++) await version();
    expect(await refusal(version())).toMatchObject({ name: 'LimitExceededException', status: 409 });
    expect((await refusal(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' })))).name).toBe(
      'DeleteConflictException',
    );
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await version();
    const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map((one) => [one.VersionId, one.IsDefaultVersion])).toEqual([
      ['v6', true],
      ['v5', false],
      ['v4', false],
      ['v3', false],
      ['v2', false],
    ]);
    const shown = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v6' }));
    expect(decoded(shown.PolicyVersion?.Document).Statement[0]?.Action).toBe('s3:PutObject');
    await createRole('role');
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'role', PolicyArn }));
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(1);
    expect((await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).name).toBe('DeleteConflictException');
  });

  it('attaches only what exists', async () => {
    await createRole('media');
    const PolicyArn = 'arn:aws:iam::111122223333:policy/none';
    expect(await refusal(iam.send(new AttachRolePolicyCommand({ RoleName: 'media', PolicyArn })))).toMatchObject({
      name: 'NoSuchEntityException',
      status: 404,
    });
  });
});

describe('users and keys', () => {
  it('gives two keys at most, which work until they are made inactive ("IAM and STS quotas")', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    expect(await refusal(iam.send(new CreateAccessKeyCommand({ UserName: 'ann' })))).toEqual({
      name: 'LimitExceededException',
      status: 409,
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    const own = clientsAs(sandbox, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    expect((await own.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::111122223333:user/ann');
    expect(await refusal(own.iam.send(new GetUserCommand({ UserName: 'ann' })))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message:
        'User: arn:aws:iam::111122223333:user/ann is not authorized to perform: iam:GetUser on resource: arn:aws:iam::111122223333:user/ann because no identity-based policy allows the iam:GetUser action',
    });
    const key = { UserName: 'ann', AccessKeyId: AccessKey?.AccessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    expect(await refusal(own.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    expect(await refusal(iam.send(new DeleteUserCommand({ UserName: 'ann' })))).toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.send(new DeleteAccessKeyCommand(key));
    expect((await iam.send(new ListAccessKeysCommand({ UserName: 'ann' }))).AccessKeyMetadata).toHaveLength(1);
  });

  it('tells an explicit deny from a missing allow ("Troubleshoot access denied error messages")', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
        { Effect: 'Deny', Action: 'iam:GetUser', Resource: '*' },
      ],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }));
    const own = clientsAs(sandbox, await sandbox.credentialsFor('arn:aws:iam::111122223333:user/ann'));
    expect((await refusal(own.iam.send(new GetUserCommand({})))).message).toBe(
      'User: arn:aws:iam::111122223333:user/ann is not authorized to perform: iam:GetUser on resource: arn:aws:iam::111122223333:user/ann with an explicit deny in an identity-based policy',
    );
    await own.iam.send(new ListRolesCommand({}));
  });

  it('keeps accounts apart', async () => {
    await createRole('media');
    const other = clientsAs(sandbox, await sandbox.credentialsFor('arn:aws:iam::444455556666:user/boss'));
    expect((await other.iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await refusal(other.iam.send(new GetRoleCommand({ RoleName: 'media' })))).status).toBe(404);
  });
});
