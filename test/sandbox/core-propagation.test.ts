import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListBucketsCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, refusal } from './clients.js';

const ROLE = 'arn:aws:iam::111122223333:role/media';
const MAX_MS = 100_000;

let now = 0;
let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;
let vendor: ReturnType<typeof clientsAs>;

beforeEach(async () => {
  now = Date.now();
  sandbox = await testSandbox({ seed: 7, propagationSeconds: MAX_MS / 1000, clock: () => now });
  admin = clientsAs(sandbox, adminOf(sandbox));
  vendor = clientsAs(sandbox, await sandbox.credentialsFor('arn:aws:iam::444455556666:user/vendor'));
});
afterEach(() => sandbox.close());

const settle = (): void => {
  now += MAX_MS;
};
const trust = (principal: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });
const createRole = (principal = '444455556666') =>
  admin.iam.send(new CreateRoleCommand({ RoleName: 'media', AssumeRolePolicyDocument: trust(principal) }));
const assume = () => vendor.sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }));
const listBuckets = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
});

// IAM User Guide, "Troubleshooting IAM: changes that I make are not always immediately visible".
describe('eventual consistency', () => {
  it('shows a fresh role only after a while: NoSuchEntity, AccessDenied, Invalid principal in policy', async () => {
    await createRole();
    expect((await refusal(admin.iam.send(new GetRoleCommand({ RoleName: 'media' })))).status).toBe(404);
    expect((await refusal(assume())).name).toBe('AccessDenied');
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-media' }));
    const put = () =>
      admin.s3.send(
        new PutBucketPolicyCommand({
          Bucket: 'acme-media',
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: ROLE },
                Action: 's3:ListBucket',
                Resource: 'arn:aws:s3:::acme-media',
              },
            ],
          }),
        }),
      );
    expect(await refusal(put())).toMatchObject({ name: 'MalformedPolicy', status: 400 });
    settle();
    await put();
    await assume();
    await admin.iam.send(new GetRoleCommand({ RoleName: 'media' }));
  });

  it('lets writers act on what was written last, so that no update is lost', async () => {
    await createRole();
    expect((await refusal(createRole())).name).toBe('EntityAlreadyExistsException');
    await admin.iam.send(new PutRolePolicyCommand({ RoleName: 'media', PolicyName: 'p', PolicyDocument: listBuckets }));
    await admin.iam.send(new TagRoleCommand({ RoleName: 'media', Tags: [{ Key: 'a', Value: '1' }] }));
    settle();
    const { Role } = await admin.iam.send(new GetRoleCommand({ RoleName: 'media' }));
    expect(Role?.Tags).toEqual([{ Key: 'a', Value: '1' }]);
    await admin.iam.send(new GetRolePolicyCommand({ RoleName: 'media', PolicyName: 'p' }));
  });

  it('allows for a while what was taken away', async () => {
    await createRole();
    await admin.iam.send(new PutRolePolicyCommand({ RoleName: 'media', PolicyName: 'p', PolicyDocument: listBuckets }));
    settle();
    const { Credentials } = await assume();
    const session = clientsAs(sandbox, {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    await session.s3.send(new ListBucketsCommand({}));
    await admin.iam.send(new DeleteRolePolicyCommand({ RoleName: 'media', PolicyName: 'p' }));
    await admin.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'media', PolicyDocument: trust('555566667777') }),
    );
    await session.s3.send(new ListBucketsCommand({}));
    await assume();
    settle();
    expect((await refusal(session.s3.send(new ListBucketsCommand({})))).status).toBe(403);
    expect((await refusal(assume())).name).toBe('AccessDenied');
  });

  it('takes a fresh access key only after a while (InvalidClientTokenId)', async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const ann = clientsAs(sandbox, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    expect((await refusal(ann.sts.send(new GetCallerIdentityCommand({})))).name).toBe('InvalidClientTokenId');
    settle();
    await ann.sts.send(new GetCallerIdentityCommand({}));
  });

  it('shows in its state what was written last', async () => {
    await createRole();
    expect(JSON.parse(await sandbox.state()).accounts['111122223333'].roles.media.arn).toBe(ROLE);
  });
});
