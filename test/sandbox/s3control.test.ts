import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  DeleteAccessPointPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetAccessPointCommand,
  GetAccessPointPolicyCommand,
  GetAccessPointPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  ListAccessPointsCommand,
  ListTagsForResourceCommand,
  PutAccessPointPolicyCommand,
  PutPublicAccessBlockCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-s3-control';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, failure, policyOf, role, type S3Sandbox, STRANGER, startS3Sandbox } from './s3-setup.js';

let world: S3Sandbox;
const AccountId = ACCOUNT;
const VENDOR = role('vendor', STRANGER);
const pointArn = (name: string, account = ACCOUNT) => `arn:aws:s3:us-east-1:${account}:accesspoint/${name}`;

beforeAll(async () => {
  world = await startS3Sandbox();
});
afterAll(() => world.close());

async function bucketWithPoint(
  Bucket: string,
  Name: string,
  more: object = {},
): Promise<{ arn: string; alias: string }> {
  await world.admin.send(new CreateBucketCommand({ Bucket }));
  const made = await world.control.send(new CreateAccessPointCommand({ AccountId, Name, Bucket, ...more }));
  return { arn: pointArn(Name), alias: made.Alias ?? '' };
}

describe('an access point', () => {
  test('is made, described, listed, tagged and deleted', async () => {
    const { arn, alias } = await bucketWithPoint('described', 'one', { Tags: [{ Key: 'a', Value: '1' }] });
    const read = await world.control.send(new GetAccessPointCommand({ AccountId, Name: 'one' }));
    expect(read).toMatchObject({
      Name: 'one',
      Bucket: 'described',
      NetworkOrigin: 'Internet',
      Alias: alias,
      AccessPointArn: arn,
      BucketAccountId: ACCOUNT,
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    expect(alias).toMatch(/^one-[a-z0-9]{34}-s3alias$/);
    const list = await world.control.send(new ListAccessPointsCommand({ AccountId, Bucket: 'described' }));
    expect(list.AccessPointList?.map((point) => point.Name)).toEqual(['one']);
    const tags = async () =>
      (await world.control.send(new ListTagsForResourceCommand({ AccountId, ResourceArn: arn }))).Tags;
    expect(await tags()).toEqual([{ Key: 'a', Value: '1' }]);
    await world.control.send(new TagResourceCommand({ AccountId, ResourceArn: arn, Tags: [{ Key: 'b', Value: '2' }] }));
    await world.control.send(new UntagResourceCommand({ AccountId, ResourceArn: arn, TagKeys: ['a'] }));
    expect(await tags()).toEqual([{ Key: 'b', Value: '2' }]);
    const again = world.control.send(new CreateAccessPointCommand({ AccountId, Name: 'one', Bucket: 'described' }));
    expect(await failure(again)).toMatchObject({ name: 'AccessPointAlreadyOwnedByYou', status: 409 });
    expect(await failure(world.admin.send(new DeleteBucketCommand({ Bucket: 'described' })))).toMatchObject({
      name: 'BucketHasAccessPointsAttached',
      status: 400,
    });
    await world.control.send(new DeleteAccessPointCommand({ AccountId, Name: 'one' }));
    expect(await failure(world.control.send(new GetAccessPointCommand({ AccountId, Name: 'one' })))).toMatchObject({
      name: 'NoSuchAccessPoint',
      status: 404,
    });
    await world.admin.send(new DeleteBucketCommand({ Bucket: 'described' }));
  });

  // S3 User Guide, "Access points: naming rules".
  test.each(['ab', 'Upper', 'under_score', 'dot.ted', '-a-b', 'end-', 'a-s3alias'])('is not named %s', async (Name) => {
    await world.admin.send(new CreateBucketCommand({ Bucket: 'named' }));
    const made = world.control.send(new CreateAccessPointCommand({ AccountId, Name, Bucket: 'named' }));
    expect(await failure(made)).toMatchObject({ name: 'InvalidRequest', status: 400 });
  });

  test('has no policy at first, then one as AWS keeps it', async () => {
    const { arn } = await bucketWithPoint('policies', 'two');
    const get = () => world.control.send(new GetAccessPointPolicyCommand({ AccountId, Name: 'two' }));
    expect(await failure(get())).toMatchObject({ name: 'NoSuchAccessPointPolicy', status: 404 });
    const put = (statement: object) =>
      world.control.send(new PutAccessPointPolicyCommand({ AccountId, Name: 'two', Policy: policyOf(statement) }));
    await put({ Effect: 'Allow', Principal: { AWS: STRANGER }, Action: 's3:GetObject', Resource: [`${arn}/object/*`] });
    expect(JSON.parse((await get()).Policy ?? '').Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${STRANGER}:root` },
        Action: 's3:GetObject',
        Resource: `${arn}/object/*`,
      },
    ]);
    const status = await world.control.send(new GetAccessPointPolicyStatusCommand({ AccountId, Name: 'two' }));
    expect(status.PolicyStatus?.IsPublic).toBe(false);
    const grant = { Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:GetObject' };
    expect(await failure(put({ ...grant, Resource: 'arn:aws:s3:::policies/*' }))).toMatchObject({
      name: 'MalformedPolicy',
      message: 'Policy has invalid resource',
    });
    expect(await failure(put({ ...grant, Resource: arn }))).toMatchObject({
      message: 'Action does not apply to any resource(s) in statement',
    });
    const everybody = await failure(put({ ...grant, Principal: '*', Resource: `${arn}/object/*` }));
    expect(everybody).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(everybody.message).toContain('BlockPublicPolicy');
    await world.control.send(new DeleteAccessPointPolicyCommand({ AccountId, Name: 'two' }));
    expect(await failure(get())).toMatchObject({ name: 'NoSuchAccessPointPolicy' });
  });

  test('of one account is none of another account’s business', async () => {
    const stranger = await world.controlOf(VENDOR);
    expect(await failure(stranger.send(new ListAccessPointsCommand({ AccountId })))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    const foreign = { AccountId: STRANGER, Name: 'foreign', Bucket: 'policies' };
    expect(await failure(stranger.send(new CreateAccessPointCommand(foreign)))).toMatchObject({ status: 403 });
    await stranger.send(new CreateAccessPointCommand({ ...foreign, BucketAccountId: ACCOUNT }));
  });
});

describe('requests through an access point', () => {
  // S3 User Guide, "Configuring IAM policies for using access points": both policies must allow.
  test('need the access point policy and the bucket policy', async () => {
    const Bucket = 'delegating';
    const { arn, alias } = await bucketWithPoint(Bucket, 'grant');
    await world.admin.send(new PutObjectCommand({ Bucket, Key: 'in/a', Body: 'a' }));
    const vendor = await world.s3(VENDOR, { pathStyle: false });
    const byAlias = await world.s3(VENDOR);
    const read = (client: S3Client, through: string, Key = 'in/a') =>
      client.send(new GetObjectCommand({ Bucket: through, Key }));
    expect(await failure(read(vendor, arn))).toMatchObject({ status: 403 });
    const grants = [
      {
        Effect: 'Allow',
        Principal: { AWS: VENDOR },
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: `${arn}/object/in/*`,
      },
      { Effect: 'Allow', Principal: { AWS: VENDOR }, Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: arn },
    ];
    await world.control.send(
      new PutAccessPointPolicyCommand({ AccountId, Name: 'grant', Policy: policyOf(...grants) }),
    );
    expect(await failure(read(vendor, arn))).toMatchObject({ status: 403 });
    await world.admin.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: policyOf({
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:GetBucketLocation'],
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          Condition: { StringEquals: { 's3:DataAccessPointArn': arn } },
        }),
      }),
    );
    expect(await (await read(vendor, arn)).Body?.transformToString()).toBe('a');
    expect(await (await read(byAlias, alias)).Body?.transformToString()).toBe('a');
    expect((await vendor.send(new ListObjectsV2Command({ Bucket: arn }))).KeyCount).toBe(1);
    expect((await byAlias.send(new ListObjectsV2Command({ Bucket: alias }))).KeyCount).toBe(1);
    await vendor.send(new GetBucketLocationCommand({ Bucket: arn }));
    await vendor.send(new HeadBucketCommand({ Bucket: arn }));
    await vendor.send(new PutObjectCommand({ Bucket: arn, Key: 'in/b', Body: 'b' }));
    await byAlias.send(new CreateMultipartUploadCommand({ Bucket: alias, Key: 'in/c' }));
    expect(await failure(read(vendor, arn, 'out/a'))).toMatchObject({ status: 403 });
    expect(await failure(read(byAlias, Bucket))).toMatchObject({ status: 403 });
    const policy = byAlias.send(new PutBucketPolicyCommand({ Bucket: alias, Policy: 'x' }));
    expect(await failure(policy)).toMatchObject({ name: 'MethodNotAllowed', status: 405 });
  });

  test('of the own account are decided by the identity policy where nothing else speaks', async () => {
    const { arn, alias } = await bucketWithPoint('own-point', 'own');
    await world.admin.send(new PutObjectCommand({ Bucket: 'own-point', Key: 'a', Body: 'a' }));
    const trust = policyOf({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
    await world.iam.send(new CreateRoleCommand({ RoleName: 'through', AssumeRolePolicyDocument: trust }));
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/object/*` };
    await world.iam.send(
      new PutRolePolicyCommand({ RoleName: 'through', PolicyName: 'p', PolicyDocument: policyOf(statement) }),
    );
    const client = await world.s3(role('through'));
    expect((await client.send(new GetObjectCommand({ Bucket: alias, Key: 'a' }))).ContentLength).toBe(1);
    expect(await failure(client.send(new GetObjectCommand({ Bucket: 'own-point', Key: 'a' })))).toMatchObject({
      status: 403,
    });
  });

  // S3 User Guide, "Creating access points restricted to a VPC"; "Access points: restrictions and limitations".
  test('are refused from the internet for a VPC’s, unsigned and without TLS for all', async () => {
    const { alias } = await bucketWithPoint('inside', 'inside', { VpcConfiguration: { VpcId: 'vpc-1' } });
    expect(await failure(world.admin.send(new ListObjectsV2Command({ Bucket: alias })))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    const open = await bucketWithPoint('outside', 'outside');
    expect((await world.admin.send(new ListObjectsV2Command({ Bucket: open.alias }))).KeyCount).toBe(0);
    expect((await world.anonymous(`/${open.alias}?list-type=2`)).status).toBe(403);
  });
});

test('Block Public Access of the account refuses public policies of every bucket', async () => {
  const settings = {
    BlockPublicPolicy: true,
    BlockPublicAcls: false,
    IgnorePublicAcls: false,
    RestrictPublicBuckets: false,
  };
  expect(await failure(world.control.send(new GetPublicAccessBlockCommand({ AccountId })))).toMatchObject({
    name: 'NoSuchPublicAccessBlockConfiguration',
    status: 404,
  });
  await world.control.send(new PutPublicAccessBlockCommand({ AccountId, PublicAccessBlockConfiguration: settings }));
  const read = await world.control.send(new GetPublicAccessBlockCommand({ AccountId }));
  expect(read.PublicAccessBlockConfiguration).toEqual(settings);
  await world.admin.send(new CreateBucketCommand({ Bucket: 'account-wide' }));
  const open = policyOf({
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::account-wide/*',
  });
  const put = () => world.admin.send(new PutBucketPolicyCommand({ Bucket: 'account-wide', Policy: open }));
  const { DeletePublicAccessBlockCommand: DeleteBucketBlock } = await import('@aws-sdk/client-s3');
  await world.admin.send(new DeleteBucketBlock({ Bucket: 'account-wide' }));
  expect(await failure(put())).toMatchObject({ name: 'AccessDenied', status: 403 });
  await world.control.send(new DeletePublicAccessBlockCommand({ AccountId }));
  await put();
});
