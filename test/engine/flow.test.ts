import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { type PrepareInput, prepare } from '../../src/engine/prepare.js';
import type { Plan } from '../../src/engine/types.js';
import { asList } from '../../src/policy/documents.js';
import type { PolicyDocument } from '../../src/policy/types.js';
import { type Rig, rig, writesOf } from './sandbox.js';

const EXTERNAL_ID = '4f0c6b1e-3a52-4c57-9d64-0b7a1c2d3e4f';
const PRINCIPAL = '222233334444';
const bitmovin = (more: object = {}) => ({
  template: 'bitmovin-analytics-output',
  trust: { externalIds: [EXTERNAL_ID] },
  buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
  ...more,
});
const coactive = (bucket: object) => ({ template: 'coactive', method: 'bucket-policy' as const, buckets: [bucket] });

let r: Rig;
async function plan(file: object, more: Partial<PrepareInput> = {}) {
  const connections = await r.resolve({ connections: file } as ConnectionsFile);
  return prepare({ connections, goal: 'present', aws: r.aws, ...more });
}
async function apply(file: object, more: Partial<PrepareInput> = {}): Promise<Plan> {
  return execute(await plan(file, more));
}
const destroy = (file: object, more: Partial<PrepareInput> = {}) => apply(file, { goal: 'absent', ...more });
const actions = (p: Plan, index = 0) =>
  p.connections[index]?.changes.map(({ action, resource }) => `${action} ${resource}`);
const statuses = (p: Plan) => p.connections.flatMap(({ changes }) => changes.map(({ status }) => status));

describe('a connection, from nothing to nothing', () => {
  beforeEach(async () => {
    r = await rig();
  });
  afterEach(() => r.close());

  it('is planned without a write, applied, quiet when applied again, and leaves no trace', async () => {
    const before = await r.state();
    const file = { bit: bitmovin(), coa: coactive({ name: 'acme-exports', prefix: 'seen/' }) };
    const connections = { bit: file.bit };
    const planned = await plan(connections);
    expect(writesOf(r.calls)).toEqual([]);
    expect(await r.state()).toBe(before);
    expect(actions(planned.plan)).toEqual([
      'create bucket',
      'create public-access-block',
      'create ownership-controls',
      'create role',
      'create role-policy',
      'create bucket-policy',
    ]);
    expect(planned.plan.connections[0]?.changes.every((change) => change.before === null)).toBe(true);

    const done = await execute(planned);
    expect(new Set(statuses(done))).toEqual(new Set(['done']));
    expect(done.connections[0]).toMatchObject({ handoff: [{ bucket: 'acme-exports' }], handoffMissing: [] });
    await apply({ coa: file.coa });

    r.calls.length = 0;
    const again = await apply(file);
    expect(again.summary).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(writesOf(r.calls)).toEqual([]);

    await destroy({ coa: file.coa });
    const gone = await destroy(connections);
    expect(gone.connections[0]?.error).toBeUndefined();
    expect(await r.state()).toBe(before);
    r.calls.length = 0;
    expect((await destroy(connections)).summary.delete).toBe(0);
    expect(writesOf(r.calls)).toEqual([]);
  });

  it('reads each document once', async () => {
    await apply({ bit: bitmovin() });
    r.calls.length = 0;
    await plan({ bit: bitmovin(), coa: coactive({ name: 'acme-exports', prefix: 'seen/' }) });
    expect(r.calls.map(({ operation }) => operation).sort()).toEqual([
      'GetBucketOwnershipControls',
      'GetBucketPolicy',
      'GetBucketTagging',
      'GetCallerIdentity',
      'GetPublicAccessBlock',
      'GetRole',
      'GetRolePolicy',
      'HeadBucket',
      'ListAttachedRolePolicies',
      'ListRolePolicies',
    ]);
  });

  it('has the same fingerprint for the same file and account, and another after a change', async () => {
    const file = { bit: bitmovin() };
    const first = await plan(file);
    expect((await plan(file)).plan.fingerprint).toBe(first.plan.fingerprint);
    await r.aws.ports({ region: 'us-east-1' }).s3.createBucket('acme-exports', 'us-east-1', 'BucketOwnerEnforced');
    const second = await plan(file);
    expect(second.plan.fingerprint).not.toBe(first.plan.fingerprint);
    r.calls.length = 0;
    await expect(execute(second, { expect: first.plan.fingerprint })).rejects.toMatchObject({ code: 'PlanChanged' });
    expect(writesOf(r.calls)).toEqual([]);
    expect((await execute(second, { expect: second.plan.fingerprint })).connections[0]?.error).toBeUndefined();
  });

  it('repairs what somebody changed by hand', async () => {
    const file = { bit: bitmovin() };
    await apply(file);
    const { iam, s3 } = r.aws.ports({ region: 'us-east-1' });
    await iam.putRolePolicy('bit', 's3connect', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    });
    await iam.updateAssumeRolePolicy('bit', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: PRINCIPAL }, Action: 'sts:AssumeRole' }],
    });
    await s3.putPublicAccessBlock('acme-exports', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: true,
    });
    const planned = await plan(file);
    expect(actions(planned.plan)?.filter((action) => !action.startsWith('none'))).toEqual([
      'update public-access-block',
      'update role',
      'update role-policy',
    ]);
    await execute(planned);
    expect((await plan(file)).plan.summary.update).toBe(0);
  });

  it('takes a new external ID, and several', async () => {
    await apply({ bit: bitmovin() });
    const file = { bit: bitmovin({ trust: { externalIds: [EXTERNAL_ID, 'second-organisation-id'] } }) };
    expect((await apply(file)).summary.update).toBe(1);
    const role = await r.aws.ports({ region: 'us-east-1' }).iam.getRole('bit');
    expect(JSON.stringify(role?.trustPolicy)).toContain('second-organisation-id');
    expect((await plan(file)).plan.summary.update).toBe(0);
  });

  it('makes an external ID of 128 bits once and keeps it', async () => {
    await writeFile(
      join(r.folder, 'vendor.json'),
      JSON.stringify({
        id: 'vendor',
        version: '1',
        title: 'A vendor that takes any external ID',
        vendor: 'Vendor',
        docs: [{ title: 'Docs', url: 'https://vendor.example/docs', checked: '2026-11-24' }],
        methods: ['role'],
        principals: { aws: [`arn:aws:iam::${PRINCIPAL}:role/reader`] },
        externalId: { mode: 'required', issued: 'customer' },
        access: { read: [{ action: 's3:GetObject', why: 'to read' }] },
      }),
    );
    const file = { gen: { template: './vendor.json', buckets: [{ name: 'acme-in', create: true }] } };
    const planned = await plan(file);
    const done = await execute(planned);
    expect(done.connections[0]?.error).toBeUndefined();
    const { iam } = r.aws.ports({ region: 'us-east-1' });
    const id = /"sts:ExternalId":"([^"]+)"/.exec(JSON.stringify((await iam.getRole('gen'))?.trustPolicy))?.[1];
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const again = await apply(file);
    expect(again.summary).toMatchObject({ create: 0, update: 0 });
    expect(JSON.stringify((await iam.getRole('gen'))?.trustPolicy)).toContain(id);
  });

  it('takes a bucket that another connection of the same run makes', async () => {
    const before = await r.state();
    const file = { coa: coactive({ name: 'acme-exports', prefix: 'seen/' }), bit: bitmovin() };
    const done = await apply(file);
    expect(done.connections.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect((await plan(file)).plan.summary).toMatchObject({ create: 0, update: 0 });
    await destroy(file);
    expect(await r.state()).toBe(before);
  });

  it('puts a managed policy in place, and takes it away with the role', async () => {
    const before = await r.state();
    const file = { bit: bitmovin({ policy: { kind: 'managed', name: 'bit-exports' } }) };
    await apply(file);
    expect((await plan(file)).plan.summary).toMatchObject({ create: 0, update: 0 });
    const { iam } = r.aws.ports({ region: 'us-east-1' });
    await iam.detachRolePolicy('bit', `arn:aws:iam::${r.sandbox.account}:policy/bit-exports`);
    const drift = (await plan(file)).plan.connections[0]?.changes.find(({ resource }) => resource === 'managed-policy');
    expect(drift).toMatchObject({ action: 'update', note: expect.stringContaining('attached') });
    await apply(file);
    await destroy(file);
    expect(await r.state()).toBe(before);
  });
});

describe('documents that are shared with others', () => {
  beforeAll(async () => {
    r = await rig();
  });
  afterAll(() => r.close());

  it('keep the statements and rules of others as they are, in their order, to the end', async () => {
    const { s3 } = r.aws.ports({ region: 'us-east-1' });
    await s3.createBucket('acme-shared', 'us-east-1', 'BucketOwnerEnforced');
    await s3.putBucketPolicy('acme-shared', {
      Version: '2012-10-17',
      Id: 'ours-since-2019',
      Statement: [
        {
          Sid: 'Zed',
          Effect: 'Allow',
          Principal: { AWS: '333344445555' },
          Action: ['s3:GetObject'],
          Resource: 'arn:aws:s3:::acme-shared/z/*',
        },
        { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: ['arn:aws:s3:::acme-shared/keep/*'] },
      ],
    });
    await s3.putBucketCors('acme-shared', [
      { AllowedOrigins: ['https://old.example'], AllowedMethods: ['PUT', 'GET'] },
    ]);
    const before = await r.state();
    const policy = await s3.getBucketPolicy('acme-shared');
    const av = {
      template: 'accurate-video',
      method: 'bucket-policy',
      trust: { principals: [PRINCIPAL] },
      buckets: [
        { name: 'acme-shared', access: 'input', prefix: 'av/', cors: { allowedOrigins: ['https://av.acme.example'] } },
      ],
    };
    const coa = coactive({ name: 'acme-shared', prefix: 'coa/' });
    const done = await apply({ av, coa });
    expect(done.connections.map(({ error }) => error)).toEqual([undefined, undefined]);

    const rows = done.connections.map(({ changes }) => changes.find(({ resource }) => resource === 'bucket-policy'));
    expect(rows[0]?.before).toEqual(policy);
    expect(rows[1]?.before).toEqual(rows[0]?.after);
    expect(rows[1]?.after).toMatchObject({ Id: 'ours-since-2019' });
    const merged = rows[1]?.after as PolicyDocument | undefined;
    expect(asList(merged?.Statement).slice(0, 2)).toEqual(policy?.Statement);

    expect((await plan({ av, coa })).plan.summary).toMatchObject({ create: 0, update: 0 });
    expect((await plan({ coa, av })).plan.summary).toMatchObject({ create: 0, update: 0 });

    await destroy({ av });
    const left = JSON.stringify(await s3.getBucketPolicy('acme-shared'));
    expect(left).toContain('coa/');
    expect(left).not.toContain('av/');
    await destroy({ coa });
    expect(await r.state()).toBe(before);
  });

  it('are written for the connections that can go on when one cannot', async () => {
    const missing = {
      template: 'accurate-video',
      method: 'bucket-policy',
      trust: { principals: [`arn:aws:iam::${r.sandbox.account}:role/never-made`] },
      buckets: [{ name: 'acme-shared', access: 'input', prefix: 'av/' }],
    };
    const planned = await plan({ missing, coa: coactive({ name: 'acme-shared', prefix: 'coa/' }) });
    const events: string[] = [];
    const done = await execute(planned, { onEvent: (event) => events.push(event.type) });
    expect(done.connections[0]?.error).toMatchObject({
      code: 'AwsError',
      message: expect.stringContaining('principal'),
    });
    expect(done.connections[1]?.error).toBeUndefined();
    expect(events).toContain('waiting');
    const policy = JSON.stringify(await r.aws.ports({ region: 'us-east-1' }).s3.getBucketPolicy('acme-shared'));
    expect(policy).toContain('coa/');
    expect(policy).not.toContain('av/');
  });
});
