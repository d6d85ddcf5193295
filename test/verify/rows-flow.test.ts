import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedBucket, ResolvedConnection } from '../../src/connection/types.js';
import { checkCors } from '../../src/verify/cors.js';
import { broken, EXTERNAL_ID, row, surprises, VENDOR, type VerifyWorld, verifyWorld } from './world.js';

const REGION = { region: 'us-east-1' };

let world: VerifyWorld;
beforeAll(async () => {
  world = await verifyWorld();
});
afterAll(() => world.close());

const withBuckets = (c: ResolvedConnection, change: (bucket: ResolvedBucket) => Partial<ResolvedBucket>) => ({
  ...c,
  buckets: c.buckets.map((bucket) => ({ ...bucket, ...change(bucket) })),
});

describe('rows that only some connections have', () => {
  it('several external IDs are counted, and each has to open the role', async () => {
    await world.bucket('acme-several');
    const c = await world.resolve({
      template: 'bitmovin-analytics-output',
      name: 'several',
      externalId: ['first-org', 'second-org'],
      bucket: ['acme-several'],
    });
    const here = { ...c, site: { ...c.site, account: '111122223333' } };
    await world.make(here);
    const report = await world.verify(here, await world.as(VENDOR));
    expect(surprises(report)).toEqual([]);
    const { iam } = world.admin.ports(REGION);
    const role = await iam.getRole('several');
    const text = JSON.stringify(role!.trustPolicy).replace('"second-org"', '"third-org"');
    await iam.updateAssumeRolePolicy('several', JSON.parse(text));
    const after = await world.verify(here, await world.as(VENDOR));
    expect(broken(after)).toEqual(['assume.external-id:2']);
    expect(row(after, 'list:acme-several').ok).toBe(true);
  });

  it('a bucket that appears several times is told apart by its prefixes', async () => {
    await world.bucket('acme-folders');
    const c = await world.resolve({
      template: 'bitmovin-analytics-output',
      name: 'folders',
      externalId: [EXTERNAL_ID],
      bucket: ['acme-folders:output:a/', 'acme-folders:output:b/'],
    });
    await world.make(c);
    const report = await world.verify(c, world.admin);
    expect(surprises(report)).toEqual([]);
    const ids = report.checks.map(({ id }) => id);
    expect(ids.filter((id) => id === 'bucket:acme-folders')).toHaveLength(1);
    expect(ids).toContain('list:acme-folders/a/');
    expect(ids).toContain('put.outside-prefix:acme-folders/b/');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tls: where the bucket has a TLS-only statement, plain http is tried', async () => {
    await world.bucket('acme-tls');
    const { s3, iam } = world.admin.ports(REGION);
    await s3.putBucketPolicy('acme-tls', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::acme-tls', 'arn:aws:s3:::acme-tls/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    const c = await world.resolve({ template: 'coactive', name: 'films', bucket: ['acme-tls'] });
    await world.make(c);
    await iam.tagRole(c.role!.name, { 's3connect:connection': 'films' });
    const probed = await world.verify(c, world.admin, { mode: 'self' });
    expect(surprises(probed)).toEqual([]);
    expect(row(probed, 'tls:acme-tls')).toMatchObject({ ok: true, by: 'probe', detail: 'GetObject over plain http' });
    const evaluated = await world.verify(c, world.admin);
    expect(row(evaluated, 'tls:acme-tls')).toMatchObject({ ok: true, by: 'evaluator' });
  });

  it('publicPlayback: anybody reads under the prefix, and nothing else', async () => {
    await world.bucket('acme-play');
    const resolved = await world.resolve({
      template: 'bitmovin-analytics-output',
      name: 'play',
      externalId: [EXTERNAL_ID],
      bucket: ['acme-play:output:out/'],
    });
    const c = withBuckets(resolved, () => ({ publicPlayback: true }));
    const open = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    };
    await world.admin.ports(REGION).s3.putPublicAccessBlock('acme-play', open);
    await world.make(c);
    await world.admin.ports(REGION).iam.tagRole('play', { 's3connect:connection': 'play' });
    for (const mode of ['self', 'simulate'] as const) {
      const report = await world.verify(c, world.admin, { mode });
      expect({ mode, surprises: surprises(report) }).toEqual({ mode, surprises: [] });
      expect(row(report, 'public:acme-play')).toMatchObject({ expect: 'allow', ok: true });
      expect(row(report, 'get:acme-play')).toMatchObject({ expect: 'allow', ok: true });
    }
  });

  it('a bucket of another account needs both sides', async () => {
    const other = await world.as('arn:aws:iam::444455556666:user/owner');
    await other.ports(REGION).s3.createBucket('acme-far', 'us-east-1', 'BucketOwnerEnforced');
    const resolved = await world.resolve({ template: 'coactive', name: 'far', bucket: ['acme-far'] });
    const c = withBuckets(resolved, ({ site }) => ({ site: { ...site, account: '444455556666' }, otherAccount: true }));
    const here = { ...c, site: { ...c.site, account: '111122223333' } };
    const { iam } = world.admin.ports(REGION);
    await world.make({ ...here, buckets: resolved.buckets });
    await iam.tagRole(c.role!.name, { 's3connect:connection': 'far' });
    const without = await world.verify(here, world.admin, { mode: 'self' });
    expect(without.status).toBe('broken');
    expect(broken(without)).toContain('list:acme-far');
    await other.ports(REGION).s3.putBucketPolicy('acme-far', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::111122223333:role/${c.role!.name}` },
          Action: ['s3:ListBucket', 's3:GetBucketLocation'],
          Resource: 'arn:aws:s3:::acme-far',
        },
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::111122223333:role/${c.role!.name}` },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::acme-far/*',
        },
      ],
    });
    const both = await world.verify(here, world.admin, { mode: 'self' });
    expect(broken(both)).toEqual([]);
  });
});

describe('a foreign CORS rule that lets everybody in', () => {
  it('is a warning, and ours widened is not', async () => {
    await world.bucket('acme-cors');
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'bucket-policy',
      name: 'cors',
      principal: ['999988887777'],
      bucket: ['acme-cors:input'],
      origin: ['https://av.acme.example'],
    });
    await world.make(c);
    const { s3 } = world.admin.ports(REGION);
    const rules = (await s3.getBucketCors('acme-cors')) ?? [];
    await s3.putBucketCors('acme-cors', [
      ...rules,
      { ID: 'theirs', AllowedOrigins: ['*'], AllowedMethods: ['GET'], AllowedHeaders: ['*'] },
    ]);
    const warned = await world.verify(c, world.admin);
    expect(row(warned, 'cors.foreign-origin:acme-cors')).toMatchObject({ ok: false, foreign: true });
    expect(warned.status).toBe('connected');
    await s3.putBucketCors(
      'acme-cors',
      rules.map((rule) => ({ ...rule, AllowedOrigins: ['*'] })),
    );
    expect(broken(await world.verify(c, world.admin))).toEqual(['cors.foreign-origin:acme-cors']);
  });
});

describe('who knows little', () => {
  const account = (c: ResolvedConnection) => ({ ...c, site: { ...c.site, account: '111122223333' } });
  const makeRole = (name: string) =>
    world.admin.ports(REGION).iam.createRole({
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

  it('a verifier that may not read IAM leaves the external ID open, and a refusal is a no', async () => {
    await makeRole('blind-ci');
    await world.bucket('acme-blind');
    const c = account(
      await world.resolve({
        template: 'bitmovin-analytics-output',
        name: 'blind',
        externalId: [EXTERNAL_ID],
        verifier: ['arn:aws:iam::111122223333:role/blind-ci'],
        bucket: ['acme-blind'],
      }),
    );
    await world.make(c);
    const ci = await world.as('arn:aws:iam::111122223333:role/blind-ci');
    const report = await world.verify(c, ci);
    expect(report).toMatchObject({ mode: 'assume', status: 'unknown' });
    expect(broken(report)).toEqual([]);
    expect(row(report, 'assume.no-external-id').ok).toBeNull();
    expect(row(report, 'role:blind')).toMatchObject({ ok: true, detail: 'it was assumed' });
    expect(row(report, 'list:acme-blind')).toMatchObject({ ok: true, by: 'probe' });
    const { iam } = world.admin.ports(REGION);
    await iam.deleteRolePolicy('blind', 's3connect');
    await iam.deleteRole('blind');
    const gone = await world.verify(c, ci);
    expect(broken(gone)).toEqual(['assume.external-id']);
    expect(row(gone, 'list:acme-blind')).toMatchObject({ actual: 'skipped', ok: null });
  });

  it('existing-role: the customer finds the role by its glob, and a glob without a role is a missing role', async () => {
    await makeRole('av-JobsTaskStack-9-ECSTaskRole-9');
    await world.bucket('acme-glob');
    const flags = { template: 'accurate-video', method: 'existing-role', name: 'glob', bucket: ['acme-glob:input'] };
    const c = await world.resolve(flags);
    await world.make({ ...c, role: { ...c.role!, name: 'av-JobsTaskStack-9-ECSTaskRole-9' } });
    const report = await world.verify(c, world.admin);
    expect(surprises(report)).toEqual([]);
    expect(row(report, 'role:av-JobsTaskStack-9-ECSTaskRole-9').ok).toBe(true);
    const nobody = await world.verify(await world.resolve({ ...flags, roleName: 'nobody-*' }), world.admin);
    expect(broken(nobody)).toEqual(['role:nobody-*']);
    expect(row(nobody, 'get:acme-glob')).toMatchObject({ actual: 'skipped', ok: null });
  });

  it('keys and anonymous need no credentials of AWS', async () => {
    for (const name of ['acme-keys', 'acme-anon']) await world.bucket(name);
    const user = await world.resolve({
      template: 'accurate-video',
      method: 'user',
      name: 'keys',
      bucket: ['acme-keys:input'],
    });
    await world.make(user);
    const key = await world.admin.ports(REGION).iam.createAccessKey('keys');
    const keys = { accessKeyId: key.id, secretAccessKey: key.secret };
    const nobody = world.without();
    const report = await world.verify(user, nobody, { keys });
    expect(report).toMatchObject({ mode: 'keys', status: 'connected' });
    expect(row(report, 'user:keys')).toMatchObject({ ok: true });
    const open = await world.resolve({
      template: 'accurate-video',
      method: 'anonymous',
      name: 'anon',
      bucket: ['acme-anon:input'],
    });
    await world.make(open);
    expect(surprises(await world.verify(open, nobody))).toEqual([]);
    const { iam } = world.admin.ports(REGION);
    await iam.deleteAccessKey('keys', key.id);
    expect(broken(await world.verify(user, nobody, { keys }))).toEqual(['user:keys']);
  });

  it('a bucket in another region is asked there', async () => {
    await world.admin.ports({ region: 'eu-west-1' }).s3.createBucket('acme-eu', 'eu-west-1', 'BucketOwnerEnforced');
    const c = account(
      await world.resolve({
        template: 'bitmovin-analytics-output',
        name: 'eu',
        externalId: ['eu-1'],
        bucket: ['acme-eu'],
      }),
    );
    await world.make(c);
    const report = await world.verify(c, await world.as(VENDOR));
    expect(surprises(report)).toEqual([]);
  });
});

describe('cors check', () => {
  it('sends real preflights, and agrees with the rules', async () => {
    await world.bucket('acme-page');
    const c = await world.resolve({
      template: 'accurate-video',
      method: 'bucket-policy',
      name: 'page',
      principal: ['role/nobody-*'],
      bucket: ['acme-page:input'],
      origin: ['https://av.acme.example'],
    });
    const aws = world.without();
    const none = await checkCors([c], { aws, waitSeconds: 0 });
    expect(none.map(({ id, ok }) => [id, ok])).toEqual([
      ['cors:acme-page:https://av.acme.example', false],
      ['cors:acme-page:null', false],
      ['cors.foreign-origin:acme-page', true],
    ]);
    await world.admin
      .ports(REGION)
      .s3.putBucketCors('acme-page', [
        { AllowedOrigins: ['https://av.acme.example', 'null'], AllowedMethods: ['GET', 'HEAD'], AllowedHeaders: ['*'] },
      ]);
    const hidden = await checkCors([c], { aws, waitSeconds: 0 });
    expect(hidden[0]).toMatchObject({ ok: false, detail: expect.stringContaining('does not expose Content-Range') });
    await world.admin.ports(REGION).s3.putBucketCors('acme-page', [
      {
        AllowedOrigins: ['https://av.acme.example', 'null'],
        AllowedMethods: ['GET', 'HEAD'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['Content-Range'],
      },
    ]);
    expect((await checkCors([c], { aws, waitSeconds: 0 })).every(({ ok, by }) => ok === true && by === 'probe')).toBe(
      true,
    );
  });
});
