import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure, type S3Sandbox, startS3Sandbox } from './s3-setup.js';

let world: S3Sandbox;
const Bucket = 'objects';
beforeAll(async () => {
  world = await startS3Sandbox();
  await world.admin.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => world.close());

const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  world.admin.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more: object = {}) => world.admin.send(new GetObjectCommand({ Bucket, Key, ...more }));
const text = async (Key: string, more: object = {}) => (await get(Key, more)).Body?.transformToString();

describe('an object', () => {
  test('comes back as it was put: body, metadata, headers, ETag', async () => {
    const written = await put('dir/a b+c&ü.txt', 'hello', {
      Metadata: { colour: 'green' },
      ContentType: 'text/plain',
      CacheControl: 'max-age=1',
    });
    expect(written.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(written.ServerSideEncryption).toBe('AES256');
    const read = await get('dir/a b+c&ü.txt');
    expect(await read.Body?.transformToString()).toBe('hello');
    expect(read).toMatchObject({
      Metadata: { colour: 'green' },
      ContentType: 'text/plain',
      CacheControl: 'max-age=1',
      ETag: written.ETag,
      ContentLength: 5,
    });
    const head = await world.admin.send(new HeadObjectCommand({ Bucket, Key: 'dir/a b+c&ü.txt' }));
    expect(head).toMatchObject({ ContentLength: 5, ETag: written.ETag });
    const listed = await world.admin.send(new ListObjectsV2Command({ Bucket, Prefix: 'dir/', EncodingType: 'url' }));
    expect(listed.Contents?.[0]?.Key).toBe('dir/a%20b%2Bc%26%C3%BC.txt');
  });

  // S3 User Guide, "Checking object integrity".
  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'keeps a %s checksum',
    async (ChecksumAlgorithm) => {
      await put('sum', '123456789', { ChecksumAlgorithm });
      const head = await world.admin.send(new HeadObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
      const known = {
        CRC32: 'y/Q5Jg==',
        CRC32C: '4waSgw==',
        CRC64NVME: 'rosUhgp5mIg=',
        SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
        SHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
      };
      expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(known[ChecksumAlgorithm]);
      expect(head.ChecksumType).toBe('FULL_OBJECT');
      expect(await text('sum')).toBe('123456789');
    },
  );

  test('with a wrong checksum is refused and not stored', async () => {
    expect(await failure(put('bad', 'x', { ChecksumSHA256: `${'A'.repeat(43)}=` }))).toMatchObject({ status: 400 });
    expect(await failure(put('bad', 'x', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toMatchObject({ status: 400 });
    expect(await failure(get('bad'))).toMatchObject({ name: 'NoSuchKey', status: 404 });
  });

  test('is read in ranges', async () => {
    await put('range', '0123456789');
    const part = await get('range', { Range: 'bytes=2-4' });
    expect([await part.Body?.transformToString(), part.ContentRange, part.$metadata.httpStatusCode]).toEqual([
      '234',
      'bytes 2-4/10',
      206,
    ]);
    expect(await text('range', { Range: 'bytes=-3' })).toBe('789');
    expect(await text('range', { Range: 'bytes=8-' })).toBe('89');
    expect(await failure(get('range', { Range: 'bytes=10-' }))).toMatchObject({ name: 'InvalidRange', status: 416 });
  });

  // S3 User Guide, "Conditional requests".
  test('is written and read under conditions', async () => {
    const { ETag } = await put('once', 'first', { IfNoneMatch: '*' });
    expect(await failure(put('once', 'second', { IfNoneMatch: '*' }))).toMatchObject({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await failure(put('once', 'second', { IfMatch: '"0"' }))).toMatchObject({ status: 412 });
    expect(await failure(put('never', 'second', { IfMatch: '"0"' }))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    await put('once', 'second', { IfMatch: ETag });
    expect(await text('once')).toBe('second');
    expect(await failure(get('once', { IfMatch: ETag }))).toMatchObject({ status: 412 });
    const now = (await get('once')).ETag;
    expect(await failure(get('once', { IfNoneMatch: now }))).toMatchObject({ status: 304 });
  });

  test('has tags of its own', async () => {
    await put('tagged', 'x', { Tagging: 'a=1&b=2' });
    expect((await get('tagged')).TagCount).toBe(2);
    const TagSet = [{ Key: 'c', Value: '3' }];
    await world.admin.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }));
    expect((await world.admin.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet).toEqual(TagSet);
  });

  test('is copied with or without its metadata', async () => {
    await put('source/ü', 'copy me', { Metadata: { a: '1' }, Tagging: 'x=y' });
    const CopySource = `${Bucket}/${encodeURIComponent('source/ü')}`;
    await world.admin.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource }));
    expect((await get('copied')).Metadata).toEqual({ a: '1' });
    expect((await world.admin.send(new GetObjectTaggingCommand({ Bucket, Key: 'copied' }))).TagSet).toHaveLength(1);
    await world.admin.send(
      new CopyObjectCommand({ Bucket, Key: 'copied', CopySource, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }),
    );
    expect((await get('copied')).Metadata).toEqual({ b: '2' });
    const onItself = new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/copied` });
    expect(await failure(world.admin.send(onItself))).toMatchObject({ name: 'InvalidRequest', status: 400 });
  });

  test('deleting what is not there succeeds, and DeleteObjects answers key by key', async () => {
    await world.admin.send(new DeleteObjectCommand({ Bucket, Key: 'not-there' }));
    await put('gone-1', 'x');
    const Delete = { Objects: [{ Key: 'gone-1' }, { Key: 'gone-2' }] };
    const answer = await world.admin.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(answer.Deleted?.map((item) => item.Key)).toEqual(['gone-1', 'gone-2']);
    expect(await failure(get('gone-1'))).toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('listings', () => {
  beforeAll(async () => {
    await world.admin.send(new CreateBucketCommand({ Bucket: 'listed' }));
    for (const Key of ['a/1', 'a/2', 'b', 'c/d/1', 'c/e', 'z']) {
      await world.admin.send(new PutObjectCommand({ Bucket: 'listed', Key, Body: 'x' }));
    }
  });

  test('roll up behind a delimiter and go on page by page', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await world.admin.send(
        new ListObjectsV2Command({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1, ContinuationToken: token }),
      );
      seen.push(...(page.Contents ?? []).map((item) => item.Key ?? ''));
      seen.push(...(page.CommonPrefixes ?? []).map((item) => item.Prefix ?? ''));
      expect(page.KeyCount).toBe(1);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual(['a/', 'b', 'c/', 'z']);
  });

  test('take a prefix, a start and a marker', async () => {
    const keys = async (input: object) =>
      (await world.admin.send(new ListObjectsV2Command({ Bucket: 'listed', ...input }))).Contents?.map(
        (item) => item.Key,
      );
    expect(await keys({ Prefix: 'c/' })).toEqual(['c/d/1', 'c/e']);
    expect(await keys({ StartAfter: 'b' })).toEqual(['c/d/1', 'c/e', 'z']);
    const old = await world.admin.send(new ListObjectsCommand({ Bucket: 'listed', Marker: 'c/e' }));
    expect(old.Contents?.map((item) => item.Key)).toEqual(['z']);
  });
});

describe('versions', () => {
  const versioned = { Bucket: 'versioned' };
  beforeAll(async () => {
    await world.admin.send(new CreateBucketCommand(versioned));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await world.admin.send(new PutBucketVersioningCommand({ ...versioned, VersioningConfiguration }));
  });

  // S3 User Guide, "Working with delete markers".
  test('pile up, hide behind a delete marker and come back', async () => {
    const send = (Body: string) => world.admin.send(new PutObjectCommand({ ...versioned, Key: 'k', Body }));
    const first = await send('1');
    await send('2');
    const marker = await world.admin.send(new DeleteObjectCommand({ ...versioned, Key: 'k' }));
    expect(marker.DeleteMarker).toBe(true);
    const read = (VersionId?: string) =>
      world.admin.send(
        new GetObjectCommand({ ...versioned, Key: 'k', ...(VersionId === undefined ? {} : { VersionId }) }),
      );
    expect(await failure(read())).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await failure(read(marker.VersionId))).toMatchObject({ name: 'MethodNotAllowed', status: 405 });
    expect(await (await read(first.VersionId)).Body?.transformToString()).toBe('1');
    expect(await failure(read('abcdefghijklmnopABCDEFGHIJKLMNOP'))).toMatchObject({
      name: 'NoSuchVersion',
      status: 404,
    });
    expect(await failure(read('no-such-version'))).toMatchObject({ name: 'InvalidArgument', status: 400 });
    const listed = await world.admin.send(new ListObjectVersionsCommand(versioned));
    expect([listed.Versions?.length, listed.DeleteMarkers?.length]).toEqual([2, 1]);
    await world.admin.send(new DeleteObjectCommand({ ...versioned, Key: 'k', VersionId: marker.VersionId }));
    expect(await (await read()).Body?.transformToString()).toBe('2');
  });
});

// S3 User Guide, "How S3 Object Lock works".
test('a locked version stays, a new delete marker may lie on it', async () => {
  const locked = { Bucket: 'locked' };
  await world.admin.send(new CreateBucketCommand({ ...locked, ObjectLockEnabledForBucket: true }));
  const read = await world.admin.send(new GetObjectLockConfigurationCommand(locked));
  expect(read.ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });
  const { VersionId } = await world.admin.send(new PutObjectCommand({ ...locked, Key: 'free', Body: 'x' }));
  await world.admin.send(new DeleteObjectCommand({ ...locked, Key: 'free', VersionId }));
  const ObjectLockConfiguration = {
    ObjectLockEnabled: 'Enabled' as const,
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } },
  };
  await world.admin.send(new PutObjectLockConfigurationCommand({ ...locked, ObjectLockConfiguration }));
  const kept = await world.admin.send(new PutObjectCommand({ ...locked, Key: 'kept', Body: 'x' }));
  const remove = { ...locked, Key: 'kept', VersionId: kept.VersionId };
  expect(await failure(world.admin.send(new DeleteObjectCommand(remove)))).toMatchObject({
    name: 'AccessDenied',
    status: 403,
  });
  await world.admin.send(new DeleteObjectCommand({ ...locked, Key: 'kept' }));
  await world.admin.send(new DeleteObjectCommand({ ...remove, BypassGovernanceRetention: true }));
});

describe('multipart uploads', () => {
  const big = Buffer.alloc(5 * 1024 * 1024, 'a');

  // S3 User Guide, "Uploading and copying objects using multipart upload".
  test('are put together from parts', async () => {
    const { UploadId } = await world.admin.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'big', Metadata: { m: '1' } }),
    );
    const upload = { Bucket, Key: 'big', UploadId };
    const first = await world.admin.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: big }));
    await put('piece', 'the end of it');
    const second = await world.admin.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 2,
        CopySource: `${Bucket}/piece`,
        CopySourceRange: 'bytes=0-6',
      }),
    );
    expect((await world.admin.send(new ListPartsCommand(upload))).Parts?.map((part) => part.Size)).toEqual([
      big.length,
      7,
    ]);
    const uploads = await world.admin.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map((item) => item.Key)).toEqual(['big']);
    const Parts = [
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.CopyPartResult?.ETag },
    ];
    const done = await world.admin.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const read = await get('big', { PartNumber: 2 });
    expect(await read.Body?.transformToString()).toBe('the end');
    expect([read.PartsCount, (await get('big')).Metadata]).toEqual([2, { m: '1' }]);
    const attributes = await world.admin.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'big', ObjectAttributes: ['ObjectSize', 'ObjectParts'] }),
    );
    expect([attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount]).toEqual([big.length + 7, 2]);
  });

  test('are aborted, and refuse wrong parts', async () => {
    const { UploadId } = await world.admin.send(new CreateMultipartUploadCommand({ Bucket, Key: 'no' }));
    const upload = { Bucket, Key: 'no', UploadId };
    const small = await world.admin.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
    const other = await world.admin.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'y' }));
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      failure(world.admin.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })));
    const parts = [
      { PartNumber: 1, ETag: small.ETag },
      { PartNumber: 2, ETag: other.ETag },
    ];
    expect(await complete(parts)).toMatchObject({ name: 'EntityTooSmall', status: 400 });
    expect(await complete([...parts].reverse())).toMatchObject({ name: 'InvalidPartOrder', status: 400 });
    expect(await complete([{ PartNumber: 3, ETag: '"0"' }])).toMatchObject({ name: 'InvalidPart', status: 400 });
    await world.admin.send(new AbortMultipartUploadCommand(upload));
    expect(await failure(world.admin.send(new ListPartsCommand(upload)))).toMatchObject({
      name: 'NoSuchUpload',
      status: 404,
    });
  });
});
