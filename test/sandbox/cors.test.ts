import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchingRule } from '../../src/sandbox/services/s3/cors-match.js';
import { failure, policyOf, type S3Sandbox, startS3Sandbox } from './s3-setup.js';

let world: S3Sandbox;
const Bucket = 'media';
beforeAll(async () => {
  world = await startS3Sandbox();
  await world.admin.send(new CreateBucketCommand({ Bucket }));
  await world.admin.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await world.admin.send(
    new PutBucketPolicyCommand({
      Bucket,
      Policy: policyOf({
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${Bucket}/*`,
      }),
    }),
  );
  await world.admin.send(new PutObjectCommand({ Bucket, Key: 'film', Body: 'frames' }));
});
afterAll(() => world.close());

const rules = (...CORSRules: { AllowedMethods: string[]; AllowedOrigins: string[] }[]) =>
  world.admin.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));

const preflight = (origin: string, method = 'GET', headers?: string) =>
  world.anonymous(`/${Bucket}/film`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
    },
  });

/** Node's fetch keeps the Origin header that it is given. */
const get = (origin: string) => world.anonymous(`/${Bucket}/film`, { headers: { origin } });

describe('the configuration', () => {
  // S3 User Guide, "Elements of a CORS configuration".
  test('comes back to the letter: order, missing IDs, content', async () => {
    const CORSRules = [
      { AllowedMethods: ['GET', 'HEAD'], AllowedOrigins: ['null', 'https://a.example'], ExposeHeaders: ['ETag'] },
      { ID: 'second', AllowedMethods: ['PUT'], AllowedOrigins: ['*'], AllowedHeaders: ['*'], MaxAgeSeconds: 60 },
    ];
    await world.admin.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const read = await world.admin.send(new GetBucketCorsCommand({ Bucket }));
    expect(read.CORSRules).toEqual(CORSRules);
  });

  test('is refused with too many rules, an unknown method, two wildcards', async () => {
    const rule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'] };
    expect(await failure(rules(...Array.from({ length: 101 }, () => rule)))).toMatchObject({
      name: 'MalformedXML',
      status: 400,
    });
    expect(await failure(rules({ ...rule, AllowedMethods: ['OPTIONS'] }))).toEqual({
      name: 'InvalidRequest',
      status: 400,
      message: 'Found unsupported HTTP method in CORS config. Unsupported method is OPTIONS',
    });
    expect(await failure(rules({ ...rule, AllowedOrigins: ['https://*.*.example'] }))).toMatchObject({
      name: 'InvalidRequest',
      message: 'AllowedOrigin "https://*.*.example" can not have more than one wildcard.',
    });
  });

  test('is gone when deleted', async () => {
    await world.admin.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(await failure(world.admin.send(new GetBucketCorsCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchCORSConfiguration',
      status: 404,
    });
  });
});

describe('a preflight', () => {
  // S3 User Guide, "Troubleshooting CORS".
  test('is refused where nothing is configured', async () => {
    await world.admin.send(new DeleteBucketCorsCommand({ Bucket }));
    const answer = await preflight('https://a.example');
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('CORSResponse: CORS is not enabled for this bucket.');
  });

  test('is allowed by origin, method and every requested header', async () => {
    await world.admin.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            {
              AllowedMethods: ['GET'],
              AllowedOrigins: ['https://*.example'],
              AllowedHeaders: ['x-amz-*', 'Authorization'],
              ExposeHeaders: ['ETag', 'Content-Range'],
              MaxAgeSeconds: 300,
            },
          ],
        },
      }),
    );
    const answer = await preflight('https://app.example', 'GET', 'X-Amz-Date, authorization');
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'x-amz-date, authorization',
      'access-control-expose-headers': 'ETag, Content-Range',
      'access-control-max-age': '300',
      'access-control-allow-credentials': 'true',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
    for (const refused of [
      await preflight('https://app.example.org'),
      await preflight('https://app.example', 'PUT'),
      await preflight('https://app.example', 'GET', 'x-amz-date, content-type'),
    ]) {
      expect(refused.status).toBe(403);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
      expect(await refused.text()).toContain('CORSResponse: This CORS request is not allowed.');
    }
  });

  // The same page: a preflight has no credentials. A browser sends the query of a presigned URL along with it.
  test('is answered for a presigned URL, whose signature is of the other method', async () => {
    await rules({ AllowedMethods: ['GET'], AllowedOrigins: ['https://app.example'] });
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/s3/aws4_request',
      'X-Amz-Date': '20261124T000000Z',
      'X-Amz-Expires': '600',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': 'f'.repeat(64),
    });
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    const address = `/${Bucket}/film?${query}`;
    expect((await world.anonymous(address, { method: 'OPTIONS', headers })).status).toBe(200);
    expect((await world.anonymous(address, { headers })).status).toBe(403);
  });

  test('needs an origin and a method', async () => {
    const answer = await world.anonymous(`/${Bucket}/film`, { method: 'OPTIONS' });
    expect([answer.status, (await answer.text()).includes('Origin request header needed')]).toEqual([400, true]);
  });
});

describe('an actual request', () => {
  // S3 User Guide, "Using cross-origin resource sharing": the first matching rule is used.
  test('gets the headers of the first matching rule', async () => {
    await world.admin.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            { AllowedMethods: ['GET'], AllowedOrigins: ['null'], ExposeHeaders: ['ETag'] },
            { AllowedMethods: ['GET'], AllowedOrigins: ['*'] },
          ],
        },
      }),
    );
    const fromNull = await get('null');
    expect(await fromNull.text()).toBe('frames');
    expect([
      fromNull.headers.get('access-control-allow-origin'),
      fromNull.headers.get('access-control-expose-headers'),
    ]).toEqual(['null', 'ETag']);
    const other = await get('https://b.example');
    expect([
      other.headers.get('access-control-allow-origin'),
      other.headers.get('access-control-expose-headers'),
    ]).toEqual(['*', null]);
  });

  test('is answered without them where no rule matches, and errors carry them where one does', async () => {
    await rules({ AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'] });
    const foreign = await get('https://b.example');
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const refused = await world.anonymous(`/${Bucket}?list-type=2`, { headers: { origin: 'https://a.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, 'https://a.example']);
  });
});

test('the first matching rule is the first in which everything matches', () => {
  const list = [
    { ID: 'a', AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'] },
    { ID: 'b', AllowedMethods: ['PUT', 'GET'], AllowedOrigins: ['https://*'], AllowedHeaders: ['*'] },
  ];
  const rule = (origin: string, method: string, headers: string[] = []) =>
    matchingRule(list, { origin, method, headers })?.ID;
  expect(rule('https://a.example', 'GET')).toBe('a');
  expect(rule('https://a.example', 'GET', ['range'])).toBe('b');
  expect(rule('https://a.example', 'PUT')).toBe('b');
  expect(rule('http://a.example', 'GET')).toBeUndefined();
  expect(rule('https://A.example', 'GET')).toBe('b');
});
