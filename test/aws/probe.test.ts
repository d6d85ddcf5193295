import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsAccess } from '../../src/aws/access.js';
import type { AwsAccess } from '../../src/aws/ports.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';

let sandbox: RunningSandbox;
let aws: AwsAccess;
const bucket = 'acme-probes';
const region = 'us-east-1';

beforeAll(async () => {
  sandbox = await startSandbox();
  aws = createAwsAccess({
    profile: undefined,
    profileFromFlag: false,
    region: undefined,
    endpointUrl: undefined,
    concurrency: 4,
    env: sandbox.env,
  });
  const { s3, s3control } = aws.ports({ region });
  await s3.createBucket(bucket, region, 'BucketOwnerEnforced');
  await s3control.createAccessPoint(sandbox.account, { name: 'probe-ap', bucket, vpcId: undefined, tags: { a: 'b' } });
  await s3.putBucketCors(bucket, [
    { AllowedOrigins: ['https://a.example'], AllowedMethods: ['GET'], AllowedHeaders: ['*'] },
  ]);
});
afterAll(async () => {
  aws.close();
  await sandbox.close();
});

describe('probes', () => {
  it('answer with status and code instead of throwing', async () => {
    const probe = aws.probe({ region }, 'caller');
    expect(await probe.put(bucket, 'a/x', 'one')).toMatchObject({ status: 200, code: null });
    expect(await probe.put(bucket, 'a/x', 'two')).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(await probe.get(bucket, 'a/x')).toMatchObject({ status: 200, code: null });
    expect(await probe.get(bucket, 'a/missing')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect(await probe.head(bucket, 'a/missing')).toMatchObject({ status: 404, code: null });
    expect(await probe.listOne(bucket, 'a/')).toMatchObject({ status: 200, key: 'a/x' });
    // S3 User Guide, "Disabling ACLs": bucket-owner-full-control is the one ACL that an enforced bucket takes.
    expect(await probe.putAcl(bucket, 'a/x')).toMatchObject({ status: 200, code: null });
    const upload = await probe.createMultipart(bucket, 'a/y');
    expect(upload.status).toBe(200);
    expect((await probe.abortMultipart(bucket, 'a/y', upload.uploadId ?? '')).status).toBe(204);
    expect((await probe.remove(bucket, 'a/x')).status).toBe(204);
    expect((await probe.putInvalidPolicy(bucket)).status).toBe(400);
    expect(await aws.ports({ region }).s3.getBucketPolicy(bucket)).toBeUndefined();
  });

  it('ask as nobody without a signature', async () => {
    const nobody = aws.probe({ region }, 'anonymous');
    expect(await nobody.get(bucket, 'a/x')).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('reach an access point by its ARN on an IP endpoint, and by its alias', async () => {
    const point = await aws.ports({ region }).s3control.getAccessPoint(sandbox.account, 'probe-ap');
    const probe = aws.probe({ region }, 'caller');
    expect((await probe.listOne(point?.arn ?? '', '')).status).toBe(200);
    expect((await probe.listOne(point?.alias ?? '', '')).status).toBe(200);
  });

  it('send preflights as a browser does', async () => {
    const probe = aws.probe({ region }, 'anonymous');
    const preflight = (origin: string) =>
      probe.browser(bucket, 'a/x', {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
      });
    const allowed = await preflight('https://a.example');
    expect(allowed.status).toBe(200);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://a.example');
    expect((await preflight('https://b.example')).status).toBe(403);
  });

  it('prove a TLS-only statement', async () => {
    const { s3 } = aws.ports({ region });
    await s3.putBucketPolicy(bucket, {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${bucket}/*`,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    const probe = aws.probe({ region }, 'caller');
    expect((await probe.get(bucket, 'none')).status).toBe(404);
    expect((await probe.getInsecure(bucket, 'none')).status).toBe(403);
  });

  it('tell a lost connection by status 0', async () => {
    const down = createAwsAccess({
      profile: undefined,
      profileFromFlag: false,
      region,
      endpointUrl: 'http://127.0.0.1:9',
      concurrency: 1,
      env: sandbox.env,
    });
    expect(await down.probe({ region }, 'caller').get(bucket, 'x')).toMatchObject({ status: 0, code: 'ECONNREFUSED' });
    expect(
      await down.probe({ region }, 'anonymous').browser(bucket, 'x', { method: 'GET', headers: {} }),
    ).toMatchObject({
      status: 0,
    });
    down.close();
  });
});

describe('calls that are recorded', () => {
  it('come with name, time and status', async () => {
    const calls: { operation: string; status: number | undefined; error: string | undefined; ms: number }[] = [];
    const watched = createAwsAccess({
      profile: undefined,
      profileFromFlag: false,
      region,
      endpointUrl: undefined,
      concurrency: 1,
      env: sandbox.env,
      onCall: (call) => calls.push(call),
    });
    await watched.ports({ region }).iam.getRole('nobody');
    await watched.ports({ region }).sts.getCallerIdentity();
    expect(calls.map(({ operation, status, error }) => [operation, status, error])).toEqual([
      ['GetRole', 404, 'NoSuchEntityException'],
      ['GetCallerIdentity', 200, undefined],
    ]);
    expect(calls.every(({ ms }) => ms > 0)).toBe(true);
    watched.close();
  });
});
