import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsAccess } from '../../src/aws/ports.js';
import { accessAs, makeRole, SERVICE_TRUST } from '../helpers/account.js';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere } from '../helpers/in-process.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

type Json = Record<string, unknown>;
interface Answer {
  readonly error?: Json;
  readonly connections: readonly {
    readonly status?: string;
    readonly missing?: readonly string[];
    readonly items?: readonly { readonly fields: Json }[];
    readonly changes: readonly {
      readonly action: string;
      readonly resource: string;
      readonly id: string;
      readonly note?: string;
    }[];
  }[];
}

const OTHER = '444455556666';
const VENDOR = `arn:aws:iam::${OTHER}:role/vendor`;

describe('what a connections file says', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;
  let access: AwsAccess;

  beforeEach(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    customer = { cwd: folder.path, env: sandbox.env };
    access = accessAs(sandbox.env);
    await access.ports({}).s3.createBucket('acme-raw', 'us-east-1', 'BucketOwnerEnforced');
    await makeRole(access, 'av');
  });

  afterEach(async () => {
    access.close();
    await sandbox.close();
    await folder.remove();
  });

  const write = (connections: Json) =>
    writeFile(join(folder.path, 's3connect.json'), JSON.stringify({ connections }, null, 1));
  const run = (args: readonly string[], who: InProcessOptions = customer) => jsonHere<Answer>(args, who);
  const done = async (...args: string[]) => {
    const result = await run([...args, '--yes']);
    expect(result.code, JSON.stringify(result.json)).toBe(0);
    return result.json;
  };
  const av = (bucket: Json, more: Json = {}) => ({
    template: 'accurate-video',
    method: 'bucket-policy',
    trust: { principals: ['role/av'] },
    buckets: [{ name: 'acme-raw', ...bucket }],
    ...more,
  });

  it('a topic and an access point that another connection uses stay until that one goes, too', async () => {
    const before = await sandbox.state();
    const shared = { notifications: { snsTopic: 'news' }, accessPoint: { name: 'raw-av' } };
    const second = { method: 'existing-role', role: { name: 'av' }, trust: undefined };
    await write({ one: av({ prefix: 'one/', ...shared }), two: av({ prefix: 'two/', ...shared }, second) });
    await done('apply');
    const gone = await done('destroy', 'one');
    const left = gone.connections[0]?.changes.filter(({ note }) => note?.includes('used by another connection'));
    expect(left?.map(({ resource }) => resource)).toEqual(['access-point', 'topic']);
    expect((await run(['plan', 'two', '--exit-code'])).code).toBe(0);
    await done('destroy');
    expect(await sandbox.state()).toBe(before);
  });

  it.each([
    ['role', { template: 'generic-read', trust: { principals: [OTHER], externalIds: ['abcdef-012345'] } }],
    ['user', { template: 'videsk', method: 'user' }],
  ])('a %s keeps no grant under an older name or kind of policy', async (kind, base) => {
    const before = await sandbox.state();
    const connection = { ...base, buckets: [{ name: 'acme-raw', prefix: 'in/' }] };
    const rows = async () =>
      (await done('apply')).connections[0]?.changes
        .filter(({ resource, action }) => resource.endsWith('-policy') && action !== 'none')
        .map(({ action, resource, id }) => `${action} ${resource} ${id.split('/').at(-1)}`);
    await write({ c: connection });
    await done('apply');
    await write({ c: { ...connection, policy: { kind: 'managed', name: 'first' } } });
    expect(await rows()).toEqual(['create managed-policy first', `delete ${kind}-policy s3connect`]);
    await write({ c: { ...connection, policy: { kind: 'managed', name: 'second' } } });
    expect(await rows()).toEqual(['create managed-policy second', 'delete managed-policy first']);
    await write({ c: { ...connection, policy: { kind: 'inline', name: 'third' } } });
    expect(await rows()).toEqual([`create ${kind}-policy third`, 'delete managed-policy second']);
    expect((await run(['plan', '--exit-code'])).code).toBe(0);
    // What is removed is found under its old name, too.
    await write({ c: connection });
    await done('destroy');
    expect(await sandbox.state()).toBe(before);
  });

  it('says which statement of somebody names a deleted role, and loses nothing', async () => {
    const { iam, s3 } = access.ports({});
    await makeRole(access, 'gone');
    const statement = {
      Sid: 'Theirs',
      Effect: 'Allow' as const,
      Principal: { AWS: `arn:aws:iam::${CUSTOMER}:role/gone` },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::acme-raw/theirs/*',
    };
    await s3.putBucketPolicy('acme-raw', { Version: '2012-10-17', Statement: [statement] });
    await iam.deleteRole('gone');
    const before = await sandbox.state();
    await write({ c: av({ prefix: 'in/', cors: { allowedOrigins: ['https://av.example'] } }) });
    const { code, json } = await run(['apply', '--yes']);
    expect(code).toBe(2);
    expect(json.error).toMatchObject({ code: 'BadValue', hint: expect.stringContaining('Remove that statement') });
    expect(json.error?.message).toMatch(/acme-raw.*"Theirs" \(\/Statement\/0\) names AROA/);
    expect(await sandbox.state()).toBe(before);
  });

  it("lists the account's nearest roles where a name or a glob matches none", async () => {
    await write({ c: av({}, { method: 'existing-role', trust: undefined, role: { name: 'avv' } }) });
    expect((await run(['plan'])).json.error).toMatchObject({ code: 'RoleNotFound', path: '/connections/c/role/name' });
    expect((await run(['plan'])).json.error?.message).toMatch(/there are av\.$/);
    await write({ c: av({}, { trust: { principals: ['role/zz-*'] } }) });
    expect((await run(['plan'])).json.error?.message).toMatch(/matches zz-\*; there are av\.$/);
  });

  it('a role glob with a path is matched against the session of the granted role', async () => {
    await access.ports({}).iam.createRole({
      name: 'jobs',
      path: '/svc/',
      description: undefined,
      maxSessionDuration: undefined,
      permissionsBoundary: undefined,
      trustPolicy: SERVICE_TRUST,
      tags: {},
    });
    await write({ c: av({}, { trust: { principals: ['role/svc/jo*'] } }) });
    await done('apply');
    const jobs = { cwd: folder.path, env: await sandbox.envFor(`arn:aws:iam::${CUSTOMER}:role/svc/jobs`) };
    const { code, json } = await run(['verify', '--mode', 'direct', '--wait', '0'], jobs);
    expect(code, JSON.stringify(json)).toBe(0);
  });

  it("a bucket's own profile reaches its account although the environment holds keys of another", async () => {
    const owner = await sandbox.credentialsFor(`arn:aws:iam::${OTHER}:user/owner`);
    const { s3 } = access.portsAs({}, owner);
    await s3.createBucket('their-bucket', 'us-east-1', 'BucketOwnerEnforced');
    const credentials = join(folder.path, 'credentials');
    await writeFile(
      credentials,
      `[theirs]\naws_access_key_id=${owner.accessKeyId}\naws_secret_access_key=${owner.secretAccessKey}\n`,
    );
    const both = { cwd: folder.path, env: { ...sandbox.env, AWS_SHARED_CREDENTIALS_FILE: credentials } };
    const before = await sandbox.state();
    const bucket = { name: 'their-bucket', account: OTHER, profile: 'theirs', prefix: 'in/', access: 'output' };
    await write({ c: av(bucket, { method: 'existing-role', trust: undefined, role: { name: 'av' } }) });

    const applied = await run(['apply', '--yes'], both);
    expect(applied.code, JSON.stringify(applied.json)).toBe(0);
    const rows = applied.json.connections[0]?.changes.map(({ resource }) => resource);
    expect(rows).toEqual(['bucket', 'role-policy', 'bucket-policy']);
    // Whoever holds the grant doesn't have that profile, and needs none.
    const role = { cwd: folder.path, env: await sandbox.envFor(`arn:aws:iam::${CUSTOMER}:role/av`) };
    for (const [mode, who] of [
      ['direct', role],
      ['simulate', both],
    ] as const) {
      const verified = await run(['verify', '--mode', mode, '--wait', '0'], who);
      expect(verified.json.connections[0]?.status, JSON.stringify(verified.json)).toBe('connected');
    }
    // On a machine that doesn't know the profile the guard speaks.
    expect((await run(['plan'])).json.error).toMatchObject({ code: 'WrongAccount' });

    expect((await run(['destroy', '--yes'], both)).code).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });

  describe('external IDs and the hand-off', () => {
    const template = (issued: string) =>
      writeFile(
        join(folder.path, 'vendor.json'),
        JSON.stringify({
          id: 'vendor',
          version: '1',
          title: 'Vendor',
          vendor: 'Vendor',
          docs: [],
          methods: ['role'],
          principals: { aws: [VENDOR] },
          externalId: { mode: 'required', issued },
          access: { input: [{ action: 's3:GetObject', why: 'to read' }] },
          handoff: [
            { title: 'Connect', per: 'connection', fields: { role: '{{role.arn}}', externalId: '{{externalId}}' } },
          ],
        }),
      );
    const connection = { template: './vendor.json', account: CUSTOMER, buckets: [{ name: 'acme-raw' }] };
    const handoff = async () => (await run(['handoff'])).json.connections[0];

    it('replaces one ID by another without losing either on the way', async () => {
      await template('before-role');
      await write({ c: connection });
      await done('apply', '--external-id', 'first-id-1', '--save');
      const both = await done('apply', '--external-id', 'second-id-2', '--save');
      expect(both.connections[0]).toMatchObject({
        handoff: [{ fields: { externalId: null } }],
        handoffMissing: ['externalId'],
      });
      expect((await run(['handoff'])).json.error).toMatchObject({
        code: 'BadValue',
        hint: expect.stringContaining('--remove-external-id'),
      });
      await done('apply', '--remove-external-id', 'first-id-1', '--save');
      expect((await handoff())?.items?.[0]?.fields.externalId).toBe('second-id-2');
      expect((await run(['plan', '--exit-code'])).code).toBe(0);
      // The last one isn't kept because the role still asks for it.
      const last = await run(['apply', '--yes', '--remove-external-id', 'second-id-2']);
      expect(last.json.error).toMatchObject({ code: 'ExternalIdMissing' });
    });

    it('tells nobody the ID that keeps a role shut until the vendor gives its own', async () => {
      await template('after-role');
      await write({ c: connection });
      await done('apply');
      expect(await handoff()).toMatchObject({ status: 'incomplete', missing: ['externalId'] });
      expect((await run(['plan', '--exit-code'])).code).toBe(0);
      await done('apply', '--external-id', 'from-the-vendor');
      expect((await handoff())?.items?.[0]?.fields.externalId).toBe('from-the-vendor');
    });

    it('works for an account whose credentials nobody has here', async () => {
      await template('before-role');
      await write({ c: { ...connection, account: OTHER } });
      expect((await handoff())?.items?.[0]?.fields.role).toBe(`arn:aws:iam::${OTHER}:role/c`);
    });
  });

  it('refuses a foreign template for what it asks, not for what the user allows, and stops no other connection', async () => {
    const template = (id: string, principal: string) =>
      writeFile(
        join(folder.path, `${id}.json`),
        JSON.stringify({
          id,
          version: '1',
          title: id,
          vendor: 'Vendor',
          docs: [],
          methods: ['role', 'bucket-policy'],
          principals: { aws: [principal] },
          externalId: { mode: 'none' },
          access: { input: [{ action: 's3:GetObject', why: 'to read' }] },
        }),
      );
    await template('fine', VENDOR);
    await template('wide', `arn:aws:iam::${OTHER}:root`);
    const bucket = (prefix: string, more: Json = {}) => [{ name: 'acme-raw', prefix, ...more }];
    const open = {
      template: './fine.json',
      method: 'bucket-policy',
      buckets: bucket('out/', { publicPlayback: true }),
    };
    const wide = { template: './wide.json', buckets: bucket('in/') };
    const before = await sandbox.state();
    await write({ wide });
    expect((await run(['plan'])).code).toBe(0);
    expect((await run(['apply', '--yes'])).json.error).toMatchObject({ code: 'BadTemplate' });
    expect(await sandbox.state()).toBe(before);

    await write({ wide, open });
    const both = await run(['apply', '--yes', '--allow-public']);
    expect(both.code).toBe(2);
    expect(both.json.connections[0]).toMatchObject({ error: { code: 'BadTemplate' } });
    expect(both.json.connections[1]).not.toHaveProperty('error');
    expect(await access.ports({}).iam.getRole('wide')).toBeUndefined();
    expect((await run(['plan', 'open', '--exit-code'])).code).toBe(0);
  });

  it('names the word of an access list that is none, and the flag of a bucket that is missing', async () => {
    await write({ c: av({ access: ['read', 'wirte'] }) });
    expect((await run(['plan'])).json.error).toMatchObject({
      code: 'BadValue',
      message: expect.stringContaining('"wirte" is none of'),
      hint: 'Did you mean "write"?',
    });
    await mkdir(join(folder.path, 'empty'));
    const elsewhere = { ...customer, cwd: join(folder.path, 'empty') };
    expect(
      (await run(['plan', '--template', 'coactive', '--bucket', 'not-there'], elsewhere)).json.error,
    ).toMatchObject({ code: 'BucketNotFound', path: '--bucket' });
  });
});
