import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../src/policy/evaluate.js';
import { readAddress } from '../../src/sandbox/services/s3/address.js';
import { handleS3 } from '../../src/sandbox/services/s3/index.js';
import { byUtf8, pageOf } from '../../src/sandbox/services/s3/pages.js';
import { parseRange, partRange } from '../../src/sandbox/services/s3/ranges.js';
import { childrenOf, document, element, parseXml } from '../../src/sandbox/services/s3/xml.js';
import { createRandom } from '../../src/sandbox/store/random.js';
import { createWorld } from '../../src/sandbox/store/world.js';
import type { WireRequest } from '../../src/sandbox/types.js';
import { ACCOUNT, failure, role, type S3Sandbox, STRANGER, startS3Sandbox } from './s3-setup.js';

const world = createWorld({
  account: ACCOUNT,
  region: 'us-east-1',
  propagationSeconds: 0,
  random: createRandom(1),
  decide: (policies, request) => compile(policies).decide(request),
  clock: () => 0,
});

function request(method: string, host: string, path: string, more: Partial<WireRequest> = {}): WireRequest {
  return {
    method,
    path,
    rawPath: path,
    query: new URLSearchParams(),
    headers: {},
    host,
    body: Buffer.alloc(0),
    caller: {
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      account: ACCOUNT,
      userId: ACCOUNT,
      sessionPolicies: [],
      unlimited: false,
    },
    region: 'us-east-1',
    secure: true,
    requestId: 'R',
    ...more,
  };
}

describe('an address', () => {
  // S3 User Guide, "Virtual hosting of general purpose buckets", "Access points: host names".
  test.each([
    ['127.0.0.1:4566', '/b/k/l', 'b', 'k/l'],
    ['localhost:4566', '/b', 'b', ''],
    ['b.localhost:4566', '/k/l', 'b', 'k/l'],
    ['b.s3.localhost:4566', '/k', 'b', 'k'],
    ['s3.amazonaws.com', '/b/k', 'b', 'k'],
    ['s3.eu-west-1.amazonaws.com', '/b/k', 'b', 'k'],
    ['a.b.s3.eu-west-1.amazonaws.com', '/k', 'a.b', 'k'],
    ['b.s3.amazonaws.com', '/k', 'b', 'k'],
    ['b.s3.dualstack.eu-west-1.amazonaws.com', '/k', 'b', 'k'],
    ['p-111122223333.s3-accesspoint.eu-west-1.amazonaws.com', '/k', 'p-111122223333', 'k'],
    ['sandbox.example:80', '/b/k', 'b', 'k'],
  ])('%s%s', (host, path, name, key) => {
    expect(readAddress(request('GET', host, path), world.s3)).toMatchObject({ name, key });
  });

  test('of a host that is no endpoint of its own names a bucket that exists', async () => {
    await handleS3(request('PUT', 'localhost', '/known'), world);
    expect(readAddress(request('GET', 'known.sandbox.example', '/k'), world.s3)).toMatchObject({
      name: 'known',
      key: 'k',
    });
  });
});

describe('a wrong region', () => {
  const regional = request('PUT', 'localhost', '/regional', { region: 'eu-west-1' });
  const body = Buffer.from(
    document('CreateBucketConfiguration', element('LocationConstraint', 'eu-west-1')).replace(/^.*\n/, ''),
  );
  const listed = (host: string, path: string, region: string) =>
    handleS3(request('GET', host, path, { region }), world);

  // S3 User Guide, "Making requests using the REST API: request redirection"; botocore's redirector lists the signals.
  test('is answered by where the request went and what it was signed for', async () => {
    expect((await handleS3({ ...regional, body }, world)).status).toBe(200);
    const redirected = await listed('localhost', '/regional', 'us-east-1');
    expect([redirected.status, redirected.headers?.['x-amz-bucket-region']]).toEqual([301, 'eu-west-1']);
    expect(String(redirected.body)).toContain('<Code>PermanentRedirect</Code>');
    const global = await listed('regional.s3.amazonaws.com', '/', 'us-east-1');
    expect([global.status, global.headers?.['x-amz-bucket-region']]).toEqual([400, 'eu-west-1']);
    expect(String(global.body)).toContain(
      "the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region>",
    );
    expect((await listed('localhost', '/regional', 'eu-west-1')).status).toBe(200);
  });
});

describe('over HTTP', () => {
  let sandbox: S3Sandbox;
  beforeAll(async () => {
    sandbox = await startS3Sandbox();
  });
  afterAll(() => sandbox.close());

  test('a bucket is reached by its own host name', async () => {
    const client = await sandbox.s3('admin', { pathStyle: false });
    await client.send(new CreateBucketCommand({ Bucket: 'virtual-111122223333' }));
    await client.send(new PutObjectCommand({ Bucket: 'virtual-111122223333', Key: 'a b', Body: 'x' }));
    const listed = await sandbox.admin.send(new ListObjectsV2Command({ Bucket: 'virtual-111122223333' }));
    expect(listed.Contents?.map((item) => item.Key)).toEqual(['a b']);
    expect(await failure(client.send(new ListObjectsV2Command({ Bucket: 'not-there' })))).toMatchObject({
      name: 'NoSuchBucket',
      status: 404,
    });
  });

  // S3 API Reference, GetBucketLocation.
  test('another account is refused the location from another region', async () => {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
    await sandbox.admin.send(new CreateBucketCommand({ Bucket: 'far-away', CreateBucketConfiguration }));
    const stranger = await sandbox.s3(role('vendor', STRANGER));
    expect(await failure(stranger.send(new GetBucketLocationCommand({ Bucket: 'far-away' })))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
  });
});

describe('pages', () => {
  const list = (max: number, after = '', delimiter = '/') =>
    pageOf(['a/1', 'a/2', 'b', 'c/1'], (key) => key, { prefix: '', delimiter, max, after });

  test('count keys and common prefixes together', () => {
    expect(list(2)).toEqual({ items: ['b'], commonPrefixes: ['a/'], truncated: true, last: 'b' });
    expect(list(2, 'a/')).toEqual({ items: ['b'], commonPrefixes: ['c/'], truncated: false, last: 'c/' });
    expect(list(2, '', '')).toMatchObject({ items: ['a/1', 'a/2'], truncated: true });
    expect(list(0)).toMatchObject({ items: [], truncated: false });
  });

  test('are sorted by UTF-8 bytes', () => {
    expect(['\u{1f600}', '\ufffd', 'z', 'a'].sort(byUtf8)).toEqual(['a', 'z', '\ufffd', '\u{1f600}']);
  });
});

describe('ranges', () => {
  // RFC 9110, section 14.
  test('are read against the size, and what can not be read is ignored', () => {
    expect(parseRange('bytes=0-0', 10)).toEqual({ start: 0, end: 0 });
    expect(parseRange('bytes=5-100', 10)).toEqual({ start: 5, end: 9 });
    expect(parseRange('bytes=-100', 10)).toEqual({ start: 0, end: 9 });
    for (const ignored of [undefined, 'bytes=', 'bytes=-', 'bytes=5-4', 'lines=1-2', 'bytes=0-1,3-4']) {
      expect(parseRange(ignored, 10)).toBeUndefined();
    }
    for (const refused of ['bytes=10-', 'bytes=-0']) expect(() => parseRange(refused, 10)).toThrow('not satisfiable');
  });

  test('of parts follow their sizes', () => {
    expect(partRange([5, 3], 8, 2)).toEqual({ start: 5, end: 7 });
    expect(partRange(undefined, 8, 1)).toEqual({ start: 0, end: 7 });
    expect(() => partRange([5, 3], 8, 3)).toThrow('not satisfiable');
  });
});

describe('XML', () => {
  test('is read with entities and white space as they are, and only the right root', () => {
    const root = parseXml(
      Buffer.from('<Delete xmlns="x"><Object><Key> a&amp;&#x41;&#10;</Key></Object></Delete>'),
      'Delete',
    );
    expect(childrenOf(childrenOf(root, 'Object')[0]!, 'Key')[0]?.text).toBe(' a&A\n');
    for (const broken of ['', 'no xml', '<Delete>', '<Other/>', '<!DOCTYPE x [<!ENTITY e "x">]><Delete>&e;</Delete>']) {
      expect(() => parseXml(Buffer.from(broken), 'Delete')).toThrow('not well-formed');
    }
  });

  test('is written with everything escaped', () => {
    expect(element('A', '<b>&"\r', element('C', 1), undefined).xml).toBe('<A>&lt;b&gt;&amp;&quot;&#13;<C>1</C></A>');
  });
});
