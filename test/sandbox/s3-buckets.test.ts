import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isValidBucketName } from '../../src/sandbox/services/s3/bucket-names.js';
import { failure, role, type S3Sandbox, STRANGER, startS3Sandbox } from './s3-setup.js';

let world: S3Sandbox;
beforeAll(async () => {
  world = await startS3Sandbox();
});
afterAll(() => world.close());

describe('a new bucket', () => {
  // S3 User Guide, "Default settings for new S3 buckets FAQ".
  test('has Block Public Access on, ACLs off and SSE-S3', async () => {
    await world.admin.send(new CreateBucketCommand({ Bucket: 'fresh' }));
    const block = await world.admin.send(new GetPublicAccessBlockCommand({ Bucket: 'fresh' }));
    expect(block.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    const ownership = await world.admin.send(new GetBucketOwnershipControlsCommand({ Bucket: 'fresh' }));
    expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    const encryption = await world.admin.send(new GetBucketEncryptionCommand({ Bucket: 'fresh' }));
    expect(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    ).toBe('AES256');
    const versioning = await world.admin.send(new GetBucketVersioningCommand({ Bucket: 'fresh' }));
    expect(versioning.Status).toBeUndefined();
    expect(await failure(world.admin.send(new GetObjectLockConfigurationCommand({ Bucket: 'fresh' })))).toMatchObject({
      name: 'ObjectLockConfigurationNotFoundError',
      status: 404,
    });
  });

  // S3 User Guide, "General purpose bucket naming rules".
  test('can not have every name', async () => {
    const refused = ['ab', 'Upper', 'under_score', 'a..b', '192.168.5.4', 'xn--a', 'sthree-a', 'a-s3alias', 'a--ol-s3'];
    for (const name of [...refused, '-ab', 'ab-', 'a'.repeat(64)])
      expect([name, isValidBucketName(name)]).toEqual([name, false]);
    for (const name of ['abc', 'a.b-c', '1-2', 'a'.repeat(63)])
      expect([name, isValidBucketName(name)]).toEqual([name, true]);
    expect(await failure(world.admin.send(new CreateBucketCommand({ Bucket: 'xn--a' })))).toMatchObject({
      name: 'InvalidBucketName',
      status: 400,
    });
  });

  test('is taken for everybody else, and its owner may create it again in us-east-1 only', async () => {
    await world.admin.send(new CreateBucketCommand({ Bucket: 'taken' }));
    await world.admin.send(new CreateBucketCommand({ Bucket: 'taken' }));
    const stranger = await world.s3(role('vendor', STRANGER));
    expect(await failure(stranger.send(new CreateBucketCommand({ Bucket: 'taken' })))).toMatchObject({
      name: 'BucketAlreadyExists',
      status: 409,
    });
    const inFrankfurt = {
      Bucket: 'frankfurt',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' as const },
    };
    await world.admin.send(new CreateBucketCommand(inFrankfurt));
    expect(await failure(world.admin.send(new CreateBucketCommand(inFrankfurt)))).toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
      status: 409,
    });
  });

  test('takes tags and an ownership setting with it', async () => {
    await world.admin.send(
      new CreateBucketCommand({
        Bucket: 'tagged',
        ObjectOwnership: 'ObjectWriter',
        CreateBucketConfiguration: { Tags: [{ Key: 's3connect:connection', Value: 'x' }] },
      }),
    );
    const tags = await world.admin.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }));
    expect(tags.TagSet).toEqual([{ Key: 's3connect:connection', Value: 'x' }]);
    const ownership = await world.admin.send(new GetBucketOwnershipControlsCommand({ Bucket: 'tagged' }));
    expect(ownership.OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'ObjectWriter' }]);
  });

  test('lies in the region of the endpoint, or where the constraint says', async () => {
    const ireland = await world.s3('admin', { region: 'eu-west-1' });
    await ireland.send(
      new CreateBucketCommand({ Bucket: 'ireland', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    const location = await ireland.send(new GetBucketLocationCommand({ Bucket: 'ireland' }));
    expect(location.LocationConstraint).toBe('eu-west-1');
    const virginia = await world.admin.send(new GetBucketLocationCommand({ Bucket: 'fresh' }));
    expect(virginia.LocationConstraint).toBeUndefined();
    const wrong = { Bucket: 'nowhere', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' as const } };
    expect(await failure(ireland.send(new CreateBucketCommand(wrong)))).toMatchObject({
      name: 'IllegalLocationConstraintException',
      status: 400,
    });
  });
});

describe('the region of a bucket', () => {
  // S3 API Reference, HeadBucket; S3 User Guide, "Making requests using the REST API: redirects".
  test('is told by HeadBucket whatever the answer', async () => {
    await world.admin.send(
      new CreateBucketCommand({ Bucket: 'tokyo', CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' } }),
    );
    const elsewhere = await world.anonymous('/tokyo', { method: 'HEAD' });
    expect([elsewhere.status, elsewhere.headers.get('x-amz-bucket-region')]).toEqual([403, 'ap-northeast-1']);
    const head = world.admin.send(new HeadBucketCommand({ Bucket: 'tokyo' }));
    await expect(head).rejects.toMatchObject({
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'ap-northeast-1' } },
    });
    const missing = await world.anonymous('/no-such-bucket', { method: 'HEAD' });
    expect(missing.status).toBe(404);
  });

  test('is demanded of all other calls: 301 PermanentRedirect', async () => {
    const list = world.admin.send(new ListObjectsV2Command({ Bucket: 'tokyo' }));
    await expect(list).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'ap-northeast-1' } },
    });
    const followed = await world.s3('admin', { region: 'ap-northeast-1' });
    expect((await followed.send(new ListObjectsV2Command({ Bucket: 'tokyo' }))).KeyCount).toBe(0);
  });

  test('can be asked for from afar by the owner', async () => {
    const location = await world.admin.send(new GetBucketLocationCommand({ Bucket: 'tokyo' }));
    expect(location.LocationConstraint).toBe('ap-northeast-1');
  });
});

describe('settings', () => {
  beforeAll(async () => {
    await world.admin.send(new CreateBucketCommand({ Bucket: 'settings' }));
  });
  const Bucket = 'settings';

  test('absent ones have their own codes', async () => {
    expect(await failure(world.admin.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchTagSet',
      status: 404,
    });
    await world.admin.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await failure(world.admin.send(new GetPublicAccessBlockCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchPublicAccessBlockConfiguration',
      status: 404,
    });
    await world.admin.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }),
    );
    const block = await world.admin.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(block.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: false,
      IgnorePublicAcls: false,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: false,
    });
  });

  test('tags are replaced whole', async () => {
    await world.admin.send(
      new PutBucketTaggingCommand({
        Bucket,
        Tagging: {
          TagSet: [
            { Key: 'b', Value: '2' },
            { Key: 'a', Value: '1' },
          ],
        },
      }),
    );
    const tags = await world.admin.send(new GetBucketTaggingCommand({ Bucket }));
    expect(tags.TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    await world.admin.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await failure(world.admin.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({
      name: 'NoSuchTagSet',
    });
  });

  // S3 User Guide, "Controlling ownership of objects and disabling ACLs".
  test('ACLs are refused while ownership is enforced, and can not be switched off while they let others in', async () => {
    expect(await failure(world.admin.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })))).toMatchObject({
      name: 'AccessControlListNotSupported',
      status: 400,
    });
    const rules = (ObjectOwnership: 'BucketOwnerEnforced' | 'ObjectWriter') => ({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership }] },
    });
    await world.admin.send(new PutBucketOwnershipControlsCommand(rules('ObjectWriter')));
    await world.admin.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    const acl = await world.admin.send(new GetBucketAclCommand({ Bucket }));
    expect(acl.Grants?.map((grant) => [grant.Grantee?.Type, grant.Permission])).toEqual([
      ['CanonicalUser', 'FULL_CONTROL'],
      ['Group', 'READ'],
    ]);
    const enforce = world.admin.send(new PutBucketOwnershipControlsCommand(rules('BucketOwnerEnforced')));
    expect(await failure(enforce)).toMatchObject({ name: 'InvalidBucketAclWithObjectOwnership', status: 400 });
    await world.admin.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }));
    await world.admin.send(new PutBucketOwnershipControlsCommand(rules('BucketOwnerEnforced')));
  });
});

test('a bucket with objects or versions is not deleted', async () => {
  await world.admin.send(new CreateBucketCommand({ Bucket: 'full' }));
  await world.admin.send(
    new PutBucketVersioningCommand({ Bucket: 'full', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await world.admin.send(new PutObjectCommand({ Bucket: 'full', Key: 'a', Body: 'x' }));
  expect(await failure(world.admin.send(new DeleteBucketCommand({ Bucket: 'full' })))).toMatchObject({
    name: 'BucketNotEmpty',
    status: 409,
  });
});

test('ListBuckets shows the own ones only, by prefix and page by page', async () => {
  const stranger = await world.s3(role('vendor', STRANGER));
  await stranger.send(new CreateBucketCommand({ Bucket: 'strangers-own' }));
  expect((await stranger.send(new ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name)).toEqual([
    'strangers-own',
  ]);
  await world.admin.send(new CreateBucketCommand({ Bucket: 'page-1' }));
  await world.admin.send(new CreateBucketCommand({ Bucket: 'page-2' }));
  const first = await world.admin.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 1 }));
  expect(first.Buckets?.map((bucket) => bucket.Name)).toEqual(['page-1']);
  const second = await world.admin.send(
    new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 1, ContinuationToken: first.ContinuationToken }),
  );
  expect(second.Buckets?.map((bucket) => bucket.Name)).toEqual(['page-2']);
});

test('ExpectedBucketOwner guards against a bucket of somebody else', async () => {
  const guarded = { Bucket: 'fresh', ExpectedBucketOwner: STRANGER };
  expect(await failure(world.admin.send(new ListObjectsV2Command(guarded)))).toMatchObject({
    name: 'AccessDenied',
    status: 403,
  });
});
