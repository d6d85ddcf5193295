import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, type Credentials, clientsAs, refusal } from './clients.js';

const ROLE = 'arn:aws:iam::111122223333:role/media';
const VENDOR = 'arn:aws:iam::444455556666:user/vendor';

let sandbox: TestSandbox;
let now = Date.now();
let admin: ReturnType<typeof clientsAs>;

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 2, clock: () => now });
  admin = clientsAs(sandbox, adminOf(sandbox));
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  now = Date.now();
  await sandbox.reset();
});

const as = async (principal: string) => clientsAs(sandbox, await sandbox.credentialsFor(principal));
const credentialsOf = (c: StsCredentials | undefined): Credentials => ({
  accessKeyId: c?.AccessKeyId ?? '',
  secretAccessKey: c?.SecretAccessKey ?? '',
  sessionToken: c?.SessionToken ?? '',
});

/** A client whose clock goes as the sandbox's. */
function signedAt<C extends { config: { systemClockOffset: number } }>(client: C, time: number): C {
  client.config.systemClockOffset = time - Date.now();
  return client;
}

async function makeRole(principal: unknown, condition?: object): Promise<void> {
  await admin.iam.send(
    new CreateRoleCommand({
      RoleName: 'media',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: principal,
            Action: 'sts:AssumeRole',
            ...(condition === undefined ? {} : { Condition: condition }),
          },
        ],
      }),
    }),
  );
}

const assume = (clients: ReturnType<typeof clientsAs>, more: object = {}) =>
  clients.sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session', ...more }));

describe('AssumeRole', () => {
  it('needs the external ID that the trust policy asks for (IAM User Guide, "How to use an external ID")', async () => {
    await makeRole({ AWS: VENDOR }, { StringEquals: { 'sts:ExternalId': 'right-id' } });
    const vendor = await as(VENDOR);
    const refused = {
      name: 'AccessDenied',
      status: 403,
      message: `User: ${VENDOR} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
    };
    expect(await refusal(assume(vendor))).toEqual(refused);
    expect(await refusal(assume(vendor, { ExternalId: 'wrong-id' }))).toEqual(refused);
    const { Credentials, AssumedRoleUser } = await assume(vendor, { ExternalId: 'right-id' });
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/media/session');
    const session = clientsAs(sandbox, credentialsOf(Credentials));
    const who = await session.sts.send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe(AssumedRoleUser?.Arn);
    expect(who.Account).toBe('111122223333');
    expect(who.UserId).toMatch(/^AROA[A-Z2-7]{17}:session$/);
    const stranger = await as('arn:aws:iam::444455556666:user/stranger');
    expect((await refusal(assume(stranger, { ExternalId: 'right-id' }))).status).toBe(403);
  });

  it('answers alike for a role that is not there', async () => {
    const vendor = await as(VENDOR);
    expect(await refusal(assume(vendor))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: ${VENDOR} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
    });
  });

  it('needs the own side of a caller from another account that was made ("Cross-account policy evaluation logic")', async () => {
    await makeRole({ AWS: '444455556666' });
    const boss = await as('arn:aws:iam::444455556666:user/boss');
    await boss.iam.send(new CreateUserCommand({ UserName: 'vendor' }));
    const vendor = await as(VENDOR);
    expect((await refusal(assume(vendor))).status).toBe(403);
    await boss.iam.send(
      new PutUserPolicyCommand({
        UserName: 'vendor',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }],
        }),
      }),
    );
    await assume(vendor);
  });

  it('lets nobody in by an identity policy alone (IAM User Guide, "Policy evaluation logic": trust policies)', async () => {
    await makeRole({ AWS: VENDOR });
    expect((await refusal(assume(admin))).message).toContain('because no role trust policy allows');
  });

  it('refuses the root user (STS API Reference, AssumeRole)', async () => {
    await makeRole({ AWS: '111122223333' });
    const root = await as('arn:aws:iam::111122223333:root');
    expect(await refusal(assume(root))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it('ends a session at its time, and caps it (STS API Reference, AssumeRole: DurationSeconds)', async () => {
    await makeRole({ AWS: ['111122223333', VENDOR] });
    const { Credentials } = await assume(admin, { DurationSeconds: 900 });
    const session = clientsAs(sandbox, credentialsOf(Credentials));
    await session.sts.send(new GetCallerIdentityCommand({}));
    // Ten minutes pass on the sandbox's clock: within the skew that a signature may have.
    now += 600_000;
    await session.sts.send(new GetCallerIdentityCommand({}));
    const { Credentials: short } = await assume(admin, { DurationSeconds: 900 });
    expect(short?.Expiration?.getTime()).toBe(Math.floor((now + 900_000) / 1000) * 1000);
    now += 301_000;
    const expired = clientsAs(sandbox, credentialsOf(Credentials));
    expect(await refusal(signedAt(expired.sts, now).send(new GetCallerIdentityCommand({})))).toEqual({
      name: 'ExpiredToken',
      status: 403,
      message: 'The security token included in the request is expired',
    });
    expect(await refusal(signedAt(expired.s3, now).send(new ListBucketsCommand({})))).toMatchObject({
      name: 'ExpiredToken',
      status: 400,
    });
    now -= 901_000;
    expect((await refusal(assume(admin, { DurationSeconds: 7200 }))).message).toBe(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    expect((await refusal(assume(admin, { DurationSeconds: 60 }))).name).toBe('ValidationError');
  });

  it('caps role chaining at an hour (IAM User Guide, "Roles terms and concepts")', async () => {
    await makeRole({ AWS: '444455556666' });
    await admin.iam.send(new UpdateRoleCommand({ RoleName: 'media', MaxSessionDuration: 43_200 }));
    const user = await as(VENDOR);
    const role = await as('arn:aws:iam::444455556666:role/worker');
    const long = { DurationSeconds: 7200 };
    const { Credentials } = await assume(user, long);
    expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now() + 7_000_000);
    expect((await refusal(assume(role, long))).message).toContain('role chaining');
    await assume(role);
  });

  it('narrows by a session policy (IAM User Guide, "Session policies")', async () => {
    await makeRole({ AWS: '111122223333' });
    const allow = (action: string) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
    await admin.iam.send(
      new PutRolePolicyCommand({ RoleName: 'media', PolicyName: 'p', PolicyDocument: allow('s3:*') }),
    );
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-media' }));
    await admin.s3.send(new PutObjectCommand({ Bucket: 'acme-media', Key: 'k', Body: 'x' }));
    const wide = clientsAs(sandbox, credentialsOf((await assume(admin)).Credentials));
    await wide.s3.send(new ListBucketsCommand({}));
    const narrow = clientsAs(
      sandbox,
      credentialsOf((await assume(admin, { Policy: allow('s3:GetObject') })).Credentials),
    );
    await narrow.s3.send(new GetObjectCommand({ Bucket: 'acme-media', Key: 'k' }));
    expect((await refusal(narrow.s3.send(new ListBucketsCommand({})))).status).toBe(403);
    const managed = clientsAs(
      sandbox,
      credentialsOf((await assume(admin, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AWSDenyAll' }] })).Credentials),
    );
    expect((await refusal(managed.s3.send(new ListBucketsCommand({})))).status).toBe(403);
  });

  it('ends the sessions of a role that is deleted', async () => {
    await makeRole({ AWS: '111122223333' });
    const session = clientsAs(sandbox, credentialsOf((await assume(admin)).Credentials));
    await admin.iam.send(new DeleteRoleCommand({ RoleName: 'media' }));
    await makeRole({ AWS: '111122223333' });
    expect(await refusal(session.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    expect(await refusal(session.s3.send(new ListBucketsCommand({})))).toMatchObject({
      name: 'InvalidAccessKeyId',
      status: 403,
    });
  });

  it.each([
    [{ RoleSessionName: 'x' }],
    [{ RoleSessionName: 'a b' }],
    [{ ExternalId: 'a' }],
    [{ ExternalId: 'a b' }],
    [{ RoleArn: 'arn:aws:iam::111122223333:user/media' }],
  ])('refuses parameters out of their pattern: %j', async (more) => {
    expect(await refusal(assume(admin, more))).toMatchObject({ name: 'ValidationError', status: 400 });
  });
});

describe('GetSessionToken', () => {
  it('gives a user temporary credentials of its own, once', async () => {
    const { Credentials } = await admin.sts.send(new GetSessionTokenCommand({}));
    const session = clientsAs(sandbox, credentialsOf(Credentials));
    const who = await session.sts.send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toMatch(/:user\//);
    expect((await refusal(session.sts.send(new GetSessionTokenCommand({})))).status).toBe(403);
  });
});

// STS API Reference, AssumeRoleWithWebIdentity; IAM User Guide, "Create a role for OpenID Connect federation".
describe('AssumeRoleWithWebIdentity', () => {
  const token = (claims: object) =>
    ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
  const good = () => ({
    iss: 'https://gitlab.example',
    sub: 'project_path:acme/media:ref_type:branch:ref:main',
    aud: 'https://gitlab.example',
    exp: Math.floor(now / 1000) + 300,
  });
  const assume = (claims: object, RoleArn = ROLE) =>
    admin.sts.send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'ci', WebIdentityToken: token(claims) }),
    );

  beforeEach(async () => {
    await admin.iam.send(
      new CreateRoleCommand({
        RoleName: 'media',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.example' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringLike: { 'gitlab.example:sub': 'project_path:acme/media:*' } },
          },
        }),
      }),
    );
  });

  it('needs no credentials, and gives a session of the role', async () => {
    const answer = await assume(good());
    expect(answer).toMatchObject({ Provider: 'https://gitlab.example', SubjectFromWebIdentityToken: good().sub });
    const { sts } = clientsAs(sandbox, credentialsOf(answer.Credentials));
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/media/ci',
    );
  });

  it('is decided by the claims of the token', async () => {
    const refused = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' };
    expect(await refusal(assume({ ...good(), sub: 'project_path:mallory/media' }))).toMatchObject(refused);
    expect(await refusal(assume({ ...good(), iss: 'https://other.example' }))).toMatchObject(refused);
    expect(await refusal(assume(good(), 'arn:aws:iam::111122223333:role/none'))).toMatchObject(refused);
    expect(await refusal(assume({ ...good(), exp: 1 }))).toMatchObject({ name: 'ExpiredTokenException' });
    expect(await refusal(assume({ sub: 'x' }))).toMatchObject({ name: 'InvalidIdentityTokenException' });
  });
});
