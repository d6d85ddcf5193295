import { DeletePublicAccessBlockCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsAccess, IamPort } from '../../src/aws/ports.js';
import type { ResolvedConnection } from '../../src/connection/types.js';
import { statementsOf } from '../../src/policy/documents.js';
import type { Statement } from '../../src/policy/types.js';
import { row, type VerifyWorld, verifyWorld } from './world.js';

/** Coactive's role, of another account: it may list and read under a prefix and can put nothing anywhere. */
const VENDOR = 'arn:aws:iam::863104360228:role/coactive-external-connections';

let world: VerifyWorld;
let vendor: AwsAccess;
let iam: IamPort;
let n = 0;

beforeAll(async () => {
  world = await verifyWorld();
  vendor = await world.as(VENDOR);
  iam = world.admin.ports({ region: 'us-east-1' }).iam;
});
afterAll(() => world.close());

async function films(method: 'role' | 'bucket-policy'): Promise<{ c: ResolvedConnection; bucket: string }> {
  const bucket = `acme-films-${++n}`;
  await world.bucket(bucket);
  const resolved = await world.resolve({
    template: 'coactive',
    method,
    name: `films-${n}`,
    bucket: [`${bucket}:input:vid/`],
  });
  const c = { ...resolved, site: { ...resolved.site, account: '111122223333' } };
  await world.make(c);
  return { c, bucket };
}

type Edit = (statements: readonly Statement[]) => readonly Statement[];

const without =
  (...actions: readonly string[]): Edit =>
  (statements) =>
    statements.flatMap((each) => {
      const kept = [each.Action ?? []].flat().filter((action) => !actions.includes(action));
      return kept.length === 0 ? [] : [{ ...each, Action: kept }];
    });
const denying: Edit = (statements) => [...statements, { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }];
const widened: Edit = (statements) =>
  statements.map((each) => ({
    ...each,
    Resource: [each.Resource ?? []].flat().map((arn) => arn.replace('/vid/', '/')),
  }));

/** Puts the edited statements of the role's one managed policy in its place. */
async function editRole(c: ResolvedConnection, edit: Edit): Promise<void> {
  const role = c.role?.name ?? '';
  const [attached] = await iam.listAttachedRolePolicies(role);
  const policy = await iam.getPolicy(attached?.arn ?? '');
  await iam.detachRolePolicy(role, attached?.arn ?? '');
  const Statement = edit(statementsOf(policy?.document ?? { Statement: [] }));
  if (Statement.length > 0) await iam.putRolePolicy(role, 'edited', { Version: '2012-10-17', Statement });
}

async function addPublic(bucket: string, ...actions: readonly string[]): Promise<void> {
  await world.s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
  const resource = { 's3:GetObject': `arn:aws:s3:::${bucket}/*`, 's3:ListBucket': `arn:aws:s3:::${bucket}` };
  const Statement = actions.map((Action) => ({
    Effect: 'Allow',
    Principal: '*',
    Action,
    Resource: resource[Action as keyof typeof resource],
  }));
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await world.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

describe('a vendor that finds nothing under its prefix', () => {
  it('is connected, and what lies outside is denied by name', async () => {
    const { c, bucket } = await films('role');
    const report = await world.verify(c, vendor);
    expect(report).toMatchObject({ status: 'connected', mode: 'assume' });
    expect(row(report, `get:${bucket}`)).toMatchObject({ ok: true, by: 'probe' });
    expect(row(report, `get.outside-prefix:${bucket}`)).toMatchObject({ ok: true, actual: 'deny', by: 'probe' });
    // Once as the role and once as nobody: the row and the search for an object share the first.
    const listings = world.wire.filter((line) => line.includes(`/${bucket}`) && /prefix=vid%2F(&|$)/.test(line));
    expect(listings).toHaveLength(2);
  });

  for (const [what, edit] of [
    ['the right to read is gone', without('s3:GetObject')],
    ['a Deny stands before it', denying],
    ['neither reading nor listing is left', without('s3:GetObject', 's3:ListBucket')],
  ] as const) {
    it(`is refused by a probe where ${what}`, async () => {
      const { c, bucket } = await films('role');
      await editRole(c, edit);
      const report = await world.verify(c, vendor);
      expect(report.status).toBe('broken');
      expect(row(report, `get:${bucket}`)).toMatchObject({ ok: false, actual: 'deny', by: 'probe' });
    });
  }

  it('may read without listing, which a refusal does not prove', async () => {
    const { c, bucket } = await films('role');
    await editRole(c, without('s3:ListBucket'));
    const report = await world.verify(c, vendor);
    expect(row(report, `get:${bucket}`)).toMatchObject({ ok: null, actual: 'skipped' });
    expect(row(report, `list:${bucket}`)).toMatchObject({ ok: false });
  });

  it('is caught reading outside the prefix, as the refusal is about listing alone', async () => {
    const { c, bucket } = await films('role');
    await editRole(c, widened);
    const report = await world.verify(c, vendor);
    expect(report.status).toBe('broken');
    expect(row(report, `get.outside-prefix:${bucket}`)).toMatchObject({ ok: false, actual: 'allow', by: 'probe' });
  });

  it('of another account than the bucket gets no reasons, and is refused where it may list', async () => {
    const { c, bucket } = await films('bucket-policy');
    const fine = await world.verify(c, vendor);
    expect(fine).toMatchObject({ status: 'connected', mode: 'direct' });
    const { s3 } = world.admin.ports({ region: 'us-east-1' });
    const policy = (await s3.getBucketPolicy(bucket)) ?? { Statement: [] };
    const Statement = without('s3:GetObject')(statementsOf(policy));
    await s3.putBucketPolicy(bucket, { ...policy, Statement });
    const report = await world.verify(c, vendor);
    expect(report.status).toBe('broken');
    expect(row(report, `get:${bucket}`)).toMatchObject({
      ok: false,
      actual: 'deny',
      code: 'AccessDenied',
      by: 'probe',
    });
  });
});

describe('a public statement, with Block Public Access removed', () => {
  for (const [what, filled, actions] of [
    ['reads what is there', true, ['s3:GetObject']],
    ['lists an empty bucket', false, ['s3:ListBucket']],
    ['is told that a key is missing', false, ['s3:GetObject', 's3:ListBucket']],
  ] as const) {
    it(`is found by a vendor who can write nothing: anybody ${what}`, async () => {
      const { c, bucket } = await films('role');
      if (filled) await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'vid/a.mp4', Body: 'a' }));
      await addPublic(bucket, ...actions);
      const report = await world.verify(c, vendor);
      expect(report.status).toBe('broken');
      expect(row(report, `public:${bucket}`)).toMatchObject({ ok: false, actual: 'allow', by: 'probe' });
    });
  }
});
