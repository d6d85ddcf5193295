import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, raw, signer } from './clients.js';

let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 6 });
  admin = clientsAs(sandbox, adminOf(sandbox));
});
afterAll(() => sandbox.close());

async function signedFor(host: string, path: string, service = 's3', headers: Record<string, string> = {}) {
  const request = await signer(adminOf(sandbox), service).sign({
    method: 'GET',
    protocol: 'http:',
    hostname: host,
    path,
    query: {},
    headers: { host, ...headers },
  });
  return raw(sandbox.endpoint, { path, headers: request.headers });
}

describe('the endpoint', () => {
  it('gives the environment of an administrator', async () => {
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.env).toMatchObject({
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    });
    const who = await admin.sts.send(new GetCallerIdentityCommand({}));
    expect(who.Account).toBe('111122223333');
  });

  it('takes any Host header, and a bucket in it (S3 User Guide, "Virtual hosting of buckets")', async () => {
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-host' }));
    for (const host of [
      'acme-host.localhost:1234',
      'acme-host.s3.amazonaws.com',
      'acme-host.s3.us-east-1.amazonaws.com',
    ]) {
      const answer = await signedFor(host, '/');
      expect([answer.status, /<Name>acme-host</.test(answer.body)]).toEqual([200, true]);
    }
    for (const host of ['sandbox.internal', 's3.eu-west-1.amazonaws.com', '[::1]:4566']) {
      expect((await signedFor(host, '/acme-host/none')).status).not.toBe(403);
    }
  });

  it('counts as TLS unless a request says otherwise', async () => {
    await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-tls' }));
    const resources = ['arn:aws:s3:::acme-tls', 'arn:aws:s3:::acme-tls/*'];
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: resources,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    await admin.s3.send(new PutBucketPolicyCommand({ Bucket: 'acme-tls', Policy }));
    const host = new URL(sandbox.endpoint).host;
    expect((await signedFor(host, '/acme-tls')).status).toBe(200);
    expect((await signedFor(host, '/acme-tls', 's3', { 'x-sandbox-insecure': '1' })).status).toBe(403);
  });

  it('says which services it has', async () => {
    const answer = await signedFor('kms.us-east-1.amazonaws.com', '/', 'kms');
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('IAM, STS, S3, S3 Control and SNS');
    const unknown = await raw(sandbox.endpoint, {
      method: 'POST',
      path: '/',
      headers: (
        await signer(adminOf(sandbox), 'iam').sign({
          method: 'POST',
          protocol: 'http:',
          hostname: 'iam.amazonaws.com',
          path: '/',
          query: {},
          headers: { host: 'iam.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded' },
          body: 'Action=CreateGroup&Version=2010-05-08',
        })
      ).headers,
      body: 'Action=CreateGroup&Version=2010-05-08',
    });
    expect([unknown.status, /<Code>InvalidAction</.test(unknown.body)]).toEqual([400, true]);
  });

  it('refuses a port that is taken, and an account that is none', async () => {
    const port = Number(new URL(sandbox.endpoint).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'BadUsage', path: '--port' });
    await expect(startSandbox({ account: '12' })).rejects.toMatchObject({ code: 'BadUsage', path: '--account' });
  });

  it('delays every answer by --latency', async () => {
    const slow = await testSandbox({ latencyMs: 120 });
    try {
      const { sts } = clientsAs(slow, adminOf(slow));
      const began = performance.now();
      await Promise.all([1, 2, 3].map(() => sts.send(new GetCallerIdentityCommand({}))));
      expect(performance.now() - began).toBeGreaterThanOrEqual(118);
    } finally {
      await slow.close();
    }
  });

  it('plays another partition when its region is there', async () => {
    const china = await testSandbox({ region: 'cn-north-1', account: '222233334444' });
    try {
      const { sts } = clientsAs(china, adminOf(china));
      expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/^arn:aws-cn:iam::222233334444:user\//);
    } finally {
      await china.close();
    }
  });
});

describe('what nobody should send', () => {
  it('is answered, and the next request too', async () => {
    const odd = [
      '/%',
      '/%ff%fe/%00',
      '/?%',
      '//',
      '/acme/%E0%A4%A',
      '/v20180820/',
      '/_sandbox/',
      `/${'x'.repeat(3000)}`,
    ];
    for (const path of odd) {
      for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
        const answer = await raw(sandbox.endpoint, { method, path, body: '\u0000<a', headers: { host: 'a..b:x' } });
        expect([answer.status < 500, path, method, answer.body]).toEqual([true, path, method, answer.body]);
      }
    }
    for (const body of ['Action=', 'Action=CreateRole', 'Action=__proto__&Version=2010-05-08', '%', '&&==']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = await signer(adminOf(sandbox), 'iam').sign({
        method: 'POST',
        protocol: 'http:',
        hostname: 'iam.amazonaws.com',
        path: '/',
        query: {},
        headers: { host: 'iam.amazonaws.com', ...headers },
        body,
      });
      expect((await raw(sandbox.endpoint, { method: 'POST', path: '/', headers: request.headers, body })).status).toBe(
        400,
      );
    }
    await admin.sts.send(new GetCallerIdentityCommand({}));
  });
});
