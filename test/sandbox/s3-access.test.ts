import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, failure, policyOf, role, type S3Sandbox, STRANGER, startS3Sandbox, user } from './s3-setup.js';

let world: S3Sandbox;
const VENDOR = role('vendor', STRANGER);
beforeAll(async () => {
  world = await startS3Sandbox();
});
afterAll(() => world.close());

async function bucket(Bucket: string): Promise<string> {
  await world.admin.send(new CreateBucketCommand({ Bucket }));
  return `arn:aws:s3:::${Bucket}`;
}

const setPolicy = (Bucket: string, Policy: string, client: S3Client = world.admin) =>
  client.send(new PutBucketPolicyCommand({ Bucket, Policy }));

async function readPolicy(Bucket: string): Promise<{ Statement: Record<string, unknown>[] }> {
  const answer = await world.admin.send(new GetBucketPolicyCommand({ Bucket }));
  return JSON.parse(answer.Policy ?? '');
}

async function makeRole(name: string, statement: object): Promise<S3Client> {
  const AssumeRolePolicyDocument = policyOf({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
  await world.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  await world.iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: policyOf(statement) }),
  );
  return world.s3(role(name));
}

describe('another account', () => {
  // IAM User Guide, "Cross-account policy evaluation logic".
  test('gets in by the bucket policy and not further', async () => {
    const arn = await bucket('shared');
    const vendor = await world.s3(VENDOR);
    await world.admin.send(new PutObjectCommand({ Bucket: 'shared', Key: 'in/a', Body: 'a' }));
    await world.admin.send(new PutObjectCommand({ Bucket: 'shared', Key: 'out/a', Body: 'a' }));
    const read = (Key: string) => vendor.send(new GetObjectCommand({ Bucket: 'shared', Key }));
    expect(await failure(read('in/a'))).toEqual({ name: 'AccessDenied', status: 403, message: 'Access Denied' });
    await setPolicy(
      'shared',
      policyOf(
        { Sid: 'Read', Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:GetObject', Resource: `${arn}/in/*` },
        {
          Sid: 'List',
          Effect: 'Allow',
          Principal: { AWS: VENDOR },
          Action: 's3:ListBucket',
          Resource: arn,
          Condition: { StringLike: { 's3:prefix': ['in/*'] } },
        },
      ),
    );
    expect(await (await read('in/a')).Body?.transformToString()).toBe('a');
    expect(await failure(read('out/a'))).toMatchObject({ status: 403 });
    const list = (Prefix?: string) =>
      vendor.send(new ListObjectsV2Command({ Bucket: 'shared', ...(Prefix === undefined ? {} : { Prefix }) }));
    expect((await list('in/')).KeyCount).toBe(1);
    expect(await failure(list('out/'))).toMatchObject({ status: 403 });
    expect(await failure(list())).toMatchObject({ status: 403 });
    expect(await failure(vendor.send(new HeadBucketCommand({ Bucket: 'shared' })))).toMatchObject({ status: 403 });
    expect(
      await failure(vendor.send(new PutObjectCommand({ Bucket: 'shared', Key: 'in/b', Body: 'b' }))),
    ).toMatchObject({
      status: 403,
    });
  });

  // S3 API Reference, GetObject: 404 with s3:ListBucket, 403 without.
  test('is told of a missing key where it may list', async () => {
    const vendor = await world.s3(VENDOR);
    const head = (Key: string) => vendor.send(new HeadObjectCommand({ Bucket: 'shared', Key }));
    expect(await failure(head('in/missing'))).toMatchObject({ status: 404 });
    expect(await failure(head('out/missing'))).toMatchObject({ status: 403 });
    const arn = 'arn:aws:s3:::blind';
    await bucket('blind');
    await setPolicy(
      'blind',
      policyOf({ Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:GetObject', Resource: `${arn}/*` }),
    );
    expect(await failure(vendor.send(new GetObjectCommand({ Bucket: 'blind', Key: 'missing' })))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
  });

  // S3 API Reference, PutBucketPolicy: 403 without the right, 405 with it from another account.
  test('can not change the bucket policy, whatever it says', async () => {
    const arn = await bucket('not-yours');
    const vendor = await world.s3(VENDOR);
    expect(await failure(setPolicy('not-yours', 'no json', vendor))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    await setPolicy(
      'not-yours',
      policyOf({ Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:PutBucketPolicy', Resource: arn }),
    );
    expect(await failure(setPolicy('not-yours', 'no json', vendor))).toMatchObject({
      name: 'MethodNotAllowed',
      status: 405,
    });
  });

  test('uploads in parts with s3:PutObject alone, and may abort its own', async () => {
    const arn = await bucket('dropbox');
    const vendor = await world.s3(VENDOR);
    await setPolicy(
      'dropbox',
      policyOf({ Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:PutObject', Resource: `${arn}/in/*` }),
    );
    const { UploadId } = await vendor.send(new CreateMultipartUploadCommand({ Bucket: 'dropbox', Key: 'in/x' }));
    await vendor.send(new AbortMultipartUploadCommand({ Bucket: 'dropbox', Key: 'in/x', UploadId }));
    const outside = vendor.send(new CreateMultipartUploadCommand({ Bucket: 'dropbox', Key: 'x' }));
    expect(await failure(outside)).toMatchObject({ status: 403 });
    const other = await world.admin.send(new CreateMultipartUploadCommand({ Bucket: 'dropbox', Key: 'in/y' }));
    const abort = new AbortMultipartUploadCommand({ Bucket: 'dropbox', Key: 'in/y', UploadId: other.UploadId });
    expect(await failure(vendor.send(abort))).toMatchObject({ status: 403 });
  });
});

describe('the own account', () => {
  // IAM User Guide, "Determining whether a request is allowed or denied within an account": either side suffices.
  test('is allowed by the identity policy alone, and told why not', async () => {
    const arn = await bucket('own');
    const reader = await makeRole('reader', { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn });
    expect((await reader.send(new ListObjectsV2Command({ Bucket: 'own' }))).KeyCount).toBe(0);
    // S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors".
    expect(await failure(reader.send(new GetBucketLocationCommand({ Bucket: 'own' })))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/reader/sandbox is not authorized to perform: s3:GetBucketLocation on resource: "${arn}" because no identity-based policy allows the s3:GetBucketLocation action`,
    });
  });

  test('is stopped by an explicit Deny, which its root may always repair', async () => {
    const arn = await bucket('locked');
    await setPolicy(
      'locked',
      policyOf({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`] }),
    );
    expect(await failure(setPolicy('locked', policyOf()))).toMatchObject({ name: 'AccessDenied', status: 403 });
    const deny = await failure(world.admin.send(new ListObjectsV2Command({ Bucket: 'locked' })));
    expect(deny.message).toContain('with an explicit deny in a resource-based policy');
    // S3 API Reference, PutBucketPolicy: the root user keeps the policy calls.
    const root = await world.s3(`arn:aws:iam::${ACCOUNT}:root`);
    expect(await failure(root.send(new ListObjectsV2Command({ Bucket: 'locked' })))).toMatchObject({ status: 403 });
    await root.send(new DeleteBucketPolicyCommand({ Bucket: 'locked' }));
    expect((await world.admin.send(new ListObjectsV2Command({ Bucket: 'locked' }))).KeyCount).toBe(0);
  });

  test('is asked for its transport: x-sandbox-insecure is plain http', async () => {
    const arn = await bucket('tls');
    await setPolicy(
      'tls',
      policyOf({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect((await world.admin.send(new ListObjectsV2Command({ Bucket: 'tls' }))).KeyCount).toBe(0);
    const insecure = await world.s3('admin');
    insecure.middlewareStack.add(
      (next) => (input) => {
        (input.request as { headers: Record<string, string> }).headers['x-sandbox-insecure'] = '1';
        return next(input);
      },
      { step: 'build' },
    );
    expect(await failure(insecure.send(new ListObjectsV2Command({ Bucket: 'tls' })))).toMatchObject({ status: 403 });
  });
});

describe('documents come back as AWS keeps them', () => {
  // IAM User Guide, "AWS JSON policy elements: Principal".
  test('account ids as root ARNs, one-element lists as strings', async () => {
    const arn = await bucket('normalised');
    await setPolicy(
      'normalised',
      policyOf({
        Sid: 'A',
        Effect: 'Allow',
        Principal: { AWS: [STRANGER] },
        Action: ['s3:GetObject'],
        Resource: [`${arn}/*`],
      }),
    );
    expect((await readPolicy('normalised')).Statement).toEqual([
      {
        Sid: 'A',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${STRANGER}:root` },
        Action: 's3:GetObject',
        Resource: `${arn}/*`,
      },
    ]);
  });

  test('canonical user ids as their accounts', async () => {
    const arn = await bucket('canonical');
    const { Owner } = await world.admin.send(new GetBucketAclCommand({ Bucket: 'canonical' }));
    const grant = { Effect: 'Allow', Principal: { CanonicalUser: Owner?.ID }, Action: 's3:ListBucket', Resource: arn };
    await setPolicy('canonical', policyOf(grant));
    expect((await readPolicy('canonical')).Statement[0]?.Principal).toEqual({ AWS: `arn:aws:iam::${ACCOUNT}:root` });
  });

  test('a deleted role as its unique id, which a new role of that name does not bring back', async () => {
    const arn = await bucket('orphaned');
    const AssumeRolePolicyDocument = policyOf({
      Effect: 'Allow',
      Principal: { AWS: ACCOUNT },
      Action: 'sts:AssumeRole',
    });
    await world.iam.send(new CreateRoleCommand({ RoleName: 'shortlived', AssumeRolePolicyDocument }));
    const grant = policyOf({
      Effect: 'Allow',
      Principal: { AWS: role('shortlived') },
      Action: 's3:ListBucket',
      Resource: arn,
    });
    await setPolicy('orphaned', grant);
    expect((await readPolicy('orphaned')).Statement[0]?.Principal).toEqual({ AWS: role('shortlived') });
    const list = new ListObjectsV2Command({ Bucket: 'orphaned' });
    expect((await (await world.s3(role('shortlived'))).send(list)).KeyCount).toBe(0);
    await world.iam.send(new DeleteRoleCommand({ RoleName: 'shortlived' }));
    expect((await readPolicy('orphaned')).Statement[0]?.Principal).toEqual({ AWS: expect.stringMatching(/^AROA/) });
    await world.iam.send(new CreateRoleCommand({ RoleName: 'shortlived', AssumeRolePolicyDocument }));
    expect(await failure((await world.s3(role('shortlived'))).send(list))).toMatchObject({ status: 403 });
    await setPolicy('orphaned', grant);
    expect((await (await world.s3(role('shortlived'))).send(list)).KeyCount).toBe(0);
  });
});

describe('MalformedPolicy', () => {
  let arn = '';
  beforeAll(async () => {
    arn = await bucket('checked');
  });
  const allow = (more: object) => ({ Effect: 'Allow', Principal: { AWS: VENDOR }, ...more });
  const refusal = (statement: object) => failure(setPolicy('checked', policyOf(statement)));

  test.each([
    ['no JSON', "Policies must be valid JSON and the first byte must be '{'"],
    ['', "Policies must be valid JSON and the first byte must be '{'"],
    ['{"Version":"2012-10-17","Statement":[]}', 'Could not parse the policy: Statement is empty!'],
    ['{"Version":"2020-01-01","Statement":[{}]}', 'The policy must contain a valid version string'],
  ])('%s', async (text, message) => {
    const answer = await failure(setPolicy('checked', text || ' '));
    expect(answer).toEqual({ name: 'MalformedPolicy', status: 400, message });
  });

  test('actions that do not exist, as s3:HeadBucket', async () => {
    for (const Action of ['s3:HeadBucket', 's3:ListObjects', 's3:Gett*', 'iam:GetRole']) {
      expect(await refusal(allow({ Action, Resource: arn }))).toMatchObject({
        name: 'MalformedPolicy',
        status: 400,
        message: 'Policy has invalid action',
      });
    }
  });

  test('actions that do not fit the resource', async () => {
    const message = 'Action does not apply to any resource(s) in statement';
    expect(await refusal(allow({ Action: 's3:GetObject', Resource: arn }))).toMatchObject({ message });
    expect(await refusal(allow({ Action: 's3:ListBucket', Resource: `${arn}/*` }))).toMatchObject({ message });
    expect(await refusal(allow({ Action: 's3:ListAllMyBuckets', Resource: arn }))).toMatchObject({ message });
    await setPolicy('checked', policyOf(allow({ Action: 's3:*', Resource: arn })));
    await setPolicy('checked', policyOf(allow({ Action: 's3:Get*', Resource: `${arn}/x/*` })));
  });

  // S3 User Guide, "Amazon S3 condition key examples": keys are checked against the statement's actions.
  test('conditions that the actions do not carry', async () => {
    const message = 'Conditions do not apply to combination of actions and resources in statement';
    const prefix = { StringLike: { 's3:prefix': 'in/*' } };
    expect(await refusal(allow({ Action: 's3:PutObject', Resource: `${arn}/*`, Condition: prefix }))).toMatchObject({
      message,
    });
    expect(
      await refusal(allow({ Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: arn, Condition: prefix })),
    ).toMatchObject({ message });
    await setPolicy('checked', policyOf(allow({ Action: 's3:ListBucket', Resource: arn, Condition: prefix })));
    const operator = { StringSimilar: { 's3:prefix': 'x' } };
    expect(await refusal(allow({ Action: 's3:ListBucket', Resource: arn, Condition: operator }))).toMatchObject({
      message: 'Invalid Condition type : StringSimilar',
    });
    const unknown = { StringEquals: { 's3:nothing': 'x' } };
    expect(await refusal(allow({ Action: 's3:ListBucket', Resource: arn, Condition: unknown }))).toMatchObject({
      message: 'Policy has an invalid condition key',
    });
  });

  test('resources of another bucket', async () => {
    for (const Resource of ['arn:aws:s3:::other/*', '*', 'checked/*', `${arn}-2/*`]) {
      expect(await refusal(allow({ Action: 's3:GetObject', Resource }))).toMatchObject({
        message: 'Policy has invalid resource',
      });
    }
  });

  test('principals that do not exist in the own account; others exist as soon as they are named', async () => {
    const grant = (AWS: string) => ({ Effect: 'Allow', Principal: { AWS }, Action: 's3:ListBucket', Resource: arn });
    for (const principal of [role('nobody'), user('nobody'), 'not an arn', `arn:aws:iam::${ACCOUNT}:group/g`]) {
      expect(await refusal(grant(principal))).toMatchObject({ message: 'Invalid principal in policy', status: 400 });
    }
    await setPolicy('checked', policyOf(grant(user('anybody', '123123123123'))));
  });

  test('more than 20 KB', async () => {
    const prefixes = Array.from({ length: 900 }, (_, index) => `${arn}/some/prefix-${index}/*`);
    const big = setPolicy('checked', policyOf(allow({ Action: 's3:GetObject', Resource: prefixes })));
    expect(await failure(big)).toMatchObject({ name: 'PolicyTooLarge', status: 400 });
  });
});

describe('Block Public Access', () => {
  // S3 User Guide, "Blocking public access to your Amazon S3 storage".
  const open = (arn: string) =>
    policyOf({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` });

  test('refuses public policies with the code of a missing right', async () => {
    const arn = await bucket('walled');
    const answer = await failure(setPolicy('walled', open(arn)));
    expect(answer).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(answer.message).toContain(
      'because public policies are blocked by the BlockPublicPolicy block public access setting.',
    );
  });

  test('lets anybody read without it, and cuts them and other accounts off again', async () => {
    const arn = await bucket('public');
    await world.admin.send(new PutObjectCommand({ Bucket: 'public', Key: 'page', Body: 'hello' }));
    await world.admin.send(new DeletePublicAccessBlockCommand({ Bucket: 'public' }));
    await setPolicy(
      'public',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          ...JSON.parse(open(arn)).Statement,
          { Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:ListBucket', Resource: arn },
        ],
      }),
    );
    const status = await world.admin.send(new GetBucketPolicyStatusCommand({ Bucket: 'public' }));
    expect(status.PolicyStatus?.IsPublic).toBe(true);
    expect(await (await world.anonymous('/public/page')).text()).toBe('hello');
    expect((await world.anonymous('/public?list-type=2')).status).toBe(403);
    const vendor = await world.s3(VENDOR);
    expect((await vendor.send(new ListObjectsV2Command({ Bucket: 'public' }))).KeyCount).toBe(1);
    await world.admin.send(
      new PutPublicAccessBlockCommand({
        Bucket: 'public',
        PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
      }),
    );
    expect((await world.anonymous('/public/page')).status).toBe(403);
    expect(await failure(vendor.send(new ListObjectsV2Command({ Bucket: 'public' })))).toMatchObject({ status: 403 });
    expect((await world.admin.send(new ListObjectsV2Command({ Bucket: 'public' }))).KeyCount).toBe(1);
  });
});

describe('access control lists', () => {
  // S3 User Guide, "Controlling ownership of objects and disabling ACLs".
  test('are refused by an enforced bucket, after the caller was authorized', async () => {
    const arn = await bucket('enforced');
    await world.admin.send(new PutObjectCommand({ Bucket: 'enforced', Key: 'k', Body: 'x' }));
    const put = (client: S3Client, ACL: 'public-read' | 'bucket-owner-full-control') =>
      client.send(new PutObjectCommand({ Bucket: 'enforced', Key: 'k2', Body: 'x', ACL }));
    expect(await failure(put(world.admin, 'public-read'))).toMatchObject({
      name: 'AccessControlListNotSupported',
      status: 400,
    });
    await put(world.admin, 'bucket-owner-full-control');
    const acl = new PutObjectAclCommand({ Bucket: 'enforced', Key: 'k', ACL: 'public-read' });
    expect(await failure(world.admin.send(acl))).toMatchObject({ name: 'AccessControlListNotSupported', status: 400 });
    const writer = await makeRole('writer', { Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/*` });
    expect(await failure(writer.send(acl))).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(await failure(put(writer, 'bucket-owner-full-control'))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
  });

  test('open an object to everybody where they are on and not blocked', async () => {
    await bucket('acls');
    const Bucket = 'acls';
    const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
    await world.admin.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
    const put = () => world.admin.send(new PutObjectCommand({ Bucket, Key: 'open', Body: 'x', ACL: 'public-read' }));
    expect(await failure(put())).toMatchObject({ name: 'AccessDenied', status: 403 });
    await world.admin.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await put();
    expect((await world.anonymous('/acls/open')).status).toBe(200);
    expect((await world.anonymous('/acls/open', { method: 'DELETE' })).status).toBe(403);
    await world.admin.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { IgnorePublicAcls: true } }),
    );
    expect((await world.anonymous('/acls/open')).status).toBe(403);
  });

  test('leave an object to its writer of another account', async () => {
    const arn = await bucket('writers');
    const Bucket = 'writers';
    const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
    await world.admin.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
    await setPolicy(
      Bucket,
      policyOf({
        Effect: 'Allow',
        Principal: { AWS: VENDOR },
        Action: ['s3:PutObject', 's3:PutObjectAcl'],
        Resource: `${arn}/*`,
      }),
    );
    const vendor = await world.s3(VENDOR);
    await vendor.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'x' }));
    await vendor.send(new PutObjectCommand({ Bucket, Key: 'ours', Body: 'x', ACL: 'bucket-owner-full-control' }));
    expect(await failure(world.admin.send(new GetObjectCommand({ Bucket, Key: 'mine' })))).toMatchObject({
      status: 403,
    });
    expect((await world.admin.send(new GetObjectCommand({ Bucket, Key: 'ours' }))).ContentLength).toBe(1);
    // The bucket owner may delete whatever lies in its bucket.
    await world.admin.send(new DeleteObjectCommand({ Bucket, Key: 'mine' }));
  });
});

describe('condition keys of a write', () => {
  test('If-None-Match, ACL and storage class stand in the request', async () => {
    const arn = await bucket('conditions');
    const name = 'conditional';
    await world.iam.send(new CreateUserCommand({ UserName: name }));
    await world.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const Condition = { StringEquals: { 's3:if-none-match': '*', 's3:x-amz-storage-class': 'STANDARD_IA' } };
    await world.iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: 'p',
        PolicyDocument: policyOf({ Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/*`, Condition }),
      }),
    );
    const client = await world.s3(user(name));
    const put = (more: object) =>
      client.send(new PutObjectCommand({ Bucket: 'conditions', Key: 'k', Body: 'x', ...more }));
    expect(await failure(put({}))).toMatchObject({ status: 403 });
    await put({ IfNoneMatch: '*', StorageClass: 'STANDARD_IA' });
    expect(await failure(put({ IfNoneMatch: '*', StorageClass: 'STANDARD_IA' }))).toMatchObject({ status: 412 });
  });
});
