import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, raw, refusal } from './clients.js';

let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 4 });
  admin = clientsAs(sandbox, adminOf(sandbox));
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const ask = async (principal: unknown) => {
  const answer = await raw(sandbox.endpoint, {
    method: 'POST',
    path: '/_sandbox/credentials',
    body: JSON.stringify({ principal }),
  });
  return { status: answer.status, body: JSON.parse(answer.body) };
};
const trust = (principal: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });

describe('POST /_sandbox/credentials', () => {
  it('answers with a key for a user, a session for a role, for whoever is named in another account', async () => {
    const user = await ask('arn:aws:iam::444455556666:user/vendor');
    expect(user.status).toBe(200);
    expect(Object.keys(user.body).sort()).toEqual(['accessKeyId', 'secretAccessKey']);
    const role = await ask('arn:aws:iam::444455556666:role/jobs/worker');
    expect(Object.keys(role.body).sort()).toEqual(['accessKeyId', 'secretAccessKey', 'sessionToken']);
    const who = await clientsAs(sandbox, role.body).sts.send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe('arn:aws:sts::444455556666:assumed-role/worker/sandbox');
    const root = await clientsAs(sandbox, (await ask('arn:aws:iam::444455556666:root')).body).sts.send(
      new GetCallerIdentityCommand({}),
    );
    expect(root).toMatchObject({ Arn: 'arn:aws:iam::444455556666:root', UserId: '444455556666' });
    const session = await ask('arn:aws:sts::444455556666:assumed-role/worker/mine');
    expect((await clientsAs(sandbox, session.body).sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::444455556666:assumed-role/worker/mine',
    );
  });

  it('knows a user or role of its own account only once it was made, and then by its policies', async () => {
    const missing = await ask('arn:aws:iam::111122223333:role/ci');
    expect(missing.status).toBe(404);
    expect(missing.body.error.code).toBe('NoSuchEntity');
    await admin.iam.send(new CreateRoleCommand({ RoleName: 'ci', AssumeRolePolicyDocument: trust('111122223333') }));
    const ci = clientsAs(sandbox, (await ask('arn:aws:iam::111122223333:role/ci')).body);
    expect((await refusal(ci.s3.send(new ListBucketsCommand({})))).status).toBe(403);
    await admin.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'ci',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
        }),
      }),
    );
    await ci.s3.send(new ListBucketsCommand({}));
  });

  it('takes everything from one that was only named, and what its policies say once it was made', async () => {
    const vendor = clientsAs(sandbox, (await ask('arn:aws:iam::444455556666:user/vendor')).body);
    await vendor.s3.send(new CreateBucketCommand({ Bucket: 'vendor-bucket' }));
    const boss = clientsAs(sandbox, (await ask('arn:aws:iam::444455556666:user/boss')).body);
    await boss.iam.send(new CreateUserCommand({ UserName: 'vendor' }));
    expect((await refusal(vendor.s3.send(new ListBucketsCommand({})))).status).toBe(403);
  });

  it('refuses what is no principal', async () => {
    for (const principal of ['vendor', 'arn:aws:iam::1:user/x', 'arn:aws-cn:iam::444455556666:user/x', 7]) {
      expect((await ask(principal)).status).toBe(400);
    }
    expect((await raw(sandbox.endpoint, { method: 'POST', path: '/_sandbox/credentials', body: '{' })).status).toBe(
      400,
    );
    expect((await raw(sandbox.endpoint, { path: '/_sandbox/other' })).status).toBe(404);
  });

  it('leaves no trace in listings, and a user with such a key can be deleted', async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const before = await sandbox.state();
    const own = clientsAs(sandbox, (await ask('arn:aws:iam::111122223333:user/ann')).body);
    expect((await admin.iam.send(new ListAccessKeysCommand({ UserName: 'ann' }))).AccessKeyMetadata).toEqual([]);
    expect(await sandbox.state()).toBe(before);
    await admin.iam.send(new DeleteUserCommand({ UserName: 'ann' }));
    expect((await refusal(own.sts.send(new GetCallerIdentityCommand({})))).name).toBe('InvalidClientTokenId');
  });
});

describe('GET /_sandbox/state and POST /_sandbox/reset', () => {
  it('shows what is stored, sorted, without secrets, times or generated ids', async () => {
    const empty = await sandbox.state();
    expect(JSON.parse(empty)).toEqual({ accessPoints: {}, accounts: {}, buckets: {}, topics: {} });
    await admin.iam.send(new CreateUserCommand({ UserName: 'zoe' }));
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-media' }));
    await admin.s3.send(
      new PutBucketPolicyCommand({
        Bucket: 'acme-media',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: ['444455556666'] },
              Action: ['s3:ListBucket'],
              Resource: 'arn:aws:s3:::acme-media',
            },
          ],
        }),
      }),
    );
    const text = await sandbox.state();
    const state = JSON.parse(text);
    expect(Object.keys(state.accounts['111122223333'].users)).toEqual(['ann', 'zoe']);
    expect(state.accounts['111122223333'].users.ann.accessKeys).toEqual(['Active']);
    expect(state.buckets['acme-media'].policy.Statement[0]).toEqual({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::444455556666:root' },
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::acme-media',
    });
    for (const secret of [AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey, 'AIDA', '2026-']) {
      expect(text).not.toContain(secret);
    }
    await admin.s3.send(new DeleteBucketCommand({ Bucket: 'acme-media' }));
    await sandbox.reset();
    expect(await sandbox.state()).toBe(empty);
  });

  it('keeps the administrator through a reset, in listings but not in the state', async () => {
    await sandbox.reset();
    const { Users } = await admin.iam.send(new ListUsersCommand({}));
    expect(Users?.map((user) => user.UserName)).toEqual(['sandbox-admin']);
  });

  it('is the same again with the same seed', async () => {
    const twin = await testSandbox({ seed: 4 });
    try {
      expect(twin.env.AWS_ACCESS_KEY_ID).toBe(sandbox.env.AWS_ACCESS_KEY_ID);
      expect(twin.env.AWS_SECRET_ACCESS_KEY).toBe(sandbox.env.AWS_SECRET_ACCESS_KEY);
    } finally {
      await twin.close();
    }
  });
});
