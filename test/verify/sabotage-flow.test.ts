import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteBucketCorsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedConnection } from '../../src/connection/types.js';
import type { Statement } from '../../src/policy/types.js';
import type { VerifyMode } from '../../src/verify/types.js';
import { broken, EXTERNAL_ID, row, surprises, VENDOR, type VerifyWorld, verifyWorld } from './world.js';

type Edit = (statements: readonly Statement[]) => readonly Statement[];

interface Sabotage {
  readonly what: string;
  readonly break: (world: VerifyWorld, role: string, bucket: string) => Promise<void>;
  /** The row that has to be false, by mode. */
  readonly named: Readonly<Partial<Record<VerifyMode, string>>>;
}

const actionsOf = (statement: Statement): readonly string[] => [statement.Action ?? []].flat();

async function editInline(world: VerifyWorld, role: string, edit: Edit): Promise<void> {
  const { PolicyDocument = '' } = await world.iam.send(
    new GetRolePolicyCommand({ RoleName: role, PolicyName: 's3connect' }),
  );
  const document = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: readonly Statement[] };
  await world.iam.send(
    new PutRolePolicyCommand({
      RoleName: role,
      PolicyName: 's3connect',
      PolicyDocument: JSON.stringify({ ...document, Statement: edit([document.Statement].flat()) }),
    }),
  );
}

async function editTrust(world: VerifyWorld, role: string, condition: Statement['Condition']): Promise<void> {
  const statement: Statement = {
    Effect: 'Allow',
    Principal: { AWS: VENDOR },
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await world.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument }));
}

async function addToBucketPolicy(world: VerifyWorld, bucket: string, statement: Statement): Promise<void> {
  const before = await world.s3
    .send(new GetBucketPolicyCommand({ Bucket: bucket }))
    .then(({ Policy = '' }) => [(JSON.parse(Policy) as { Statement: readonly Statement[] }).Statement].flat())
    .catch(() => []);
  await world.s3.send(
    new PutBucketPolicyCommand({
      Bucket: bucket,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [...before, statement] }),
    }),
  );
}

async function deleteRole(world: VerifyWorld, role: string): Promise<void> {
  await world.iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 's3connect' }));
  await world.iam.send(new DeleteRoleCommand({ RoleName: role }));
}

const everywhere = (id: string): Sabotage['named'] => ({ assume: id, self: id, simulate: id });

const CASES: readonly Sabotage[] = [
  {
    what: 'external ID condition removed',
    break: (world, role) => editTrust(world, role, undefined),
    named: everywhere('assume.no-external-id'),
  },
  {
    what: 'external ID changed',
    break: (world, role) => editTrust(world, role, { StringEquals: { 'sts:ExternalId': 'another' } }),
    named: everywhere('assume.external-id'),
  },
  {
    what: 'allow statement removed',
    break: (world, role) =>
      editInline(world, role, (all) => all.filter((each) => !actionsOf(each).includes('s3:PutObject'))),
    named: everywhere('put:BUCKET'),
  },
  {
    what: 'an undeclared delete added',
    break: (world, role, bucket) =>
      editInline(world, role, (all) => [
        ...all,
        { Effect: 'Allow', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${bucket}/*` },
      ]),
    named: everywhere('delete:BUCKET'),
  },
  {
    what: 'resource widened to the whole bucket',
    break: (world, role, bucket) =>
      editInline(world, role, (all) =>
        all.map((each) =>
          actionsOf(each).includes('s3:PutObject') ? { ...each, Resource: `arn:aws:s3:::${bucket}/*` } : each,
        ),
      ),
    named: everywhere('put.outside-prefix:BUCKET'),
  },
  {
    what: 'prefix condition dropped from listing',
    break: (world, role) => editInline(world, role, (all) => all.map(({ Condition: _, ...each }) => each)),
    named: everywhere('list.outside-prefix:BUCKET'),
  },
  {
    what: 'explicit Deny added',
    break: (world, _, bucket) =>
      addToBucketPolicy(world, bucket, {
        Sid: 'Stop',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
      }),
    named: everywhere('list:BUCKET'),
  },
  {
    what: 'role deleted',
    break: (world, role) => deleteRole(world, role),
    named: { assume: 'assume.external-id', self: 'role:ROLE', simulate: 'role:ROLE' },
  },
  {
    what: 'Block Public Access removed with a public statement added',
    break: async (world, _, bucket) => {
      await world.s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }));
      await addToBucketPolicy(world, bucket, {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${bucket}/*`,
      });
    },
    named: everywhere('public:BUCKET'),
  },
];

describe('a role that somebody has touched', () => {
  let world: VerifyWorld;
  beforeAll(async () => {
    world = await verifyWorld();
  });
  afterAll(() => world.close());

  for (const [n, sabotage] of CASES.entries()) {
    it(`${sabotage.what}: broken in every mode, with the right row named`, async () => {
      const role = `exports-${n}`;
      const bucket = `acme-exports-${n}`;
      await world.bucket(bucket);
      await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'analytics/mine', Body: 'mine' }));
      const resolved = await world.resolve({
        template: 'bitmovin-analytics-output',
        name: role,
        externalId: [EXTERNAL_ID],
        bucket: [`${bucket}:output:analytics/`],
      });
      const c: ResolvedConnection = { ...resolved, site: { ...resolved.site, account: '111122223333' } };
      await world.make(c);
      await world.admin.ports({ region: 'us-east-1' }).iam.tagRole(role, { 's3connect:connection': role });
      await sabotage.break(world, role, bucket);
      const before = await world.sandbox.state();
      for (const mode of ['assume', 'self', 'simulate'] as const) {
        const report = await world.verify(c, mode === 'assume' ? await world.as(VENDOR) : world.admin, { mode });
        const id = sabotage.named[mode]?.replace('BUCKET', bucket).replace('ROLE', role) ?? '';
        expect({ mode, status: report.status, broken: broken(report) }).toEqual({
          mode,
          status: 'broken',
          broken: expect.arrayContaining([id]),
        });
        if (mode !== 'assume' && row(report, id).id !== `role:${role}`) {
          const { because } = row(report, id);
          expect(because, `${mode} ${id}`).toBeDefined();
          // What is missing is missing for everything under the prefix, not for the key that was asked for.
          expect(JSON.stringify(because?.patch ?? ''), `${mode} ${id}`).not.toContain('s3connect-probe');
        }
      }
      expect(await world.sandbox.state()).toBe(before);
    });
  }

  it('an undeclared put on an input', async () => {
    await world.bucket('acme-films');
    const c = await world.resolve({ template: 'coactive', name: 'films', bucket: ['acme-films'] });
    await world.make(c);
    const { iam } = world.admin.ports({ region: 'us-east-1' });
    await iam.putRolePolicy(c.role!.name, 'more', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-films/*' }],
    });
    const report = await world.verify(c, world.admin);
    expect(report.status).toBe('broken');
    expect(broken(report)).toEqual(['put:acme-films']);
    expect(row(report, 'put:acme-films').because).toMatchObject({ layer: 'identity-policy' });
  });
});

describe('a bucket policy that somebody has touched', () => {
  const TASK = 'arn:aws:iam::111122223333:role/task';
  let world: VerifyWorld;
  let c: ResolvedConnection;
  const makeTask = () =>
    world.admin.ports({ region: 'us-east-1' }).iam.createRole({
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
  beforeAll(async () => {
    world = await verifyWorld();
    await world.bucket('acme-raw');
    await makeTask();
    c = await world.resolve({
      template: 'accurate-video',
      method: 'bucket-policy',
      name: 'av',
      principal: [TASK],
      bucket: ['acme-raw:input'],
      origin: ['https://av.acme.example'],
    });
    await world.make(c);
    expect(surprises(await world.verify(c, world.admin))).toEqual([]);
  });
  afterAll(() => world.close());

  it('CORS rule missing', async () => {
    const rules = await world.admin.ports({ region: 'us-east-1' }).s3.getBucketCors('acme-raw');
    await world.s3.send(new DeleteBucketCorsCommand({ Bucket: 'acme-raw' }));
    for (const aws of [await world.as(TASK), world.admin]) {
      const report = await world.verify(c, aws);
      expect(broken(report)).toEqual(['cors:acme-raw:https://av.acme.example', 'cors:acme-raw:null']);
    }
    await world.admin.ports({ region: 'us-east-1' }).s3.putBucketCors('acme-raw', rules ?? []);
  });

  it('a pattern that matches no role any more', async () => {
    const gone = await world.resolve({
      template: 'accurate-video',
      method: 'bucket-policy',
      name: 'gone',
      principal: ['role/gone-*'],
      bucket: ['acme-raw:input'],
    });
    const report = await world.verify(gone, world.admin);
    expect(report).toMatchObject({ status: 'broken', mode: 'simulate' });
    expect(broken(report)).toEqual(['role:gone-*']);
    expect(row(report, 'get:acme-raw')).toMatchObject({ actual: 'skipped', ok: null });
  });

  it('role deleted, then recreated by hand: the bucket policy shows an id, and the new role is nobody', async () => {
    await world.iam.send(new DeleteRoleCommand({ RoleName: 'task' }));
    const deleted = await world.verify(c, world.admin);
    expect(broken(deleted)).toEqual(['role:task']);
    expect(row(deleted, 'list:acme-raw')).toMatchObject({ actual: 'skipped', ok: null });
    await makeTask();
    const direct = await world.verify(c, await world.as(TASK));
    expect(direct.status).toBe('broken');
    expect(broken(direct)).toEqual(['list:acme-raw', 'get:acme-raw']);
    expect(row(direct, 'get:acme-raw')).toMatchObject({ actual: 'deny', by: 'probe' });
    const evaluated = await world.verify(c, world.admin);
    expect(broken(evaluated)).toEqual(['list:acme-raw', 'get:acme-raw']);
    expect(row(evaluated, 'list:acme-raw').because).toMatchObject({
      layer: 'resource-policy',
      mismatch: expect.stringMatching(/names AROA/),
      patch: { Principal: { AWS: TASK }, Action: 's3:ListBucket' },
    });
  });
});
