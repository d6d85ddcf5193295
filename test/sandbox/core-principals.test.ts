import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, refusal } from './clients.js';

const ROLE = 'arn:aws:iam::111122223333:role/vendors/media';
const USER = 'arn:aws:iam::111122223333:user/ann';
const VENDOR = 'arn:aws:iam::444455556666:role/jobs/worker';

let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 10 });
  admin = clientsAs(sandbox, adminOf(sandbox));
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.reset();
  await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-media' }));
});

const makeRole = () =>
  admin.iam.send(
    new CreateRoleCommand({
      RoleName: 'media',
      Path: '/vendors/',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
const grant = (principal: unknown, condition?: object) =>
  admin.s3.send(
    new PutBucketPolicyCommand({
      Bucket: 'acme-media',
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: principal,
            Action: 's3:ListBucket',
            Resource: 'arn:aws:s3:::acme-media',
            ...(condition === undefined ? {} : { Condition: condition }),
          },
        ],
      }),
    }),
  );
const principalOf = async () => {
  const { Policy } = await admin.s3.send(new GetBucketPolicyCommand({ Bucket: 'acme-media' }));
  return JSON.parse(Policy ?? '').Statement[0].Principal;
};
const list = async (principal: string) => {
  const { s3 } = clientsAs(sandbox, await sandbox.credentialsFor(principal));
  return s3.send(new ListObjectsV2Command({ Bucket: 'acme-media' }));
};

describe('who is meant by a principal', () => {
  it('is the role behind a session, with its path (IAM User Guide, "Principal": IAM role principals)', async () => {
    await makeRole();
    expect((await refusal(list(ROLE))).status).toBe(403);
    await grant({ AWS: ROLE });
    expect(await principalOf()).toEqual({ AWS: ROLE });
    await list(ROLE);
  });

  it('is the role of aws:PrincipalArn, with its path ("AWS global condition context keys")', async () => {
    await makeRole();
    await grant({ AWS: '111122223333' }, { ArnEquals: { 'aws:PrincipalArn': ROLE } });
    expect((await refusal(list(ROLE))).status).toBe(403);
    await grant({ AWS: VENDOR }, { ArnEquals: { 'aws:PrincipalArn': VENDOR } });
    await list(VENDOR);
    expect((await refusal(list('arn:aws:iam::444455556666:role/jobs/other'))).status).toBe(403);
  });

  it('is nobody any more once the role was deleted, whatever is made under its name', async () => {
    const { Role } = await makeRole();
    await grant({ AWS: ROLE });
    await admin.iam.send(new DeleteRoleCommand({ RoleName: 'media' }));
    await makeRole();
    expect(await principalOf()).toEqual({ AWS: Role?.RoleId });
    expect((await refusal(list(ROLE))).status).toBe(403);
    await grant({ AWS: ROLE });
    await list(ROLE);
  });

  it("cuts a grant to a role by the role's boundary, and a boundary that is gone allows nothing", async () => {
    await makeRole();
    await grant({ AWS: ROLE });
    await admin.iam.send(
      new PutRolePermissionsBoundaryCommand({
        RoleName: 'media',
        PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonSNSFullAccess',
      }),
    );
    expect((await refusal(list(ROLE))).status).toBe(403);
  });

  it('is a user directly, and its variables are filled in ("IAM policy elements: Variables and tags")', async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await grant({ AWS: USER });
    await list(USER);
    await admin.iam.send(new DeleteUserCommand({ UserName: 'ann' }));
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    expect((await refusal(list(USER))).status).toBe(403);
    await admin.iam.send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'home',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 's3:ListBucket',
              Resource: '*',
              Condition: { StringEquals: { 's3:prefix': '${aws:username}/' } },
            },
          ],
        }),
      }),
    );
    const { s3 } = clientsAs(sandbox, await sandbox.credentialsFor(USER));
    await s3.send(new ListObjectsV2Command({ Bucket: 'acme-media', Prefix: 'ann/' }));
    expect((await refusal(s3.send(new ListObjectsV2Command({ Bucket: 'acme-media', Prefix: 'bob/' })))).status).toBe(
      403,
    );
  });
});
