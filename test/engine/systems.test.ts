import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { type PrepareInput, prepare } from '../../src/engine/prepare.js';
import { rotateAccessKey } from '../../src/engine/rotate.js';
import { readSecret } from '../../src/resources/secret-file.js';
import { type Rig, rig, writesOf } from './sandbox.js';

const region = 'us-east-1';
const videsk = {
  template: 'videsk',
  user: { name: 'videsk-up' },
  buckets: [
    { name: 'acme-videsk', prefix: 'uploads/', create: true, confine: true, accessPoint: { name: 'acme-videsk-ap' } },
  ],
};
const video = {
  template: 'accurate-video',
  method: 'bucket-policy',
  trust: { principals: ['222233334444'] },
  buckets: [
    {
      name: 'acme-raw',
      access: ['read', 'list', 'write'],
      create: true,
      cors: { allowedOrigins: ['https://av.acme.example'] },
      accessPoint: { name: 'acme-raw-ap' },
      notifications: { snsTopic: 'av-new', subscribe: 'https://av.acme.example/hook?token=1' },
    },
  ],
};

/** The sandbox's state but for subscriptions. */
function withoutSubscriptions(state: string): unknown {
  return JSON.parse(state, (key, value: unknown) => (key === 'subscriptions' ? [] : value));
}

let r: Rig;
let secretFile: string;
async function plan(file: object, more: Partial<PrepareInput> = {}) {
  const connections = await r.resolve({ connections: file } as ConnectionsFile);
  return prepare({ connections, goal: 'present', aws: r.aws, secretFile, ...more });
}
const apply = async (file: object, more: Partial<PrepareInput> = {}) => execute(await plan(file, more));

beforeEach(async () => {
  r = await rig();
  secretFile = join(r.folder, 'secrets', 'videsk.credentials');
});
afterEach(() => r.close());

describe('the method user', () => {
  it('makes one key, whose secret is in one file and nowhere else', async () => {
    const before = await r.state();
    const planned = await plan({ videsk });
    const done = await execute(planned);
    expect(done.connections[0]?.error).toBeUndefined();
    const stored = await readSecret(secretFile, 'videsk');
    expect(stored?.accessKeyId).toMatch(/^AKIA/);
    expect((await stat(secretFile)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify([planned.plan, done, r.calls])).not.toContain(stored?.secretAccessKey);
    expect(done.connections[0]?.secretFile).toBe(secretFile);
    expect(JSON.stringify(done.connections[0]?.handoff)).toContain(stored?.accessKeyId);

    r.calls.length = 0;
    expect((await apply({ videsk })).summary).toMatchObject({ create: 0, update: 0 });
    expect(writesOf(r.calls)).toEqual([]);

    await apply({ videsk }, { goal: 'absent' });
    expect(await r.state()).toBe(before);
    await expect(readFile(secretFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('makes no new key where the file is gone, and says so', async () => {
    await apply({ videsk });
    await rm(secretFile);
    r.calls.length = 0;
    const done = await apply({ videsk });
    expect(writesOf(r.calls)).toEqual([]);
    const row = done.connections[0]?.changes.find(({ resource }) => resource === 'access-key');
    expect(row).toMatchObject({ action: 'none', note: expect.stringContaining('no new key') });
  });

  it('refuses a file that is there already, before anything is made', async () => {
    const before = await r.state();
    await expect(plan({ videsk }, { secretFile: join(r.folder, 'connections-0.json') })).rejects.toMatchObject({
      code: 'BadValue',
      path: '--secret-file',
    });
    expect(await r.state()).toBe(before);
  });

  it('rotates in two steps, and never makes a third key', async () => {
    await apply({ videsk });
    const [connection] = await r.resolve({ connections: { videsk } } as unknown as ConnectionsFile);
    const input = { connection: connection!, aws: r.aws, secretFile };
    const { iam } = r.aws.ports({ region });
    const old = await readSecret(secretFile);
    await expect(rotateAccessKey({ ...input, finish: true })).rejects.toMatchObject({ code: 'BadUsage' });
    const begun = await rotateAccessKey(input);
    const fresh = await readSecret(secretFile);
    expect(begun.created).toBe(fresh?.accessKeyId);
    expect(fresh?.accessKeyId).not.toBe(old?.accessKeyId);
    expect((await stat(secretFile)).mode & 0o777).toBe(0o600);
    await expect(rotateAccessKey(input)).rejects.toMatchObject({
      code: 'BadUsage',
      message: expect.stringContaining('never a third'),
    });
    await expect(rotateAccessKey({ ...input, finish: true, verifyKey: async () => false })).rejects.toMatchObject({
      code: 'AwsError',
    });
    expect(await iam.listAccessKeys('videsk-up')).toHaveLength(2);
    const ended = await rotateAccessKey({ ...input, finish: true });
    expect(ended.deleted).toBe(old?.accessKeyId);
    expect((await iam.listAccessKeys('videsk-up')).map(({ id }) => id)).toEqual([fresh?.accessKeyId]);
    expect((await plan({ videsk })).plan.summary).toMatchObject({ create: 0, update: 0 });
  });
});

describe('access points, topics and notifications', () => {
  it('are made, quiet on the second run, and leave no trace', async () => {
    const before = await r.state();
    const done = await apply({ video });
    expect(done.connections[0]?.error).toBeUndefined();
    r.calls.length = 0;
    expect((await apply({ video })).summary).toMatchObject({ create: 0, update: 0 });
    expect(writesOf(r.calls)).toEqual([]);
    await apply({ video }, { goal: 'absent' });
    expect(await r.state()).toBe(before);
  });

  it('that were there before are used and stay', async () => {
    const { s3, s3control, sns } = r.aws.ports({ region });
    await s3.createBucket('acme-raw', region, 'BucketOwnerEnforced');
    await s3control.createAccessPoint(r.sandbox.account, { name: 'acme-raw-ap', bucket: 'acme-raw', vpcId: undefined });
    const topic = await sns.createTopic('av-new', {});
    await sns.subscribe(topic, 'https', 'https://other.example/hook');
    const before = await r.state();
    expect((await apply({ video })).connections[0]?.error).toBeUndefined();
    expect((await plan({ video })).plan.summary).toMatchObject({ create: 0, update: 0 });
    const gone = await apply({ video }, { goal: 'absent' });
    const skipped = gone.connections[0]?.changes
      .filter(({ status }) => status === 'skipped')
      .map(({ resource }) => resource);
    expect(skipped).toEqual(expect.arrayContaining(['bucket', 'access-point', 'topic']));
    expect(gone.connections[0]?.changes.find(({ resource }) => resource === 'subscription')).toMatchObject({
      status: 'done',
      note: expect.stringContaining('never confirmed'),
    });
    // SNS alone can end a subscription that nobody confirmed.
    expect(withoutSubscriptions(await r.state())).toEqual(withoutSubscriptions(before));
  });

  it('an access point that does not fit is refused', async () => {
    const { s3, s3control } = r.aws.ports({ region });
    await s3.createBucket('acme-other', region, 'BucketOwnerEnforced');
    await s3control.createAccessPoint(r.sandbox.account, {
      name: 'acme-raw-ap',
      bucket: 'acme-other',
      vpcId: undefined,
    });
    await expect(plan({ video })).rejects.toMatchObject({
      code: 'NotOurs',
      message: expect.stringContaining('acme-other'),
    });
  });
});

describe('destroy', () => {
  it('keeps a bucket that holds objects, and one with the statements of another connection', async () => {
    const coactive = {
      template: 'coactive',
      method: 'bucket-policy',
      buckets: [{ name: 'acme-raw', prefix: 'seen/' }],
    };
    await apply({ video });
    await apply({ coactive });
    const kept = await apply({ video }, { goal: 'absent' });
    expect(kept.connections[0]?.changes.find(({ resource }) => resource === 'bucket')).toMatchObject({
      action: 'none',
      status: 'skipped',
      note: expect.stringContaining('statements of others'),
    });
    await r.aws.probe({ region }, 'caller').put('acme-raw', 'seen/a', 'x');
    await apply({ coactive }, { goal: 'absent' });
    const full = await apply({ video }, { goal: 'absent' });
    expect(full.connections[0]?.changes.find(({ resource }) => resource === 'bucket')?.note).toContain('holds objects');
    await r.aws.probe({ region }, 'caller').remove('acme-raw', 'seen/a');
    const gone = await apply({ video }, { goal: 'absent' });
    expect(gone.connections[0]?.changes.find(({ resource }) => resource === 'bucket')?.status).toBe('done');
  });
});

describe('prune', () => {
  it('removes what connections that left the file have left, and nothing of another namespace', async () => {
    const coactive = {
      template: 'coactive',
      method: 'bucket-policy',
      buckets: [{ name: 'acme-raw', prefix: 'seen/' }],
    };
    const before = await r.state();
    const all = await r.resolve({
      namespace: 'one',
      connections: { video, videsk, coactive },
    } as unknown as ConnectionsFile);
    await execute(await prepare({ connections: all, goal: 'present', aws: r.aws, secretFile }));
    const two = await r.resolve({ namespace: 'two', connections: { coactive } } as unknown as ConnectionsFile);
    await execute(await prepare({ connections: two, goal: 'present', aws: r.aws }));

    const kept = all.filter(({ name }) => name === 'coactive');
    const prune = {
      connections: kept,
      goal: 'present',
      aws: r.aws,
      prune: true,
      namespace: 'one',
      knownNames: ['coactive'],
    } as const;
    const planned = await prepare(prune);
    expect(planned.plan.connections.map(({ name }) => name)).toEqual(
      ['coactive', 'video', 'videsk'].sort((a, b) => (a === 'coactive' ? -1 : a < b ? -1 : 1)),
    );
    await execute(planned);
    const { s3, iam, sns, s3control } = r.aws.ports({ region });
    expect(await s3.listBuckets()).toEqual(['acme-raw']);
    expect((await iam.listUsers()).map(({ name }) => name)).not.toContain('videsk-connector');
    expect(await iam.getUser('videsk-up')).toBeUndefined();
    expect(await sns.listTopics()).toEqual([]);
    expect(await s3control.listAccessPoints(r.sandbox.account)).toEqual([]);
    const policy = JSON.stringify(await s3.getBucketPolicy('acme-raw'));
    for (const [connection] of [kept, two]) expect(policy).toContain(connection?.owner.mark);
    const second = await prepare(prune);
    expect(second.plan.connections.flatMap(({ changes }) => changes.filter(({ action }) => action !== 'none'))).toEqual(
      [],
    );

    await execute(await prepare({ connections: two, goal: 'absent', aws: r.aws }));
    await execute(await prepare({ connections: kept, goal: 'absent', aws: r.aws }));
    await execute(await prepare({ connections: all, goal: 'absent', aws: r.aws }));
    expect(await r.state()).toBe(before);
  });

  it('removes what a connection of the file no longer wants: a bucket that left it, an older kind of policy', async () => {
    const entry = (policy: object, ...names: string[]) => ({
      coactive: {
        template: 'coactive',
        method: 'role',
        policy,
        buckets: names.map((name) => ({ name, create: true })),
      },
      granted: { template: 'coactive', method: 'bucket-policy', buckets: names.map((name) => ({ name })) },
    });
    await apply({ coactive: entry({ kind: 'inline' }, 'acme-a', 'acme-b').coactive });
    await apply(entry({ kind: 'inline' }, 'acme-a', 'acme-b'));
    const now = entry({ kind: 'managed', name: 'coactive-read' }, 'acme-a');
    const planned = await plan(now, { prune: true });
    const deleted = planned.plan.connections.map(({ changes }) =>
      changes.filter(({ action }) => action === 'delete').map(({ resource, id }) => `${resource} ${id}`),
    );
    expect(deleted[0]).toEqual(expect.arrayContaining(['bucket acme-b', 'role-policy coactive/coactive-s3-read']));
    expect(planned.plan.connections).toHaveLength(2);
    await execute(planned);
    const { s3, iam } = r.aws.ports({ region });
    expect(await s3.listBuckets()).toEqual(['acme-a']);
    expect(await iam.listRolePolicies('coactive')).toEqual([]);
    expect((await plan(now, { prune: true })).plan.summary).toMatchObject({ create: 0, update: 0, delete: 0 });
  });
});
