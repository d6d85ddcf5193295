import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedConnection } from '../../src/connection/types.js';
import { verify } from '../../src/verify/index.js';
import { broken, EXTERNAL_ID, row, surprises, VENDOR, type VerifyWorld, verifyWorld } from './world.js';

const REGION = { region: 'us-east-1' };
const TASK = 'arn:aws:iam::111122223333:role/task';
const account = (c: ResolvedConnection): ResolvedConnection => ({
  ...c,
  site: { ...c.site, account: '111122223333' },
});

let world: VerifyWorld;
let n = 0;
/** A name that no other test uses. */
const fresh = (what: string): string => `${what}-${++n}`;

beforeAll(async () => {
  world = await verifyWorld();
  await world.admin.ports(REGION).iam.createRole({
    name: 'task',
    path: '/',
    description: undefined,
    maxSessionDuration: undefined,
    permissionsBoundary: undefined,
    tags: {},
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
  });
});
beforeEach(() => {
  world.wire.length = 0;
});
afterAll(() => world.close());

async function exportsRole(prefix = 'analytics/'): Promise<{ c: ResolvedConnection; bucket: string; name: string }> {
  const bucket = fresh('acme-exports');
  const name = fresh('exports');
  await world.bucket(bucket);
  const c = account(
    await world.resolve({
      template: 'bitmovin-analytics-output',
      name,
      externalId: [EXTERNAL_ID],
      bucket: [`${bucket}:output:${prefix}`],
    }),
  );
  await world.make(c);
  await world.admin.ports(REGION).iam.tagRole(name, { 's3connect:connection': name });
  return { c, bucket, name };
}

async function taskConnection(access: string, more: object = {}): Promise<{ c: ResolvedConnection; bucket: string }> {
  const bucket = fresh('acme-media');
  await world.bucket(bucket);
  const c = await world.resolve({
    template: 'accurate-video',
    method: 'bucket-policy',
    name: fresh('av'),
    principal: [TASK],
    bucket: [`${bucket}:${access}`],
    ...more,
  });
  await world.make(c);
  return { c, bucket };
}

describe("users' objects", () => {
  it('are neither read nor written nor listed beyond one key, and nothing of ours stays', async () => {
    const { c, bucket } = await exportsRole();
    for (const key of ['analytics/a', 'analytics/b', 'other/c']) {
      await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: key }));
    }
    const before = await world.sandbox.state();
    for (const [aws, mode] of [
      [await world.as(VENDOR), 'assume'],
      [world.admin, 'self'],
      [world.admin, 'simulate'],
    ] as const) {
      await world.verify(c, aws, { mode });
    }
    const onBucket = world.wire.filter((line) => line.includes(`/${bucket}`));
    for (const line of onBucket) {
      const [method = '', url = ''] = line.split(' ');
      const key = decodeURIComponent(new URL(url, 'http://x').pathname).slice(bucket.length + 2);
      if (/^(?:analytics\/[ab]|other\/c)$/.test(key)) expect(method, line).toBe('HEAD');
      else if (key !== '') expect(key, line).toContain('.s3connect-probe/');
      if (url.includes('list-type=2')) expect(url).toContain('max-keys=1');
    }
    expect(await world.sandbox.state()).toBe(before);
  });

  it('are not needed: --no-write sends no writing request at all', async () => {
    const { c, bucket } = await exportsRole();
    await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'analytics/a', Body: 'a' }));
    const vendor = await world.as(VENDOR);
    world.wire.length = 0;
    const report = await world.verify(c, vendor, { noWrite: true });
    const written = world.wire.filter((line) => /^(?:PUT|DELETE|POST) /.test(line) && line.includes(`/${bucket}`));
    expect(written).toEqual([]);
    // The vendor reads no documents, so nobody can answer for the writing rows.
    expect(row(report, `put:${bucket}`)).toMatchObject({ ok: null, expect: 'allow' });
    expect(report.status).toBe('unknown');
    expect(row(report, `get:${bucket}`)).toMatchObject({ ok: true, by: 'probe' });
    expect(report.why).toContain(`put:${bucket}`);
  });
});

describe('a missing key proves nothing about GetObject', () => {
  it('a refusal of a missing key stays open, a 404 under a listable prefix is a yes', async () => {
    const { c, bucket } = await taskConnection('read');
    const open = await world.verify(c, await world.as(TASK));
    expect(row(open, `get:${bucket}`)).toMatchObject({ ok: null, actual: 'skipped' });
    expect(open.status).toBe('unknown');
    const both = await taskConnection('read+list');
    const report = await world.verify(both.c, await world.as(TASK));
    expect(row(report, `get:${both.bucket}`)).toMatchObject({ ok: true, by: 'probe' });
  });
});

describe('buckets that keep versions', () => {
  it('are left without a version or marker of ours', async () => {
    const { c, bucket } = await exportsRole();
    await world.s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const before = await world.sandbox.state();
    const report = await world.verify(c, world.admin, { mode: 'self' });
    expect(surprises(report)).toEqual([]);
    expect(row(report, `put:${bucket}`).detail).toBe('PutObject of a probe object');
    expect(await world.sandbox.state()).toBe(before);
  });

  it('are not written to by who could not remove the versions, but with --allow-residue', async () => {
    const { c, bucket } = await taskConnection('read+list+write+delete');
    await world.admin.ports(REGION).iam.putRolePolicy('task', 'own', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetBucketVersioning', 's3:GetBucketNotification'], Resource: '*' },
        { Effect: 'Allow', Action: 's3:GetBucketObjectLockConfiguration', Resource: '*' },
      ],
    });
    await world.s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const before = await world.sandbox.state();
    const report = await world.verify(c, await world.as(TASK));
    expect(row(report, `put:${bucket}`).detail).toContain('could not be removed');
    expect(row(report, `delete:${bucket}`)).toMatchObject({ ok: null });
    expect(await world.sandbox.state()).toBe(before);
    const residue = await world.verify(c, await world.as(TASK), { allowResidue: true });
    expect(row(residue, `delete:${bucket}`)).toMatchObject({ ok: true, by: 'probe' });
    expect(await world.sandbox.state()).not.toBe(before);
    await world.admin.ports(REGION).iam.deleteRolePolicy('task', 'own');
  });
});

describe('a bucket with Object Lock', () => {
  it('is not written to: put by an upload, delete by the evaluator', async () => {
    const bucket = fresh('acme-locked');
    await world.s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    const name = fresh('locked');
    const c = account(
      await world.resolve({
        template: 'bitmovin-analytics-output',
        name,
        externalId: [EXTERNAL_ID],
        bucket: [`${bucket}:output`],
      }),
    );
    await world.make(c);
    await world.admin.ports(REGION).iam.tagRole(name, { 's3connect:connection': name });
    world.wire.length = 0;
    const report = await world.verify(c, world.admin, { mode: 'self' });
    expect(surprises(report)).toEqual([]);
    expect(row(report, `put:${bucket}`).detail).toContain('could not be removed');
    expect(row(report, `delete:${bucket}`)).toMatchObject({ ok: true, by: 'evaluator' });
    const objects = world.wire.filter((line) => /^(?:PUT|DELETE) \/[^/]+\/\.s3connect-probe/.test(line));
    expect(objects.filter((line) => !line.includes('acl') && !line.includes('uploadId'))).toEqual([]);
  });
});

describe('several connections', () => {
  it('one that can not be verified does not stop the others', async () => {
    const { c } = await exportsRole();
    const far = { ...c, name: 'far', site: { ...c.site, account: '999988887777' } };
    const report = await verify([c, far], { aws: world.admin, waitSeconds: 0, allowUnknown: true });
    expect(report.connections.map(({ name, status, error }) => [name, status, error?.code])).toEqual([
      [c.name, 'connected', undefined],
      ['far', 'unknown', 'WrongAccount'],
    ]);
    expect(report.ok).toBe(false);
    expect((await verify([c], { aws: world.admin, waitSeconds: 0 })).ok).toBe(true);
  });
});

describe('buckets that send events', () => {
  it('get no probe object by the put row, and the row says so', async () => {
    const { c, bucket } = await exportsRole();
    const topic = await world.admin.ports(REGION).sns.createTopic(fresh('topic'), {});
    await world.admin.ports(REGION).sns.setTopicPolicy(topic, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'SNS:Publish', Resource: topic },
      ],
    });
    await world.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: { TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectCreated:*'] }] },
      }),
    );
    const report = await world.verify(c, world.admin, { mode: 'self' });
    expect(surprises(report)).toEqual([]);
    expect(row(report, `put:${bucket}`).detail).toContain('may send events');
  });

  it('notification: fits together, and is broken when the topic no longer lets S3 publish', async () => {
    const { c, bucket } = await taskConnection('read+list', { snsTopic: fresh('av-new-files') });
    const report = await world.verify(c, world.admin);
    expect(surprises(report)).toEqual([]);
    expect(row(report, `notification:${bucket}`)).toMatchObject({ ok: true });
    const topic = `arn:aws:sns:us-east-1:111122223333:${c.buckets[0]!.notifications!.snsTopic}`;
    await world.admin.ports(REGION).sns.setTopicPolicy(topic, {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'SNS:Publish', Resource: topic }],
    });
    expect(broken(await world.verify(c, world.admin))).toEqual([`notification:${bucket}`]);
  });
});

describe('rights from elsewhere', () => {
  it('are a warning for an existing role, and break with --strict', async () => {
    const bucket = fresh('acme-more');
    await world.bucket(bucket);
    const resolved = await world.resolve({
      template: 'accurate-video',
      method: 'existing-role',
      roleName: 'task',
      name: fresh('av'),
      bucket: [`${bucket}:input`],
    });
    await world.make(resolved);
    await world.admin.ports(REGION).iam.putRolePolicy('task', 'more', {
      Version: '2012-10-17',
      Statement: [{ Sid: 'Legacy', Effect: 'Allow', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${bucket}/*` }],
    });
    const report = await world.verify(resolved, world.admin);
    expect(report.status).toBe('connected');
    expect(row(report, `delete:${bucket}`)).toMatchObject({
      ok: false,
      foreign: true,
      because: { layer: 'identity-policy', statement: { sid: 'Legacy' } },
    });
    expect((await world.verify(resolved, world.admin, { strict: true })).status).toBe('broken');
    await world.admin.ports(REGION).iam.deleteRolePolicy('task', 'more');
  });
});

describe('access points', () => {
  it('are the only way in, unless direct', async () => {
    const { c, bucket } = await taskConnection('read+list+write', { accessPoint: fresh('av-point') });
    const before = await world.sandbox.state();
    for (const [aws, mode] of [
      [await world.as(TASK), 'direct'],
      [world.admin, 'simulate'],
    ] as const) {
      const report = await world.verify(c, aws, { mode });
      expect({ mode, surprises: surprises(report) }).toEqual({ mode, surprises: [] });
      const point = c.buckets[0]!.accessPoint!.name;
      expect(row(report, `access-point.list:${point}`)).toMatchObject({ ok: true });
      expect(row(report, `access-point.put:${point}`)).toMatchObject({ ok: true });
      expect(row(report, `put.direct:${bucket}`)).toMatchObject({ expect: 'deny', ok: true });
      expect(row(report, `access-point:${point}`).ok).toBe(true);
    }
    expect(await world.sandbox.state()).toBe(before);
  });
});

describe('what is missing', () => {
  it('a missing bucket: its own row is false, the rows behind it are skipped', async () => {
    const { c, bucket } = await exportsRole();
    await world.admin.ports(REGION).s3.deleteBucket(bucket);
    for (const [aws, mode] of [
      [await world.as(VENDOR), 'assume'],
      [world.admin, 'simulate'],
    ] as const) {
      const report = await world.verify(c, aws, { mode });
      expect(broken(report)).toEqual([`bucket:${bucket}`]);
      expect(row(report, `list:${bucket}`)).toMatchObject({ actual: 'skipped', ok: null });
      expect(row(report, 'assume.external-id').ok).toBe(true);
    }
  });
});

describe('the evaluator', () => {
  it('does not count with --require-probe', async () => {
    const { c } = await exportsRole();
    const report = await world.verify(c, world.admin, { mode: 'simulate', requireProbe: true });
    expect(report.status).toBe('unknown');
    expect(row(report, 'assume.external-id')).toMatchObject({ ok: null, actual: 'allow', by: 'evaluator' });
  });
});

describe('mode self', () => {
  it('takes its statement out when it is interrupted', async () => {
    const { c } = await exportsRole();
    const before = await world.sandbox.state();
    const stop = new AbortController();
    const done = world.verify(c, world.admin, {
      mode: 'self',
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'check' && event.check.id.startsWith('location:')) stop.abort();
      },
    });
    await expect(done).rejects.toMatchObject({ code: 'Interrupted' });
    expect(await world.sandbox.state()).toBe(before);
  });

  it('removes what a killed run left', async () => {
    const { c, name } = await exportsRole();
    const { iam } = world.admin.ports(REGION);
    const before = await world.sandbox.state();
    const role = await iam.getRole(name);
    await iam.updateAssumeRolePolicy(name, {
      ...role!.trustPolicy,
      Statement: [
        ...[role!.trustPolicy.Statement].flat(),
        {
          Sid: `${c.owner.mark}SelfVerifydeadbeef`,
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'sts:AssumeRole',
          Condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } },
        },
      ],
    });
    expect(await world.sandbox.state()).not.toBe(before);
    expect(surprises(await world.verify(c, world.admin, { mode: 'self' }))).toEqual([]);
    expect(await world.sandbox.state()).toBe(before);
  });

  it('lets in one session only, for 15 minutes', async () => {
    const { c, name } = await exportsRole();
    const seen: string[] = [];
    const { iam } = world.admin.ports(REGION);
    await world.verify(c, world.admin, {
      mode: 'self',
      onEvent: async (event) => {
        if (event.type === 'check' && seen.length === 0)
          seen.push(JSON.stringify((await iam.getRole(name))?.trustPolicy));
      },
    });
    expect(seen[0]).toContain('SelfVerify');
    expect(seen[0]).toContain('DateLessThan');
    expect(seen[0]).toContain('aws:userid');
  });
});

describe('auto', () => {
  it('asks before self, and simulates after a no', async () => {
    const { c } = await exportsRole();
    const no = await world.verify(c, world.admin, { confirmSelf: async () => false });
    expect(no.mode).toBe('simulate');
    const yes = await world.verify(c, world.admin, { confirmSelf: async () => true });
    expect(yes.mode).toBe('self');
  });
});
