import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsAccess } from '../../src/aws/access.js';
import type { AwsAccess } from '../../src/aws/ports.js';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { prepare } from '../../src/engine/prepare.js';
import { type Rig, rig } from './sandbox.js';

const OTHER = '999988887777';
let r: Rig;
let aws: AwsAccess;
const saved = { ...process.env };

beforeAll(async () => {
  r = await rig();
  const folder = await mkdtemp(join(tmpdir(), 's3connect-profiles-'));
  const other = await r.sandbox.credentialsFor(`arn:aws:iam::${OTHER}:root`);
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = r.sandbox.env;
  await writeFile(
    join(folder, 'credentials'),
    `[home]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n` +
      `[storage]\naws_access_key_id = ${other.accessKeyId}\naws_secret_access_key = ${other.secretAccessKey}\n` +
      (other.sessionToken === undefined ? '' : `aws_session_token = ${other.sessionToken}\n`),
  );
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials');
  process.env.AWS_CONFIG_FILE = join(folder, 'config');
  aws = createAwsAccess({
    profile: undefined,
    profileFromFlag: false,
    region: undefined,
    endpointUrl: r.sandbox.endpoint,
    concurrency: 8,
    env: {},
  });
});
afterAll(async () => {
  aws.close();
  await r.close();
  process.env = { ...saved };
});

// IAM User Guide, "Cross-account policy evaluation logic": both accounts must allow.
describe('a bucket in another account than the role', () => {
  const entry = (bucket: object) => ({
    connections: {
      coa: {
        template: 'coactive',
        method: 'role',
        profile: 'home',
        buckets: [{ name: 'acme-storage', create: true, ...bucket }],
      },
    },
  });

  it('gets the identity policy here and the bucket policy there, and both are taken back', async () => {
    const before = await r.state();
    const connections = await r.resolve(entry({ account: OTHER, profile: 'storage' }) as ConnectionsFile);
    const done = await execute(await prepare({ connections, goal: 'present', aws }));
    expect(done.connections[0]?.error).toBeUndefined();
    const here = aws.ports({ profile: 'home', region: 'us-east-1' });
    const there = aws.ports({ profile: 'storage', region: 'us-east-1' });
    expect(await here.s3.listBuckets()).toEqual([]);
    expect(await there.s3.listBuckets()).toEqual(['acme-storage']);
    expect(JSON.stringify(await there.s3.getBucketPolicy('acme-storage'))).toContain(
      `arn:aws:iam::${r.sandbox.account}:role/coa`,
    );
    const again = await prepare({ connections, goal: 'present', aws });
    expect(again.plan.summary).toMatchObject({ create: 0, update: 0 });
    await execute(await prepare({ connections, goal: 'absent', aws }));
    expect(await r.state()).toBe(before);
  });

  it('whose profile is of a third account is refused', async () => {
    const connections = await r.resolve(entry({ account: '444455556666', profile: 'storage' }) as ConnectionsFile);
    await expect(prepare({ connections, goal: 'present', aws })).rejects.toMatchObject({
      code: 'WrongAccount',
      path: '/connections/coa/buckets/0/account',
      message: expect.stringContaining(OTHER),
    });
  });
});
