import { PutPublicAccessBlockCommand, S3ControlClient } from '@aws-sdk/client-s3-control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsAccess } from '../../src/aws/access.js';
import { namedEndpoint } from '../../src/aws/endpoints.js';
import type { AwsPorts } from '../../src/aws/ports.js';
import { createTransport } from '../../src/aws/transport.js';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { type PrepareInput, prepare } from '../../src/engine/prepare.js';
import { type Rig, rig, writesOf } from './sandbox.js';

const region = 'us-east-1';
const role = (more: object = {}, bucket: object = {}) => ({
  template: 'coactive',
  method: 'role',
  buckets: [{ name: 'acme-in', ...bucket }],
  ...more,
});
const granted = (more: object = {}, bucket: object = {}) => role({ method: 'bucket-policy', ...more }, bucket);

let r: Rig;
let mine: AwsPorts;
let before: string;
async function plan(entry: object, more: Partial<PrepareInput> = {}) {
  const connections = await r.resolve({ connections: { c: entry } } as ConnectionsFile);
  r.calls.length = 0;
  return prepare({ connections, goal: 'present', aws: r.aws, ...more });
}
const apply = async (entry: object, more: Partial<PrepareInput> = {}) => execute(await plan(entry, more));

beforeAll(async () => {
  r = await rig();
  mine = r.aws.ports({ region });
  await mine.s3.createBucket('acme-in', region, 'BucketOwnerEnforced');
  const other = await r.sandbox.credentialsFor('arn:aws:iam::999988887777:root');
  const theirs = r.aws.portsAs({ region }, other).s3;
  await theirs.createBucket('their-bucket', region, 'BucketOwnerEnforced');
  await theirs.createBucket('their-listable-bucket', region, 'BucketOwnerEnforced');
  await theirs.putBucketPolicy('their-listable-bucket', {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '111122223333' },
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::their-listable-bucket',
      },
    ],
  });
  await r.aws.ports({ region: 'eu-west-1' }).s3.createBucket('acme-far', 'eu-west-1', 'BucketOwnerEnforced');
  for (const name of ['av-JobsTaskStack-1-ECSTaskRole-A', 'av-JobsTaskStack-2-ECSTaskRole-B', 'plain']) {
    await mine.iam.createRole({
      name,
      path: '/',
      description: undefined,
      maxSessionDuration: undefined,
      permissionsBoundary: undefined,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      tags: { made: 'by-hand' },
    });
  }
  before = await r.state();
});
afterAll(() => r.close());

describe('what is refused before anything is written', () => {
  it.each([
    ['the wrong account', role({ account: '444455556666' }), 'WrongAccount', '444455556666', '/connections/c/account'],
    [
      'a missing bucket',
      role({}, { name: 'acme-nowhere' }),
      'BucketNotFound',
      'acme-nowhere',
      '/connections/c/buckets/0/name',
    ],
    [
      'a bucket of somebody else that lets itself be looked at',
      granted({}, { name: 'their-listable-bucket' }),
      'BucketInOtherAccount',
      'their-listable-bucket',
      '/connections/c/buckets/0/name',
    ],
    [
      'a bucket of somebody else',
      role({}, { name: 'their-bucket' }),
      'BucketInOtherAccount',
      'their-bucket',
      '/connections/c/buckets/0/name',
    ],
    [
      'a wrong region',
      role({}, { name: 'acme-far', region: 'us-west-2' }),
      'BadValue',
      'eu-west-1',
      '/connections/c/buckets/0/region',
    ],
    [
      'a role that several match',
      {
        template: 'accurate-video',
        method: 'existing-role',
        role: { name: 'av-JobsTaskStack-*' },
        buckets: [{ name: 'acme-in' }],
      },
      'RoleAmbiguous',
      'av-JobsTaskStack-2-ECSTaskRole-B',
      '/connections/c/role/name',
    ],
    [
      'a role that none matches',
      {
        template: 'accurate-video',
        method: 'existing-role',
        role: { name: 'av-Nothing-*' },
        buckets: [{ name: 'acme-in' }],
      },
      'RoleNotFound',
      'av-Nothing-*',
      '/connections/c/role/name',
    ],
    [
      'a role that is not there',
      { template: 'accurate-video', method: 'existing-role', role: { name: 'nobody' }, buckets: [{ name: 'acme-in' }] },
      'RoleNotFound',
      'nobody',
      '/connections/c/role/name',
    ],
    [
      'a principal that several match',
      granted({ trust: { principals: ['role/av-*'] } }),
      'RoleAmbiguous',
      'ECSTaskRole-A',
      '/connections/c/trust/principals/0',
    ],
    ['a role made by hand', role({ role: { name: 'plain' } }), 'NotOurs', 'plain', '/connections/c'],
    [
      'an external ID that the vendor must give',
      { template: 'bitmovin-analytics-output', buckets: [{ name: 'acme-in' }] },
      'ExternalIdMissing',
      '',
      null,
    ],
  ] as const)('%s', async (_name, entry, code, named, path) => {
    const error = await plan(entry).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringContaining(named), hint: expect.any(String) });
    if (path !== null) expect(error).toMatchObject({ path });
    expect(writesOf(r.calls)).toEqual([]);
    expect(await r.state()).toBe(before);
  });

  it('takes the region that is found where nobody named one', async () => {
    const planned = await plan(role({}, { name: 'acme-far' }));
    expect(planned.plan.connections[0]?.changes.length).toBeGreaterThan(0);
  });

  it('stands in the row of its connection where there are several, and the others go on', async () => {
    const connections = await r.resolve({
      connections: { bad: role({ role: { name: 'plain' } }), good: granted() },
    } as ConnectionsFile);
    const { plan: both } = await prepare({ connections, goal: 'present', aws: r.aws });
    expect(both.connections[0]).toMatchObject({ error: { code: 'NotOurs' }, changes: [] });
    expect(both.connections[1]?.error).toBeUndefined();
    expect(both.connections[1]?.changes.length).toBeGreaterThan(0);
  });

  it('a destroy by name of what is not ours', async () => {
    const error = await plan(role({ role: { name: 'plain' } }), {
      goal: 'absent',
      only: ['role', 'role-policy'],
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'NotOurs' });
  });

  it('but a whole destroy skips it with a word', async () => {
    const done = await apply(role({ role: { name: 'plain' } }), { goal: 'absent' });
    expect(done.connections[0]?.error).toBeUndefined();
    expect(done.connections[0]?.changes.find(({ resource }) => resource === 'role')).toMatchObject({
      action: 'none',
      status: 'skipped',
      note: expect.stringContaining('not made by s3connect'),
    });
    expect(await r.state()).toBe(before);
  });

  it('bad credentials, each with the code of its kind', async () => {
    const connections = await r.resolve({ connections: { c: role() } } as ConnectionsFile);
    const { AWS_SESSION_TOKEN: _token, ...env } = r.sandbox.env;
    const wrong = createAwsAccess({
      profile: undefined,
      profileFromFlag: false,
      region: undefined,
      endpointUrl: undefined,
      concurrency: 4,
      env: { ...env, AWS_ACCESS_KEY_ID: 'AKIANOTTHERE00000000' },
    });
    await expect(prepare({ connections, goal: 'present', aws: wrong })).rejects.toMatchObject({
      code: 'NoCredentials',
    });
    wrong.close();
  });
});

describe('a role that is taken over', () => {
  it('gets our statements beside what it has, and is given back as it was', async () => {
    const entry = role({ role: { name: 'plain' } });
    const planned = await plan(entry, { adopt: true });
    expect(planned.plan.connections[0]?.findings.map(({ id }) => id)).toContain('adopted-role-trusts-others');
    const done = await execute(planned);
    expect(done.connections[0]?.error).toBeUndefined();
    const adopted = await mine.iam.getRole('plain');
    expect(adopted?.tags).toMatchObject({ made: 'by-hand', 's3connect:connection': 'c', 's3connect:adopted': 'true' });
    expect(JSON.stringify(adopted?.trustPolicy)).toContain('ec2.amazonaws.com');
    // From then on it is ours to keep in order, without the flag.
    expect((await plan(entry)).plan.summary).toMatchObject({ create: 0, update: 0 });
    await apply(entry, { goal: 'absent' });
    expect(await r.state()).toBe(before);
  });

  it('keeps the inline policy of the same name that somebody else wrote', async () => {
    const theirs = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'Theirs', Effect: 'Allow' as const, Action: 's3:ListAllMyBuckets', Resource: '*' }],
    };
    await mine.iam.putRolePolicy('av-JobsTaskStack-1-ECSTaskRole-A', 's3connect', theirs);
    const now = await r.state();
    const entry = {
      template: 'accurate-video',
      method: 'existing-role',
      role: { name: 'av-JobsTaskStack-1-*' },
      buckets: [{ name: 'acme-in', access: 'input' }],
    };
    await apply(entry);
    const policy = await mine.iam.getRolePolicy('av-JobsTaskStack-1-ECSTaskRole-A', 's3connect');
    expect(JSON.stringify(policy)).toContain('Theirs');
    expect(JSON.stringify(policy)).toContain('S3Connect');
    expect((await plan(entry)).plan.summary).toMatchObject({ create: 0, update: 0 });
    await apply(entry, { goal: 'absent' });
    expect(await r.state()).toBe(now);
  });
});

describe('an existing role', () => {
  it('that may do more already is said to', async () => {
    await mine.iam.putRolePolicy('av-JobsTaskStack-2-ECSTaskRole-B', 'wide', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:DeleteObject'], Resource: 'arn:aws:s3:::*' }],
    });
    const entry = {
      template: 'accurate-video',
      method: 'existing-role',
      role: { name: 'av-JobsTaskStack-2-*' },
      buckets: [{ name: 'acme-in', access: 'input' }],
    };
    const { plan: shown } = await plan(entry);
    const finding = shown.connections[0]?.findings.find(({ id }) => id === 'role-may-do-more');
    expect(finding?.message).toContain('s3:DeleteObject');
    expect(finding?.message).not.toContain('s3:GetObject');
    await mine.iam.deleteRolePolicy('av-JobsTaskStack-2-ECSTaskRole-B', 'wide');
  });
});

describe('a bucket policy', () => {
  it('opens to everybody only with --allow-public', async () => {
    const entry = {
      template: 'accurate-video',
      method: 'anonymous',
      buckets: [{ name: 'acme-in', access: 'input', prefix: 'open/' }],
    };
    await expect(plan(entry, { allowPublic: false })).rejects.toMatchObject({
      code: 'PublicNotAllowed',
      path: '--allow-public',
    });
    const shown = await plan(entry);
    expect(shown.plan.connections[0]?.changes.some(({ action }) => action !== 'none')).toBe(true);
    await expect(execute(shown)).rejects.toMatchObject({ code: 'PublicNotAllowed' });
    expect(writesOf(r.calls)).toEqual([]);
    const done = await apply(entry, { allowPublic: true });
    expect(done.connections[0]?.error).toBeUndefined();
    const nobody = r.aws.probe({ region }, 'anonymous');
    await r.aws.probe({ region }, 'caller').put('acme-in', 'open/x', 'hello');
    expect((await nobody.get('acme-in', 'open/x')).status).toBe(200);
    expect((await nobody.get('acme-in', 'closed/x')).status).toBe(403);
    // Nothing to open any more: no flag needed.
    expect((await apply(entry, { allowPublic: false })).summary).toMatchObject({ create: 0, update: 0 });
    await apply(entry, { goal: 'absent' });
    expect(await mine.s3.getPublicAccessBlock('acme-in')).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    expect((await nobody.get('acme-in', 'open/x')).status).toBe(403);
  });

  it('that somebody else has opened already needs no flag and no statement of ours', async () => {
    await mine.s3.createBucket('acme-open', region, 'BucketOwnerEnforced');
    await mine.s3.putPublicAccessBlock('acme-open', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
    const entry = {
      template: 'accurate-video',
      method: 'anonymous',
      buckets: [{ name: 'acme-open', access: 'input' }],
    };
    await expect(plan(entry, { allowPublic: false })).rejects.toMatchObject({ code: 'PublicNotAllowed' });
    const Action = ['s3:GetObject', 's3:ListBucket'];
    const Resource = ['arn:aws:s3:::acme-open', 'arn:aws:s3:::acme-open/*'];
    await mine.s3.putBucketPolicy('acme-open', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action, Resource }],
    });
    const done = await apply(entry, { allowPublic: false });
    expect(done.summary).toMatchObject({ create: 0, update: 0 });
    expect(writesOf(r.calls)).toEqual([]);
  });

  it('opens nothing against Block Public Access of the whole account', async () => {
    const { url, address } = namedEndpoint(r.sandbox.endpoint);
    const control = new S3ControlClient({
      region,
      endpoint: url,
      credentials: {
        accessKeyId: r.sandbox.env.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: r.sandbox.env.AWS_SECRET_ACCESS_KEY ?? '',
      },
      requestHandler: await createTransport({}, 1).handler(address),
    });
    const settings = {
      BlockPublicAcls: false,
      IgnorePublicAcls: false,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    };
    await control.send(
      new PutPublicAccessBlockCommand({ AccountId: r.sandbox.account, PublicAccessBlockConfiguration: settings }),
    );
    const entry = { template: 'accurate-video', method: 'anonymous', buckets: [{ name: 'acme-in', access: 'input' }] };
    await expect(plan(entry, { allowPublic: true })).rejects.toMatchObject({
      code: 'PublicNotAllowed',
      message: expect.stringContaining('Block Public Access'),
    });
    control.destroy();
  });
});
