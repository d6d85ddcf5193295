import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedConnection } from '../../src/connection/types.js';
import { EXTERNAL_ID, row, surprises, VENDOR, type VerifyWorld, verifyWorld } from './world.js';

const CI = 'arn:aws:iam::111122223333:role/ci';
const TASK = 'arn:aws:iam::111122223333:role/av-JobsTaskStack-1-ECSTaskRole-2';

/** A role of the account that a test uses, with one inline policy where it needs rights of its own. */
async function makeRole(world: VerifyWorld, name: string, actions: readonly string[]): Promise<void> {
  const { iam } = world.admin.ports({ region: 'us-east-1' });
  await iam.createRole({
    name,
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
  if (actions.length === 0) return;
  await iam.putRolePolicy(name, 'own', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }],
  });
}

describe('a role that is as it should be', () => {
  let world: VerifyWorld;
  let role: ResolvedConnection;
  beforeAll(async () => {
    world = await verifyWorld();
    await world.bucket('acme-exports');
    await makeRole(world, 'ci', ['iam:Get*', 'iam:List*']);
    role = await world.resolve({
      template: 'bitmovin-analytics-output',
      name: 'exports',
      externalId: [EXTERNAL_ID],
      verifier: [CI],
      bucket: ['acme-exports:output:analytics/'],
    });
    role = { ...role, site: { ...role.site, account: '111122223333' } };
    await world.make(role);
    await world.s3.send(new PutObjectCommand({ Bucket: 'acme-exports', Key: 'analytics/mine', Body: 'mine' }));
  });
  afterAll(() => world.close());

  it('is connected as the vendor sees it, who can read nothing of the account', async () => {
    const before = await world.sandbox.state();
    const report = await world.verify(role, await world.as(VENDOR));
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'assume', status: 'connected' });
    expect(report.checks.map(({ id }) => id)).toEqual([
      'role:exports',
      'bucket:acme-exports',
      'assume.external-id',
      'assume.no-external-id',
      'assume.wrong-external-id',
      'location:acme-exports',
      'list:acme-exports',
      'get:acme-exports',
      'put:acme-exports',
      'delete:acme-exports',
      'acl:acme-exports',
      'multipart:acme-exports',
      'list.outside-prefix:acme-exports',
      'put.outside-prefix:acme-exports',
      'policy:acme-exports',
      'public:acme-exports',
    ]);
    expect(row(report, 'put:acme-exports').detail).toContain('CreateMultipartUpload');
    expect(row(report, 'get:acme-exports')).toMatchObject({ by: 'probe', actual: 'deny', ok: true });
    expect(await world.sandbox.state()).toBe(before);
  });

  it('is connected by a verifier, whose word on the external ID is the trust policy', async () => {
    const before = await world.sandbox.state();
    const report = await world.verify(role, await world.as(CI));
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'assume', status: 'connected' });
    expect(row(report, 'assume.external-id').by).toBe('evaluator');
    expect(row(report, 'put:acme-exports').by).toBe('probe');
    expect(await world.sandbox.state()).toBe(before);
  });

  it('is connected by the evaluator for the customer, and nothing is written', async () => {
    const report = await world.verify(role, world.admin);
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'simulate', status: 'connected' });
    expect(
      report.checks.every(({ by, id }) => by === 'evaluator' || id.startsWith('role:') || id.startsWith('bucket:')),
    ).toBe(true);
  });

  it('refuses the mode self on a role that carries no tag of ours', async () => {
    await expect(world.verify(role, world.admin, { mode: 'self' })).rejects.toMatchObject({ code: 'NotOurs' });
  });

  it('is connected in mode self, and the trust policy is as it was', async () => {
    const { iam } = world.admin.ports({ region: 'us-east-1' });
    await iam.tagRole('exports', { 's3connect:connection': 'exports' });
    const before = await world.sandbox.state();
    const report = await world.verify(role, world.admin, { mode: 'self' });
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'self', status: 'connected' });
    expect(row(report, 'put:acme-exports')).toMatchObject({ by: 'probe', detail: 'PutObject of a probe object' });
    expect(row(report, 'get:acme-exports')).toMatchObject({ by: 'probe', detail: 'GetObject of a probe object' });
    expect(row(report, 'assume.external-id').by).toBe('evaluator');
    expect(await world.sandbox.state()).toBe(before);
  });

  it('does not let another account simulate', async () => {
    const stranger = await world.as('arn:aws:iam::999988887777:user/somebody');
    await expect(world.verify(role, stranger)).rejects.toMatchObject({ code: 'WrongAccount' });
  });
});

describe('the other methods', () => {
  let world: VerifyWorld;
  beforeAll(async () => {
    world = await verifyWorld();
    for (const name of ['acme-raw', 'acme-proxies', 'acme-open', 'acme-user']) await world.bucket(name);
    await makeRole(world, 'av-JobsTaskStack-1-ECSTaskRole-2', []);
  });
  afterAll(() => world.close());

  it('bucket-policy: direct as the granted role, with cors', async () => {
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'bucket-policy',
      name: 'av',
      principal: ['role/av-JobsTaskStack-*-ECSTaskRole-*'],
      bucket: ['acme-raw:input', 'acme-proxies:read+list+write+delete'],
      origin: ['https://av.acme.example'],
    });
    const known = { ...c, trust: { ...c.trust, principals: [TASK] } };
    await world.make(known);
    const before = await world.sandbox.state();
    const report = await world.verify(c, await world.as(TASK));
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'direct', status: 'connected' });
    expect(row(report, 'cors:acme-raw:https://av.acme.example')).toMatchObject({ by: 'probe', ok: true });
    expect(row(report, 'cors:acme-raw:null')).toMatchObject({ by: 'probe', ok: true });
    expect(row(report, 'cors.foreign-origin:acme-raw')).toMatchObject({ by: 'probe', ok: true });
    expect(row(report, 'get:acme-proxies')).toMatchObject({ by: 'probe', ok: true });
    const evaluated = await world.verify(c, world.admin);
    expect(surprises(evaluated)).toEqual([]);
    expect(evaluated).toMatchObject({ mode: 'simulate', status: 'connected' });
    expect(await world.sandbox.state()).toBe(before);
  });

  it('existing-role: direct as a session of the role itself', async () => {
    await world.bucket('acme-existing');
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'existing-role',
      name: 'av-role',
      bucket: ['acme-existing:output:proxies/'],
    });
    const name = 'av-JobsTaskStack-1-ECSTaskRole-2';
    const found = { ...c, role: { ...c.role!, name } };
    await world.make(found);
    const before = await world.sandbox.state();
    const report = await world.verify(c, await world.as(TASK));
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'direct', status: 'connected' });
    expect(row(report, 'role:av-JobsTaskStack-1-ECSTaskRole-2').ok).toBe(true);
    expect(await world.sandbox.state()).toBe(before);
  });

  it('user: with the keys', async () => {
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'user',
      name: 'av-user',
      bucket: ['acme-user:input'],
    });
    await world.make(c);
    const { iam } = world.admin.ports({ region: 'us-east-1' });
    const key = await iam.createAccessKey('av-user');
    const keys = { accessKeyId: key.id, secretAccessKey: key.secret };
    const before = await world.sandbox.state();
    const report = await world.verify(c, world.admin, { keys });
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'keys', status: 'connected' });
    expect(await world.sandbox.state()).toBe(before);
  });

  it('anonymous', async () => {
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'anonymous',
      name: 'av-open',
      bucket: ['acme-open:read+list:open/'],
    });
    await world.make(c);
    const before = await world.sandbox.state();
    const report = await world.verify(c, world.admin);
    expect(surprises(report)).toEqual([]);
    expect(report).toMatchObject({ mode: 'anonymous', status: 'connected' });
    expect(await world.sandbox.state()).toBe(before);
  });
});
