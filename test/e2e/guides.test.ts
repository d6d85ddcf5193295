import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { samePolicy } from '../../src/policy/equal.js';
import type { PolicyDocument } from '../../src/policy/types.js';
import { SERVICE_TRUST } from '../helpers/account.js';
import { tempFolder } from '../helpers/cli.js';
import { liveDocuments, withoutSids } from '../helpers/documents.js';
import { jsonHere, runHere } from '../helpers/in-process.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, type Credentials, clientsAs } from '../sandbox/clients.js';

const BITMOVIN = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const COACTIVE = 'arn:aws:iam::863104360228:role/coactive-external-connections';
const TASK_ROLE = 'av-JobsTaskStack-1A2B3C-ECSTaskRole-4D5E6F';
const TASK = `arn:aws:iam::${CUSTOMER}:role/${TASK_ROLE}`;
const VIDESK = `arn:aws:iam::${CUSTOMER}:user/videsk-connector`;
const BUCKET = 'acme-media';
const OWN_ACTIONS = /AccessDenied/;

let sandbox: TestSandbox;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let admin: ReturnType<typeof clientsAs>;
let live: ReturnType<typeof liveDocuments>;

beforeEach(async () => {
  sandbox = await testSandbox();
  folder = await tempFolder();
  admin = clientsAs(sandbox, adminOf(sandbox));
  live = liveDocuments(admin);
  // The guides begin with a bucket of the customer's, made in the console.
  await admin.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const Key of ['uploads/a.webm', 'films/a.mp4', 'films/b.mp4', 'private/c.mp4']) {
    await admin.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  }
});

afterEach(async () => {
  for (const client of Object.values(admin)) client.destroy();
  await sandbox.close();
  await folder.remove();
});

const customer = () => ({ cwd: folder.path, env: { ...sandbox.env, XDG_STATE_HOME: folder.path } });
const as = async (principal: string) => clientsAs(sandbox, await sandbox.credentialsFor(principal));

const declare = (connection: Readonly<Record<string, unknown>>) =>
  writeFile(
    join(folder.path, 's3connect.json'),
    JSON.stringify({ connections: { vendor: { account: CUSTOMER, ...connection } } }),
  );

const apply = async (...flags: readonly string[]) => {
  const applied = await runHere(['apply', '--yes', ...flags], customer());
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
};

/** The proof by whoever the vendor is; its own credentials, or the customer's where the key or nobody proves it. */
const verify = async (mode: string, principal?: string) => {
  const env = principal === undefined ? customer().env : await sandbox.envFor(principal);
  const proof = await jsonHere<{ ok: boolean; connections: { mode: string; status: string }[] }>(
    ['verify', '--wait', '1'],
    { cwd: folder.path, env },
  );
  expect(proof.json.connections[0], JSON.stringify(proof.json, null, 1)).toMatchObject({ mode, status: 'connected' });
  expect(proof.code).toBe(0);
};

const handoff = async () =>
  (
    await jsonHere<{ connections: { items: { fields: Record<string, unknown>; curl: string | null }[] }[] }>(
      ['handoff'],
      customer(),
    )
  ).json.connections[0]!.items[0]!;

/** Destroys, and the account is what it was to the letter. */
const destroyTo = async (before: string) => {
  const destroyed = await runHere(['destroy', '--yes'], customer());
  expect(destroyed.code, destroyed.stdout + destroyed.stderr).toBe(0);
  expect(await sandbox.state()).toBe(before);
};

const same = (actual: PolicyDocument, guide: PolicyDocument) =>
  expect(samePolicy(actual, withoutSids(guide)), JSON.stringify(actual, null, 1)).toBe(true);

/** A session of the customer's role, opened with a vendor's credentials. */
const sessionOf = async (
  vendor: ReturnType<typeof clientsAs>,
  RoleArn: string,
  ExternalId?: string,
): Promise<Credentials> => {
  const { Credentials } = await vendor.sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'vendor', ...(ExternalId === undefined ? {} : { ExternalId }) }),
  );
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
};

const denied = async (call: Promise<unknown>) => {
  await expect(call).rejects.toMatchObject({ name: expect.stringMatching(OWN_ACTIONS) });
};
const list = (s3: S3Client, Prefix?: string, Bucket = BUCKET) =>
  s3
    .send(new ListObjectsV2Command({ Bucket, ...(Prefix === undefined ? {} : { Prefix }) }))
    .then(({ Contents }) => (Contents ?? []).map(({ Key }) => Key));
const get = (s3: S3Client, Key: string, Bucket = BUCKET) =>
  s3.send(new GetObjectCommand({ Bucket, Key })).then(({ Body }) => Body!.transformToString());
const put = (s3: S3Client, Key: string, Bucket = BUCKET) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
const remove = (s3: S3Client, Key: string) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));

/** The access key that was handed over, as whoever reads the file has it. */
const keyInFile = async (): Promise<Credentials> => {
  const text = await readFile(join(folder.path, 's3connect', 'vendor.credentials'), 'utf8');
  const value = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)![1]!;
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
};

describe('Bitmovin, "S3 role-based Outputs" and "What permissions do I need … for Analytics Exports?"', () => {
  const ID = '4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e';
  const connection = {
    template: 'bitmovin-analytics-output',
    role: { name: 'bitmovin-exports' },
    params: { externalIdMode: 'GENERATED' },
  };

  it("the vendor's order of things: the ARN first, the ID it answers with, the role; documents as printed", async () => {
    await declare({ ...connection, buckets: [{ name: BUCKET }] });
    const before = await sandbox.state();

    // "create an S3 role based output … This step will give you the externalId": the role does not exist yet.
    const roleArn = `arn:aws:iam::${CUSTOMER}:role/bitmovin-exports`;
    const item = await handoff();
    expect(item.fields).toMatchObject({ bucketName: BUCKET, roleArn, externalIdMode: 'GENERATED' });
    expect(item.curl).toContain('https://api.bitmovin.com/v1/analytics/outputs/s3-role-based');
    const early = await jsonHere<{ error: { code: string } }>(['apply', '--yes'], customer());
    expect([early.code, early.json.error.code]).toEqual([2, 'ExternalIdMissing']);
    expect(await sandbox.state()).toBe(before);

    await apply('--external-id', ID, '--save');
    same(await live.ofRole('bitmovin-exports'), {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'BitmovinOutputBucketPermissions',
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:GetBucketLocation'],
          Resource: [`arn:aws:s3:::${BUCKET}`],
        },
        {
          Sid: 'BitmovinOutputObjectPermissions',
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:PutObjectAcl'],
          Resource: [`arn:aws:s3:::${BUCKET}/*`],
        },
      ],
    });
    // Narrower than the guide's steps 6 and 7, which trust all of account 630681592166: the vendor's API reference
    // names the one user that assumes the role.
    same(await live.trust('bitmovin-exports'), {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: BITMOVIN },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': ID } },
        },
      ],
    });

    const vendor = await as(BITMOVIN);
    await denied(sessionOf(vendor, roleArn));
    await denied(sessionOf(vendor, roleArn, 'another'));
    await denied(sessionOf(await as('arn:aws:iam::630681592166:user/somebodyElse'), roleArn, ID));
    const { s3 } = clientsAs(sandbox, await sessionOf(vendor, roleArn, ID));
    await s3.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
    await put(s3, 'exports/day.csv');
    expect(await list(s3, 'exports/')).toEqual(['exports/day.csv']);
    // Allowed; the bucket itself has no ACLs (BucketOwnerEnforced, S3's default).
    const acl = new PutObjectAclCommand({ Bucket: BUCKET, Key: 'exports/day.csv', ACL: 'bucket-owner-full-control' });
    await s3.send(acl);
    await denied(get(s3, 'exports/day.csv'));
    await denied(remove(s3, 'exports/day.csv'));
    await verify('assume', BITMOVIN);

    await remove(admin.s3, 'exports/day.csv');
    await destroyTo(before);
  });

  it('narrower with a prefix, which the guide has no words for: writing and listing below it only', async () => {
    await declare({
      ...connection,
      trust: { externalIds: [ID] },
      buckets: [{ name: BUCKET, prefix: 'analytics/' }],
    });
    const before = await sandbox.state();
    await apply();
    same(await live.ofRole('bitmovin-exports'), {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: `arn:aws:s3:::${BUCKET}` },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: `arn:aws:s3:::${BUCKET}`,
          Condition: { StringLike: { 's3:prefix': 'analytics/*' } },
        },
        {
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:PutObjectAcl'],
          Resource: `arn:aws:s3:::${BUCKET}/analytics/*`,
        },
      ],
    });
    const session = await sessionOf(await as(BITMOVIN), `arn:aws:iam::${CUSTOMER}:role/bitmovin-exports`, ID);
    const { s3 } = clientsAs(sandbox, session);
    await put(s3, 'analytics/day.csv');
    await denied(put(s3, 'films/a.mp4'));
    await denied(list(s3));
    await verify('assume', BITMOVIN);
    await remove(admin.s3, 'analytics/day.csv');
    await destroyTo(before);
  });
});

describe('Coactive, "Cloud Storage Access"', () => {
  const read = (principal: object) => [
    { Effect: 'Allow' as const, ...principal, Action: 's3:ListBucket', Resource: `arn:aws:s3:::${BUCKET}` },
    { Effect: 'Allow' as const, ...principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` },
  ];
  const work = async (s3: S3Client) => {
    expect(await list(s3)).toEqual(['films/a.mp4', 'films/b.mp4', 'private/c.mp4', 'uploads/a.webm']);
    expect(await get(s3, 'films/a.mp4')).toBe('films/a.mp4');
    await denied(put(s3, 'films/c.mp4'));
    await denied(remove(s3, 'films/a.mp4'));
  };

  // Narrower than the sample's s3:Get* and s3:List*: the guide's own words ask for listing the objects (s3:ListBucket)
  // and reading them (s3:GetObject), and those wildcards read ACLs, policies and every version besides.
  it('method 1, a role: s3:ListBucket and s3:GetObject in place of s3:Get* and s3:List*', async () => {
    await declare({ template: 'coactive', role: { name: 'coactive-read' }, buckets: [{ name: BUCKET }] });
    const before = await sandbox.state();
    await apply();
    const roleArn = `arn:aws:iam::${CUSTOMER}:role/coactive-read`;
    same(await live.managed(`arn:aws:iam::${CUSTOMER}:policy/vendor-s3-read`), {
      Version: '2012-10-17',
      Statement: read({}),
    });
    // Step 7: "trust only Coactive's IAM role"; the account of step 4 is never trusted meanwhile.
    same(await live.trust('coactive-read'), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: COACTIVE }, Action: 'sts:AssumeRole' }],
    });
    const { fields, curl } = await handoff();
    expect(fields).toMatchObject({ iam_role_arn: roleArn, bucket_name: BUCKET });
    expect(curl).toContain('/api/v0/connections');

    const coactive = await as(COACTIVE);
    await denied(list(coactive.s3));
    await denied(sessionOf(await as('arn:aws:iam::863104360228:role/another'), roleArn));
    await work(clientsAs(sandbox, await sessionOf(coactive, roleArn)).s3);
    await verify('assume', COACTIVE);
    await destroyTo(before);
  });

  it('method 2, a bucket policy: the same two actions for the same role', async () => {
    await declare({ template: 'coactive', method: 'bucket-policy', buckets: [{ name: BUCKET }] });
    const before = await sandbox.state();
    await apply();
    same(await live.ofBucket(BUCKET), { Version: '2012-10-17', Statement: read({ Principal: { AWS: COACTIVE } }) });
    await work((await as(COACTIVE)).s3);
    await denied(list((await as('arn:aws:iam::863104360228:role/another')).s3));
    await verify('direct', COACTIVE);
    await destroyTo(before);
  });

  it('"you are also able to specify a prefix": narrower, as the listing is limited to it too', async () => {
    await declare({ template: 'coactive', method: 'bucket-policy', buckets: [{ name: BUCKET, prefix: 'films' }] });
    const before = await sandbox.state();
    await apply();
    const { s3 } = await as(COACTIVE);
    expect(await list(s3, 'films/')).toEqual(['films/a.mp4', 'films/b.mp4']);
    expect(await get(s3, 'films/b.mp4')).toBe('films/b.mp4');
    await denied(list(s3));
    await denied(get(s3, 'private/c.mp4'));
    await verify('direct', COACTIVE);
    await destroyTo(before);
  });
});

describe('Accurate.Video, "S3 Storages"', () => {
  const bucketArn = `arn:aws:s3:::${BUCKET}`;
  const cors = { allowedOrigins: ['https://av.acme.example'] };
  /** "for an input bucket, you'll need to include the actions s3:GetObject and s3:ListBucket, … output … s3:PutObject" */
  const input = (principal: object = {}) => [
    { Effect: 'Allow' as const, ...principal, Action: 's3:ListBucket', Resource: bucketArn },
    { Effect: 'Allow' as const, ...principal, Action: 's3:GetObject', Resource: `${bucketArn}/*` },
  ];
  const output = (principal: object = {}) => [
    { Effect: 'Allow' as const, ...principal, Action: 's3:ListBucket', Resource: bucketArn },
    { Effect: 'Allow' as const, ...principal, Action: ['s3:GetObject', 's3:PutObject'], Resource: `${bucketArn}/*` },
  ];
  const makeTaskRole = () =>
    admin.iam.send(
      new CreateRoleCommand({ RoleName: TASK_ROLE, AssumeRolePolicyDocument: JSON.stringify(SERVICE_TRUST) }),
    );
  const reads = async (s3: S3Client) => {
    expect(await list(s3)).toContain('films/a.mp4');
    expect(await get(s3, 'films/a.mp4')).toBe('films/a.mp4');
  };

  it('an IAM policy on the role of the jobs system, found by its name; an output bucket with CORS', async () => {
    await makeTaskRole();
    await declare({
      template: 'accurate-video',
      role: { name: '*-JobsTaskStack-*-ECSTaskRole-*' },
      params: { refreshInterval: 'PT15M' },
      buckets: [{ name: BUCKET, access: 'output', cors }],
    });
    const before = await sandbox.state();
    await apply();
    same(await live.ofRole(TASK_ROLE), { Version: '2012-10-17', Statement: output() });
    // The guide's notes 1 and 2: the exact origin, and then the literal "null" too. Its sample has 3000 seconds.
    expect(await live.cors(BUCKET)).toEqual([
      {
        ID: expect.stringMatching(/^S3Connect/),
        AllowedHeaders: ['*'],
        AllowedMethods: ['GET', 'HEAD'],
        AllowedOrigins: ['https://av.acme.example', 'null'],
        ExposeHeaders: ['Content-Range'],
        MaxAgeSeconds: 3000,
      },
    ]);
    expect((await handoff()).fields).toMatchObject({
      credentials: 'Server credentials',
      permissions: { read: true, write: true, list: true, delete: false },
      bucket: BUCKET,
      region: 'us-east-1',
      refreshInterval: 'PT15M',
    });
    const { s3 } = await as(TASK);
    await reads(s3);
    await put(s3, 'proxies/a.mp4');
    await denied(remove(s3, 'proxies/a.mp4'));
    await verify('direct', TASK);
    await remove(admin.s3, 'proxies/a.mp4');
    await destroyTo(before);
  });

  it('a bucket policy for that role; an input bucket', async () => {
    await makeTaskRole();
    await declare({
      template: 'accurate-video',
      method: 'bucket-policy',
      trust: { principals: ['role/*-JobsTaskStack-*-ECSTaskRole-*'] },
      buckets: [{ name: BUCKET, access: 'input' }],
    });
    const before = await sandbox.state();
    await apply();
    same(await live.ofBucket(BUCKET), { Version: '2012-10-17', Statement: input({ Principal: { AWS: TASK } }) });
    const { s3 } = await as(TASK);
    await reads(s3);
    await denied(put(s3, 'films/c.mp4'));
    await verify('direct', TASK);
    await destroyTo(before);
  });

  it('custom credentials, the key of an IAM user; every box of the form ticked', async () => {
    await declare({
      template: 'accurate-video',
      method: 'user',
      user: { name: 'accurate-video' },
      buckets: [{ name: BUCKET, access: ['read', 'list', 'write', 'delete'] }],
    });
    const before = await sandbox.state();
    await apply();
    same(await live.ofUser('accurate-video'), {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `${bucketArn}/*` },
      ],
    });
    const key = await keyInFile();
    expect((await handoff()).fields).toMatchObject({
      credentials: 'Custom credentials',
      accessKeyId: key.accessKeyId,
      permissions: { read: true, write: true, list: true, delete: true },
    });
    const { s3 } = clientsAs(sandbox, key);
    await reads(s3);
    await put(s3, 'proxies/a.mp4');
    await remove(s3, 'proxies/a.mp4');
    await verify('keys');
    await destroyTo(before);
  });

  // Narrower than a public bucket: the prefix alone is open, to reading and listing.
  it('anonymous access, read-only, of one folder in place of a public bucket', async () => {
    await declare({
      template: 'accurate-video',
      method: 'anonymous',
      buckets: [{ name: BUCKET, access: 'input', prefix: 'films/' }],
    });
    const before = await sandbox.state();
    const refused = await jsonHere<{ error: { code: string } }>(['apply', '--yes'], customer());
    expect([refused.code, refused.json.error.code]).toEqual([2, 'PublicNotAllowed']);
    await apply('--allow-public');
    same(await live.ofBucket(BUCKET), {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:ListBucket',
          Resource: bucketArn,
          Condition: { StringLike: { 's3:prefix': 'films/*' } },
        },
        { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${bucketArn}/films/*` },
      ],
    });
    const nobody = (path: string, init?: RequestInit) => fetch(`${sandbox.endpoint}/${BUCKET}${path}`, init);
    expect(await (await nobody('/films/a.mp4')).text()).toBe('films/a.mp4');
    expect((await nobody('?list-type=2&prefix=films/')).status).toBe(200);
    expect((await nobody('?list-type=2')).status).toBe(403);
    expect((await nobody('/private/c.mp4')).status).toBe(403);
    expect((await nobody('/films/a.mp4', { method: 'PUT', body: 'x' })).status).toBe(403);
    await verify('anonymous');
    await destroyTo(before);
  });
});

describe('Videsk, "AWS S3"', () => {
  const connection = { template: 'videsk', user: { name: 'videsk-connector' } };

  it('the policy of the user as printed, but for its Sid, which IAM refuses', async () => {
    await declare({ ...connection, buckets: [{ name: BUCKET }] });
    const before = await sandbox.state();
    await apply();
    same(await live.ofUser('videsk-connector'), {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: '16933222-fba4-4de3-bf3e-427759b73a9d',
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${BUCKET}/*`,
        },
      ],
    });
    const { s3 } = clientsAs(sandbox, await keyInFile());
    await put(s3, 'anywhere/a.webm');
    await denied(get(s3, 'anywhere/a.webm'));
    await verify('keys');
    await remove(admin.s3, 'anywhere/a.webm');
    await destroyTo(before);
  });

  // The guide's Deny asks for s3:prefix, which no PutObject carries: it would refuse every upload (docs/videsk.md).
  it('the folder uploads/ of a multipurpose bucket: a Deny by NotResource in place of one by s3:prefix', async () => {
    await declare({ ...connection, buckets: [{ name: BUCKET, prefix: 'uploads/', confine: true }] });
    const before = await sandbox.state();
    await apply();
    same(await live.ofUser('videsk-connector'), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${BUCKET}/uploads/*` }],
    });
    // AllowPrefixedWrites is in the user's own policy above, so the bucket policy needs no Allow.
    same(await live.ofBucket(BUCKET), {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: VIDESK },
          Action: 's3:PutObject',
          NotResource: `arn:aws:s3:::${BUCKET}/uploads/*`,
        },
      ],
    });
    const { s3 } = clientsAs(sandbox, await keyInFile());
    await put(s3, 'uploads/b.webm');
    await denied(put(s3, 'films/a.mp4'));
    await denied(put(s3, 'b.webm'));
    await denied(get(s3, 'uploads/b.webm'));
    await verify('keys');
    await remove(admin.s3, 'uploads/b.webm');
    await destroyTo(before);
  });

  it('through the access point that the guide asks for, and no more by the bucket itself', async () => {
    await declare({
      ...connection,
      buckets: [{ name: BUCKET, prefix: 'uploads/', confine: true, accessPoint: { name: 'videsk' } }],
    });
    const before = await sandbox.state();
    await apply();
    const pointArn = `arn:aws:s3:us-east-1:${CUSTOMER}:accesspoint/videsk`;
    same(await live.ofUser('videsk-connector'), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `${pointArn}/object/uploads/*` }],
    });
    const key = await keyInFile();
    const { fields } = await handoff();
    expect(fields).toMatchObject({
      accessKeyId: key.accessKeyId,
      secretFile: join(folder.path, 's3connect', 'vendor.credentials'),
      region: 'us-east-1',
      bucketName: BUCKET,
    });
    const { s3 } = clientsAs(sandbox, key);
    const alias = fields.accessPointAlias as string;
    await put(s3, 'uploads/b.webm', alias);
    expect(await get(admin.s3, 'uploads/b.webm')).toBe('uploads/b.webm');
    await denied(put(s3, 'films/a.mp4', alias));
    await denied(get(s3, 'uploads/b.webm', alias));
    await denied(put(s3, 'uploads/c.webm'));
    await denied(put(s3, 'films/a.mp4'));
    await verify('keys');
    await remove(admin.s3, 'uploads/b.webm');
    await destroyTo(before);
  });
});
