import { afterAll, beforeAll, expect, it } from 'vitest';
import { execute } from '../../src/engine/execute.js';
import { prepare } from '../../src/engine/prepare.js';
import { type Rig, rig } from './sandbox.js';

const region = 'us-east-1';
let r: Rig;

beforeAll(async () => {
  r = await rig();
  await r.aws.ports({ region }).s3.createBucket('acme-out', region, 'BucketOwnerEnforced');
});
afterAll(() => r.close());

const connections = () =>
  r.resolve({
    connections: {
      c: {
        template: 'bitmovin-analytics-output',
        trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'] },
        buckets: [{ name: 'acme-out' }],
      },
    },
  });
const plan = async () => prepare({ connections: await connections(), goal: 'present', aws: r.aws });
const idsOf = async () => (await plan()).plan.connections[0]?.findings.map(({ id }) => id);

it('says once that PutObjectAcl is of no use on a bucket that enforces its owner', async () => {
  expect(await idsOf()).toEqual(['useless-put-object-acl']);
});

it('names policies that somebody put on a role of ours, inline and attached', async () => {
  await execute(await plan());
  expect(await idsOf()).toEqual(['useless-put-object-acl']);
  const { iam } = r.aws.ports({ region });
  await iam.putRolePolicy('c', 'more', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: '*' }],
  });
  await iam.attachRolePolicy('c', 'arn:aws:iam::aws:policy/AmazonS3FullAccess');
  const found = (await plan()).plan.connections[0]?.findings.filter(({ id }) => id === 'undeclared-role-policy');
  expect(found?.map(({ severity, message }) => [severity, message])).toEqual([
    ['warning', "The role c has the policy more, which this connection doesn't declare."],
    [
      'warning',
      "The role c has the policy arn:aws:iam::aws:policy/AmazonS3FullAccess, which this connection doesn't declare.",
    ],
  ]);
});
