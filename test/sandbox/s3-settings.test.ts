import {
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, raw, signer } from './clients.js';
import { failure, type S3Sandbox, STRANGER, startS3Sandbox, user } from './s3-setup.js';

const HOUR = 3_600_000;
let s: S3Sandbox;

beforeAll(async () => {
  s = await startS3Sandbox();
  await s.admin.send(new CreateBucketCommand({ Bucket: 'settings' }));
  await s.admin.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
});
afterAll(() => s.close());

async function state(): Promise<string> {
  return (await fetch(`${s.sandbox.endpoint}/_sandbox/state`)).text();
}

describe('the lifecycle configuration', () => {
  const Bucket = 'settings';

  test('comes back as it was put, and leaves nothing behind (S3 API Reference, PutBucketLifecycleConfiguration)', async () => {
    const before = await state();
    const Rules = [
      {
        ID: 'abort',
        Status: 'Enabled' as const,
        Filter: { Prefix: 'out/' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      { ID: 'old', Status: 'Disabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 30 } },
    ];
    await s.admin.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    const read = await s.admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(read.Rules).toEqual(Rules);
    expect(await state()).toContain('"abort"');
    await s.admin.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await state()).toBe(before);
    expect(await failure(s.admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchLifecycleConfiguration',
      status: 404,
    });
  });

  test('is refused without an action, with an ID twice, and from a stranger', async () => {
    const put = (...Rules: object[]) =>
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: Rules as never },
      });
    const rule = { ID: 'a', Status: 'Enabled', Filter: { Prefix: '' } };
    expect(await failure(s.admin.send(put(rule)))).toMatchObject({ name: 'InvalidRequest', status: 400 });
    const acting = { ...rule, Expiration: { Days: 1 } };
    expect(await failure(s.admin.send(put(acting, acting)))).toMatchObject({ name: 'InvalidArgument', status: 400 });
    const stranger = await s.s3(user('eve', STRANGER));
    expect(await failure(stranger.send(put(acting)))).toMatchObject({ name: 'AccessDenied', status: 403 });
  });
});

describe('the default encryption', () => {
  const Bucket = 'settings';
  const put = (SSEAlgorithm: ServerSideEncryption) =>
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm }, BucketKeyEnabled: true }],
      },
    });

  test('is SSE-S3 whatever is put or deleted (S3 User Guide, "Setting default server-side encryption")', async () => {
    await s.admin.send(put('AES256'));
    const key = async () =>
      (await s.admin.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules?.[0];
    expect(await key()).toEqual({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
      BucketKeyEnabled: true,
    });
    await s.admin.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect((await key())?.BucketKeyEnabled).toBe(false);
  });

  test('with a KMS key is refused: there is no KMS here', async () => {
    expect(await failure(s.admin.send(put('aws:kms')))).toMatchObject({ name: 'NotImplemented', status: 501 });
  });
});

describe('Object Lock of a single version (S3 User Guide, "How S3 Object Lock works")', () => {
  const Bucket = 'locked';
  const until = (hours: number) => new Date(Date.now() + hours * HOUR);

  test('is refused where the bucket has none', async () => {
    const put = new PutObjectCommand({
      Bucket: 'settings',
      Key: 'k',
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: until(1),
    });
    expect(await failure(s.admin.send(put))).toMatchObject({ name: 'InvalidRequest', status: 400 });
    const get = new GetObjectRetentionCommand({ Bucket: 'settings', Key: 'k' });
    expect(await failure(s.admin.send(get))).toMatchObject({ name: 'InvalidRequest', status: 400 });
  });

  test('retention shrinks and the version goes only for who bypasses GOVERNANCE', async () => {
    const Key = 'governed';
    const { VersionId } = await s.admin.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'x',
        ObjectLockMode: 'GOVERNANCE',
        ObjectLockRetainUntilDate: until(2),
      }),
    );
    expect((await s.admin.send(new HeadObjectCommand({ Bucket, Key }))).ObjectLockMode).toBe('GOVERNANCE');
    const retain = (hours: number, BypassGovernanceRetention?: boolean) =>
      new PutObjectRetentionCommand({
        Bucket,
        Key,
        Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until(hours) },
        ...(BypassGovernanceRetention === undefined ? {} : { BypassGovernanceRetention }),
      });
    await s.admin.send(retain(3));
    expect(await failure(s.admin.send(retain(1)))).toMatchObject({ name: 'AccessDenied', status: 403 });
    await s.admin.send(retain(1, true));
    expect(await failure(s.admin.send(retain(-1)))).toMatchObject({ name: 'InvalidArgument', status: 400 });
    const gone = new DeleteObjectCommand({ Bucket, Key, VersionId });
    expect(await failure(s.admin.send(gone))).toMatchObject({ name: 'AccessDenied', status: 403 });
    await s.admin.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
  });

  test('a legal hold keeps the version from everybody until it is lifted', async () => {
    const Key = 'held';
    const { VersionId } = await s.admin.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const get = new GetObjectLegalHoldCommand({ Bucket, Key });
    expect(await failure(s.admin.send(get))).toMatchObject({ name: 'NoSuchObjectLockConfiguration', status: 404 });
    await s.admin.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: 'ON' } }));
    expect((await s.admin.send(get)).LegalHold?.Status).toBe('ON');
    const remove = new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true });
    expect(await failure(s.admin.send(remove))).toMatchObject({ name: 'AccessDenied', status: 403 });
    await s.admin.send(new PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: 'OFF' } }));
    await s.admin.send(remove);
  });
});

test('a character that does not exist is no XML', async () => {
  const { port } = new URL(s.sandbox.endpoint);
  const body = '<Tagging><TagSet><Tag><Key>&#x110000;</Key><Value/></Tag></TagSet></Tagging>';
  const signed = await signer(adminOf(s.sandbox), 's3').sign({
    method: 'PUT',
    protocol: 'http:',
    hostname: '127.0.0.1',
    port: Number(port),
    path: '/settings',
    query: { tagging: '' },
    headers: { host: `127.0.0.1:${port}` },
    body,
  });
  const answer = await raw(s.sandbox.endpoint, {
    method: 'PUT',
    path: '/settings?tagging=',
    headers: signed.headers,
    body,
  });
  expect(answer.status).toBe(400);
  expect(answer.body).toContain('<Code>MalformedXML</Code>');
});
