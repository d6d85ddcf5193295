import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsAccess } from '../../src/aws/ports.js';
import { accessAs, makeRole } from '../helpers/account.js';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere } from '../helpers/in-process.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

type Json = Record<string, unknown>;

const FOREIGN_POLICY = {
  Version: '2012-10-17',
  Id: 'theirs',
  Statement: [
    { Sid: 'One', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::acme-shared' },
    {
      Sid: 'Two',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${CUSTOMER}:root` },
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::acme-shared/theirs/*',
    },
  ],
} as const;

const FOREIGN_CORS = [
  { ID: 'theirs', AllowedOrigins: ['https://other.example'], AllowedMethods: ['GET'], MaxAgeSeconds: 5 },
] as const;

const connection = (prefix: string, origin: string) => ({
  template: 'accurate-video',
  method: 'bucket-policy',
  trust: { principals: ['arn:aws:iam::444455556666:role/app'] },
  buckets: [{ name: 'acme-shared', access: ['read', 'list'], prefix, cors: { allowedOrigins: [origin] } }],
});

describe('what is ours and what is not', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;
  let access: AwsAccess;

  beforeEach(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    customer = { cwd: folder.path, env: sandbox.env };
    access = accessAs(sandbox.env);
  });

  afterEach(async () => {
    access.close();
    await sandbox.close();
    await folder.remove();
  });

  const write = (content: unknown) => writeFile(join(folder.path, 's3connect.json'), JSON.stringify(content));

  const run = (...args: string[]) =>
    jsonHere<Json & { error?: Json; connections: Json[]; summary: Json }>(args, customer);

  async function sharedBucket(): Promise<void> {
    const { s3 } = access.ports({});
    await s3.createBucket('acme-shared', 'us-east-1', 'BucketOwnerEnforced');
    await s3.putBucketPolicy('acme-shared', FOREIGN_POLICY);
    await s3.putBucketCors('acme-shared', FOREIGN_CORS);
  }

  it('two connections live on one bucket, and foreign statements and rules stay in their order', async () => {
    await sharedBucket();
    const before = await sandbox.state();
    // As the endpoint gives it back, which need not be the order in which it was sent.
    const { s3 } = access.ports({});
    const theirs = (await s3.getBucketPolicy('acme-shared'))!.Statement;
    await write({
      connections: { one: connection('one/', 'https://one.example'), two: connection('two/', 'https://two.example') },
    });
    const applied = await run('apply', '--yes');
    expect(applied.code, JSON.stringify(applied.json)).toBe(0);

    const policy = (await s3.getBucketPolicy('acme-shared'))!;
    const statements = policy.Statement as unknown as Json[];
    expect(statements.slice(0, 2)).toEqual(theirs);
    expect(policy.Id).toBe('theirs');
    const rules = (await s3.getBucketCors('acme-shared'))!;
    expect(rules.filter((rule) => rule.ID === 'theirs')).toEqual(FOREIGN_CORS);
    expect(rules).toHaveLength(3);

    expect((await run('plan', '--exit-code')).code).toBe(0);
    expect((await run('apply', '--yes')).code).toBe(0);

    expect((await run('destroy', 'one', '--yes')).code).toBe(0);
    const left = (await s3.getBucketPolicy('acme-shared'))!.Statement as unknown as Json[];
    expect(left.slice(0, 2)).toEqual(theirs);
    expect(left.length).toBeGreaterThan(2);
    expect((await run('plan', 'two', '--exit-code')).code).toBe(0);
    expect((await run('plan', 'one', '--exit-code')).code).toBe(3);

    expect((await run('destroy', 'two', '--yes')).code).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });

  it("somebody's edit of our statement is an update; what is foreign is none", async () => {
    await sharedBucket();
    await write({ connections: { one: connection('one/', 'https://one.example') } });
    expect((await run('apply', '--yes')).code).toBe(0);
    const { s3 } = access.ports({});
    const policy = (await s3.getBucketPolicy('acme-shared'))!;
    const edited = (policy.Statement as unknown as Json[]).map((each) =>
      String(each.Resource).endsWith('/one/*')
        ? { ...each, Resource: `${'arn:aws:s3:::acme-shared'}/elsewhere/*` }
        : each,
    );
    await s3.putBucketPolicy('acme-shared', { ...policy, Statement: edited } as never);
    const plan = await run('plan', '--exit-code');
    expect(plan.code).toBe(3);
    expect(plan.json.summary).toMatchObject({ create: 0, update: 1, delete: 0 });
  });

  it('a role made by hand is refused; adopted and destroyed it is as it was', async () => {
    await makeRole(access, 'exports');
    await access.ports({}).s3.createBucket('acme-shared', 'us-east-1', 'BucketOwnerEnforced');
    const before = await sandbox.state();
    await write({ connections: { exports: { template: 'coactive', buckets: [{ name: 'acme-shared' }] } } });
    for (const command of [
      ['apply', '--yes'],
      ['role', 'create', '--yes'],
    ]) {
      const refused = await run(...command);
      expect(refused.json.error, JSON.stringify(refused.json)).toMatchObject({ code: 'NotOurs' });
      expect(String(refused.json.error?.hint)).toContain('--adopt');
      expect(refused.code).toBe(2);
      expect(await sandbox.state()).toBe(before);
    }
    const adopted = await run('apply', '--yes', '--adopt');
    expect(adopted.code, JSON.stringify(adopted.json)).toBe(0);
    expect((await run('plan', '--exit-code')).code).toBe(0);
    expect((await run('destroy', '--yes')).code).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });

  it('role delete on a role that is not ours is refused', async () => {
    await makeRole(access, 'exports');
    const before = await sandbox.state();
    await write({ connections: { exports: { template: 'coactive', buckets: [{ name: 'acme-shared' }] } } });
    const refused = await run('role', 'delete', 'exports', '--yes');
    expect(refused.json.error, JSON.stringify(refused.json)).toMatchObject({ code: 'NotOurs' });
    expect(refused.code).toBe(2);
    expect(await sandbox.state()).toBe(before);
    // destroy skips it, says so, and ends well.
    const skipped = await run('destroy', '--yes');
    expect(skipped.code, JSON.stringify(skipped.json)).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });

  it('destroy keeps a bucket that holds objects', async () => {
    await write({ connections: { exports: { template: 'coactive', buckets: [{ name: 'acme-full', create: true }] } } });
    expect((await run('apply', '--yes')).code).toBe(0);
    await access.probe({}, 'caller').put('acme-full', 'film.mp4', 'film');
    const destroyed = await run('destroy', '--yes');
    expect(destroyed.code, JSON.stringify(destroyed.json)).toBe(0);
    const changes = destroyed.json.connections[0]?.changes as Json[];
    expect(changes.find((each) => each.resource === 'bucket')).toMatchObject({ status: 'skipped' });
    expect(await access.ports({}).s3.headBucket('acme-full')).toBeDefined();
    expect(await access.ports({}).iam.getRole('exports')).toBeUndefined();
  });

  it('one connection that fails does not stop the other', async () => {
    await write({
      connections: {
        good: { template: 'coactive', buckets: [{ name: 'acme-good', create: true }] },
        bad: { template: 'coactive', buckets: [{ name: 'acme-missing' }] },
        unknown: { template: 'no-such-template', buckets: [{ name: 'acme-missing' }] },
      },
    });
    const { code, json } = await run('apply', '--yes');
    expect(code).toBe(2);
    const by = (name: string) => json.connections.find((each) => each.name === name);
    expect(by('bad')?.error).toMatchObject({ code: 'BucketNotFound' });
    expect(by('unknown')?.error).toMatchObject({ code: 'UnknownTemplate' });
    expect(by('good')?.error).toBeUndefined();
    expect(await access.ports({}).iam.getRole('good')).toBeDefined();
  });

  it('prune removes what is no longer in the file, and nothing of another namespace', async () => {
    const one = { template: 'coactive', buckets: [{ name: 'acme-one', create: true }] };
    const two = { template: 'coactive', buckets: [{ name: 'acme-two', create: true }] };
    await write({
      namespace: 'other',
      connections: { there: { ...one, role: { name: 'there' }, buckets: [{ name: 'acme-there', create: true }] } },
    });
    expect((await run('apply', '--yes')).code).toBe(0);
    await write({ connections: { one } });
    expect((await run('apply', '--yes')).code).toBe(0);
    const before = await sandbox.state();
    await write({ connections: { one, two } });
    expect((await run('apply', '--yes')).code).toBe(0);
    await write({ connections: { one } });
    expect((await run('plan', '--exit-code')).code).toBe(0);
    expect((await run('plan', '--prune', '--exit-code')).code).toBe(3);
    const pruned = await run('apply', '--prune', '--yes');
    expect(pruned.code, JSON.stringify(pruned.json)).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });
});
