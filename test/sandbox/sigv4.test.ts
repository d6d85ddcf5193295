import { createHash, createHmac } from 'node:crypto';
import { PassThrough } from 'node:stream';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, type Credentials, clientsAs, raw, refusal, signer } from './clients.js';

let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;
let host = '';

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 5 });
  admin = clientsAs(sandbox, adminOf(sandbox));
  host = new URL(sandbox.endpoint).host;
  await admin.s3.send(new CreateBucketCommand({ Bucket: 'acme-media' }));
});
afterAll(() => sandbox.close());

const code = (body: string): string | undefined => /<Code>([^<]+)</.exec(body)?.[1];
const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

interface Plain {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly service?: string;
  readonly at?: Date;
  readonly credentials?: Credentials;
}

/** Signed by AWS's own signer. */
async function signed(input: Plain) {
  const { method = 'GET', path = '/', query = {}, body, service = 's3' } = input;
  const request = await signer(input.credentials ?? adminOf(sandbox), service).sign(
    {
      method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query,
      headers: { host, ...input.headers },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: input.at ?? new Date() },
  );
  const text = new URLSearchParams(query).toString();
  return {
    method,
    path: text === '' ? path : `${path}?${text}`,
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
  };
}

const send = async (input: Plain) => raw(sandbox.endpoint, await signed(input));
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const WHO: Plain = {
  method: 'POST',
  service: 'sts',
  headers: FORM,
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
};

describe('signatures', () => {
  it('takes what the SDK signs, whatever stands in key and query', async () => {
    for (const Key of ["a b/ü+(1)!'*.txt", 'x%20y', 'a//b', 'ends/', '&=?#']) {
      await admin.s3.send(new PutObjectCommand({ Bucket: 'acme-media', Key, Body: Key }));
      const { Body } = await admin.s3.send(new GetObjectCommand({ Bucket: 'acme-media', Key }));
      expect(await Body?.transformToString()).toBe(Key);
      const { Contents } = await admin.s3.send(new ListObjectsV2Command({ Bucket: 'acme-media', Prefix: Key }));
      expect(Contents?.map((one) => one.Key)).toContain(Key);
    }
  });

  it('refuses a wrong secret: SignatureDoesNotMatch (S3 API Reference, "Error responses"; IAM "Common errors")', async () => {
    const wrong = clientsAs(sandbox, { ...adminOf(sandbox), secretAccessKey: 'wrong' });
    const expected = { name: 'SignatureDoesNotMatch', status: 403 };
    expect(await refusal(wrong.s3.send(new ListBucketsCommand({})))).toMatchObject(expected);
    expect(await refusal(wrong.sts.send(new GetCallerIdentityCommand({})))).toMatchObject(expected);
  });

  it('refuses an unknown key: InvalidAccessKeyId in S3, InvalidClientTokenId elsewhere', async () => {
    const nobody = clientsAs(sandbox, { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x' });
    expect(await refusal(nobody.s3.send(new ListBucketsCommand({})))).toMatchObject({
      name: 'InvalidAccessKeyId',
      status: 403,
    });
    expect(await refusal(nobody.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
  });

  it('wants the token that belongs to temporary credentials', async () => {
    const session = await sandbox.credentialsFor('arn:aws:iam::444455556666:role/worker');
    const without = { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey };
    expect(code((await send({ credentials: without })).body)).toBe('InvalidAccessKeyId');
    expect(code((await send({ ...WHO, credentials: without })).body)).toBe('InvalidClientTokenId');
    const wrong = { ...session, sessionToken: `${session.sessionToken}x` };
    expect(code((await send({ credentials: wrong })).body)).toBe('InvalidToken');
    expect((await send({ credentials: session })).status).toBe(200);
  });

  it('refuses a clock that is off by more than 15 minutes', async () => {
    const at = new Date(Date.now() - 16 * 60_000);
    const s3 = await send({ at });
    expect([s3.status, code(s3.body)]).toEqual([403, 'RequestTimeTooSkewed']);
    const sts = await send({ ...WHO, at });
    expect([sts.status, code(sts.body)]).toEqual([403, 'SignatureDoesNotMatch']);
    expect(sts.body).toContain('Signature expired');
    expect((await send({ at: new Date(Date.now() + 14 * 60_000) })).status).toBe(200);
  });

  it('refuses a call without a signature where none may be missing', async () => {
    const answer = await raw(sandbox.endpoint, { method: 'POST', path: '/', headers: FORM, body: WHO.body ?? '' });
    expect([answer.status, code(answer.body)]).toEqual([403, 'MissingAuthenticationToken']);
    const anonymous = await raw(sandbox.endpoint, { path: '/acme-media' });
    expect([anonymous.status, code(anonymous.body)]).toEqual([403, 'AccessDenied']);
    const other = await raw(sandbox.endpoint, { path: '/acme-media', headers: { authorization: 'AWS a:b' } });
    expect([other.status, code(other.body)]).toEqual([400, 'InvalidRequest']);
    const half = await raw(sandbox.endpoint, {
      path: '/acme-media',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
    });
    expect([half.status, code(half.body)]).toEqual([400, 'AuthorizationHeaderMalformed']);
  });

  it('notices a request that was changed on its way', async () => {
    const put = await signed({ method: 'PUT', path: '/acme-media/k', body: 'as signed' });
    expect((await raw(sandbox.endpoint, put)).status).toBe(200);
    const body = await raw(sandbox.endpoint, { ...put, body: 'different' });
    expect([body.status, code(body.body)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    const path = await raw(sandbox.endpoint, { ...put, path: '/acme-media/other' });
    expect([path.status, code(path.body)]).toEqual([403, 'SignatureDoesNotMatch']);
    const form = await signed(WHO);
    const action = await raw(sandbox.endpoint, { ...form, body: `${WHO.body}&X=1` });
    expect(code(action.body)).not.toBeUndefined();
  });
});

describe('presigned URLs', () => {
  const presign = async (expiresIn: number, at = new Date()) => {
    const request = await signer(adminOf(sandbox), 's3').presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/acme-media/k',
        query: {},
        headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn, signingDate: at, unsignableHeaders: new Set(['x-amz-content-sha256']) },
    );
    return `/acme-media/k?${new URLSearchParams(request.query as Record<string, string>)}`;
  };

  it('work until they expire (S3 API Reference, "Authenticating requests: using query parameters")', async () => {
    await admin.s3.send(new PutObjectCommand({ Bucket: 'acme-media', Key: 'k', Body: 'presigned' }));
    expect((await raw(sandbox.endpoint, { path: await presign(60) })).body).toBe('presigned');
    const late = await raw(sandbox.endpoint, { path: await presign(60, new Date(Date.now() - 61_000)) });
    expect([late.status, code(late.body)]).toEqual([403, 'AccessDenied']);
    expect(late.body).toContain('Request has expired');
    const changed = await raw(sandbox.endpoint, {
      path: (await presign(60)).replace('X-Amz-Expires=60', 'X-Amz-Expires=99'),
    });
    expect([changed.status, code(changed.body)]).toEqual([403, 'SignatureDoesNotMatch']);
    const week = await raw(sandbox.endpoint, {
      path: (await presign(60)).replace('X-Amz-Expires=60', 'X-Amz-Expires=700000'),
    });
    expect([week.status, code(week.body)]).toEqual([400, 'AuthorizationQueryParametersError']);
  });

  it('take no further x-amz- header ("Create a signed AWS API request": x-amz-* headers must be signed)', async () => {
    const headers = { 'x-amz-meta-more': '1' };
    const answer = await raw(sandbox.endpoint, { path: await presign(60), headers });
    expect([answer.status, code(answer.body)]).toEqual([403, 'AccessDenied']);
    expect(answer.body).toContain('<HeadersNotSigned>x-amz-meta-more</HeadersNotSigned>');
    expect((await raw(sandbox.endpoint, { path: await presign(60), headers: { 'x-other': '1' } })).status).toBe(200);
  });

  it('of Signature Version 2 work as the AWS CLI 1 and boto3 make them ("Signing and authenticating REST requests")', async () => {
    await admin.s3.send(new PutObjectCommand({ Bucket: 'acme-media', Key: 'old', Body: 'version 2' }));
    const { accessKeyId, secretAccessKey } = adminOf(sandbox);
    const url = (seconds: number, resource = '/acme-media/old', path = resource, secret = secretAccessKey) => {
      const expires = String(Math.floor(Date.now() / 1000) + seconds);
      const text = `GET\n\n\n${expires}\n${resource}`;
      const signature = createHmac('sha1', secret).update(text).digest('base64');
      const query = { AWSAccessKeyId: accessKeyId, Signature: signature, Expires: expires };
      return `${path}?${new URLSearchParams(query)}`;
    };
    expect((await raw(sandbox.endpoint, { path: url(60) })).body).toBe('version 2');
    const virtual = { path: url(60, '/acme-media/old', '/old'), headers: { host: 'acme-media.localhost' } };
    expect((await raw(sandbox.endpoint, virtual)).body).toBe('version 2');
    const answers = [url(-1), url(60, '/acme-media/old', '/acme-media/k'), url(60, undefined, undefined, 'wrong')];
    const refused = await Promise.all(answers.map((path) => raw(sandbox.endpoint, { path })));
    expect(refused.map((answer) => [answer.status, code(answer.body)])).toEqual([
      [403, 'AccessDenied'],
      [403, 'SignatureDoesNotMatch'],
      [403, 'SignatureDoesNotMatch'],
    ]);
  });
});

describe('streamed uploads', () => {
  it("takes the SDK's stream with a trailing checksum (STREAMING-UNSIGNED-PAYLOAD-TRAILER)", async () => {
    const stream = new PassThrough();
    stream.end('from a stream');
    await admin.s3.send(
      new PutObjectCommand({
        Bucket: 'acme-media',
        Key: 'stream',
        Body: stream,
        ContentLength: 13,
        ContentEncoding: 'gzip',
        ChecksumAlgorithm: 'CRC32C',
      }),
    );
    const got = await admin.s3.send(
      new GetObjectCommand({ Bucket: 'acme-media', Key: 'stream', ChecksumMode: 'ENABLED' }),
    );
    expect(await got.Body?.transformToString()).toBe('from a stream');
    const head = await admin.s3.send(new HeadObjectCommand({ Bucket: 'acme-media', Key: 'stream' }));
    expect([head.ContentLength, head.ContentEncoding]).toEqual([13, 'gzip']);
  });

  const EMPTY = sha256('');
  const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

  /** As "Signature calculations for the authorization header: transferring payload in multiple chunks" computes them. */
  async function chunked(chunks: readonly string[], trailer: string | undefined, tamper = false) {
    const { accessKeyId, secretAccessKey } = adminOf(sandbox);
    const kind =
      trailer === undefined ? 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' : 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)), 'us-east-1'), 's3'), 'aws4_request');
    const length = chunks.join('').length;
    const headers: Record<string, string> = {
      'content-encoding': 'aws-chunked',
      host,
      'x-amz-content-sha256': kind,
      'x-amz-date': time,
      'x-amz-decoded-content-length': String(length),
      ...(trailer === undefined ? {} : { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
    };
    const names = Object.keys(headers).sort();
    const canonical = `PUT\n/acme-media/chunked\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${kind}`;
    let previous = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${previous}`;
    let body = '';
    for (const chunk of [...chunks, '']) {
      previous = hmac(
        key,
        `AWS4-HMAC-SHA256-PAYLOAD\n${time}\n${scope}\n${previous}\n${EMPTY}\n${sha256(chunk)}`,
      ).toString('hex');
      body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n`;
      if (chunk !== '') body += `${tamper ? chunk.toUpperCase() : chunk}\r\n`;
    }
    if (trailer !== undefined) {
      const line = `x-amz-checksum-crc32:${trailer}\n`;
      const signature = hmac(key, `AWS4-HMAC-SHA256-TRAILER\n${time}\n${scope}\n${previous}\n${sha256(line)}`).toString(
        'hex',
      );
      body += `x-amz-checksum-crc32:${trailer}\r\nx-amz-trailer-signature:${signature}\r\n`;
    }
    body += '\r\n';
    return raw(sandbox.endpoint, { method: 'PUT', path: '/acme-media/chunked', headers, body });
  }

  it('checks the signature of each chunk (STREAMING-AWS4-HMAC-SHA256-PAYLOAD)', async () => {
    expect((await chunked(['hello ', 'chunks'], undefined)).status).toBe(200);
    const { Body } = await admin.s3.send(new GetObjectCommand({ Bucket: 'acme-media', Key: 'chunked' }));
    expect(await Body?.transformToString()).toBe('hello chunks');
    const changed = await chunked(['hello ', 'chunks'], undefined, true);
    expect([changed.status, code(changed.body)]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  it("checks the trailer's signature and checksum (STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER)", async () => {
    // CRC-32 of "hello", base64.
    expect((await chunked(['hello'], 'NhCmhg==')).status).toBe(200);
    const wrong = await chunked(['hello'], 'AAAAAA==');
    expect([wrong.status, code(wrong.body)]).toEqual([400, 'BadDigest']);
  });

  it('refuses a body that ends too early', async () => {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
    };
    const put = await signed({ method: 'PUT', path: '/acme-media/short', headers });
    const answer = await raw(sandbox.endpoint, { ...put, body: '5\r\nhel' });
    expect([answer.status, code(answer.body)]).toEqual([400, 'IncompleteBody']);
  });
});
