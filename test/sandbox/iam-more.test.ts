import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  ListInstanceProfilesForRoleCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetFederationTokenCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';
import { adminOf, clientsAs, refusal } from './clients.js';

const ACCOUNT = '111122223333';
const TRUST = policy({ Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' });

function policy(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

let sandbox: RunningSandbox;
let admin: ReturnType<typeof clientsAs>;

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 1 });
  admin = clientsAs(sandbox, adminOf(sandbox));
});
afterAll(() => sandbox.close());

describe('a policy', () => {
  const twice = '{"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"}';

  it('is refused with a key given twice (IAM User Guide, "Grammar of the IAM JSON policy language")', async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'twice' }));
    const put = new PutUserPolicyCommand({
      UserName: 'twice',
      PolicyName: 'p',
      PolicyDocument: `{"Version":"2012-10-17","Statement":[${twice}]}`,
    });
    expect(await refusal(admin.iam.send(put))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
      status: 400,
      message: 'Syntax errors in policy.',
    });
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'twice' }));
    const onBucket = new PutBucketPolicyCommand({
      Bucket: 'twice',
      Policy: `{"Version":"2012-10-17","Statement":[{"Sid":"a","Sid":"b","Effect":"Allow","Principal":{"AWS":"${ACCOUNT}"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::twice/*"}]}`,
    });
    expect(await refusal(admin.s3.send(onBucket))).toMatchObject({ name: 'MalformedPolicy', status: 400 });
  });
});

describe('instance profiles', () => {
  it('hold one role, which can not be deleted meanwhile (IAM API Reference, DeleteRole: DeleteConflict)', async () => {
    const InstanceProfileName = 'web';
    await admin.iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: TRUST }));
    await admin.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await admin.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' }));
    const again = admin.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' }));
    expect(await refusal(again)).toMatchObject({ name: 'LimitExceededException', status: 409 });
    const shown = await admin.iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    expect(shown.InstanceProfile?.Roles?.map((role) => role.RoleName)).toEqual(['web']);
    const listed = await admin.iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'web' }));
    expect(listed.InstanceProfiles?.map((profile) => profile.InstanceProfileName)).toEqual(['web']);

    const refused = await refusal(admin.iam.send(new DeleteRoleCommand({ RoleName: 'web' })));
    expect(refused).toMatchObject({ name: 'DeleteConflictException', status: 409 });
    expect(refused.message).toContain('must remove roles from instance profile first');
    expect(await refusal(admin.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })))).toMatchObject({
      name: 'DeleteConflictException',
    });

    await admin.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' }));
    await admin.iam.send(new DeleteRoleCommand({ RoleName: 'web' }));
    await admin.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    expect(await refusal(admin.iam.send(new GetInstanceProfileCommand({ InstanceProfileName })))).toMatchObject({
      name: 'NoSuchEntityException',
    });
  });
});

describe('the policy simulator', () => {
  it('answers once per action, with the most restrictive of all resources (IAM API Reference, EvaluationResult)', async () => {
    await admin.iam.send(new CreateRoleCommand({ RoleName: 'simulated', AssumeRolePolicyDocument: TRUST }));
    await admin.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'simulated',
        PolicyName: 'read',
        PolicyDocument: policy(
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
          { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/secret/*' },
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: 'arn:aws:s3:::b',
            Condition: { StringLike: { 's3:prefix': 'in/*' } },
          },
        ),
      }),
    );
    const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:role/simulated`;
    const read = await admin.iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn,
        ActionNames: ['s3:GetObject', 's3:PutObject'],
        ResourceArns: ['arn:aws:s3:::b/a', 'arn:aws:s3:::b/secret/a'],
      }),
    );
    expect(read.EvaluationResults?.map((one) => [one.EvalActionName, one.EvalDecision])).toEqual([
      ['s3:GetObject', 'explicitDeny'],
      ['s3:PutObject', 'implicitDeny'],
    ]);
    expect(read.EvaluationResults?.[0]?.ResourceSpecificResults?.map((one) => one.EvalResourceDecision)).toEqual([
      'allowed',
      'explicitDeny',
    ]);
    expect(read.EvaluationResults?.[0]?.MatchedStatements?.[0]?.SourcePolicyId).toBe('role_simulated_read');
    const list = (value?: string) =>
      admin.iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          ActionNames: ['s3:ListBucket'],
          ResourceArns: ['arn:aws:s3:::b'],
          ...(value === undefined
            ? {}
            : {
                ContextEntries: [
                  { ContextKeyName: 's3:prefix', ContextKeyType: 'string' as const, ContextKeyValues: [value] },
                ],
              }),
        }),
      );
    expect((await list('in/x')).EvaluationResults?.[0]).toMatchObject({ EvalDecision: 'allowed' });
    expect((await list()).EvaluationResults?.[0]).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['s3:prefix'],
    });
  });

  it('takes policies that nobody has, and knows no role that was never made', async () => {
    const custom = await admin.iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [policy({ Effect: 'Allow', Action: 's3:Get*', Resource: '*' })],
        ActionNames: ['s3:GetObject', 's3:DeleteObject'],
      }),
    );
    expect(custom.EvaluationResults?.map((one) => one.EvalDecision)).toEqual(['allowed', 'implicitDeny']);
    const missing = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/never`,
      ActionNames: ['s3:GetObject'],
    });
    expect(await refusal(admin.iam.send(missing))).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
  });
});

describe('GetFederationToken', () => {
  it('gives a session that is cut by its policies, and may do nothing without any (IAM User Guide, "Session policies")', async () => {
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'federated' }));
    await admin.s3.send(new PutObjectCommand({ Bucket: 'federated', Key: 'k', Body: 'x' }));
    const session = async (Policy?: string) => {
      const { Credentials } = await admin.sts.send(new GetFederationTokenCommand({ Name: 'bob', Policy }));
      return clientsAs(sandbox, {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      });
    };
    const bob = await session(policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }));
    const who = await bob.sts.send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe(`arn:aws:sts::${ACCOUNT}:federated-user/bob`);
    await bob.s3.send(new GetObjectCommand({ Bucket: 'federated', Key: 'k' }));
    const put = new PutObjectCommand({ Bucket: 'federated', Key: 'k', Body: 'y' });
    expect(await refusal(bob.s3.send(put))).toMatchObject({ name: 'AccessDenied', status: 403 });
    const bare = await session();
    const get = new GetObjectCommand({ Bucket: 'federated', Key: 'k' });
    expect(await refusal(bare.s3.send(get))).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(await refusal(bob.sts.send(new GetFederationTokenCommand({ Name: 'eve' })))).toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('the state', () => {
  it('shows names that JavaScript keeps for itself', async () => {
    await admin.iam.send(new CreateRoleCommand({ RoleName: '__proto__', AssumeRolePolicyDocument: TRUST }));
    const { Role } = await admin.iam.send(new GetRoleCommand({ RoleName: '__proto__' }));
    expect(Role?.RoleName).toBe('__proto__');
    const text = await (await fetch(`${sandbox.endpoint}/_sandbox/state`)).text();
    expect(text).toContain('"__proto__": {');
  });
});
