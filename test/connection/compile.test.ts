import { describe, expect, it } from 'vitest';
import { compileConnection } from '../../src/connection/compile.js';
import { ownerOf } from '../../src/connection/owner.js';
import {
  type DesiredByKind,
  type Facts,
  GENERATED_EXTERNAL_ID,
  type ResolvedConnection,
  type ResourceType,
} from '../../src/connection/types.js';
import { policySize } from '../../src/policy/size.js';
import type { Statement } from '../../src/policy/types.js';
import { errorOf, factsOf, resolveEntry } from '../helpers/connections.js';

const OWN = 'arn:aws:iam::111122223333';
const reader = { template: 'generic-read', trust: { principals: ['222233334444'], externalIds: ['vendor-id'] } };

function all<K extends ResourceType>(
  c: ResolvedConnection,
  kind: K,
  facts: Facts = factsOf(),
): readonly DesiredByKind[K][] {
  return compileConnection(c, facts).flatMap((one) => (one.kind === kind ? [one.desired as DesiredByKind[K]] : []));
}

function one<K extends ResourceType>(c: ResolvedConnection, kind: K, facts?: Facts): DesiredByKind[K] {
  const found = all(c, kind, facts);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} of ${kind}`);
  return found[0];
}

const kinds = (c: ResolvedConnection, facts: Facts = factsOf()) =>
  compileConnection(c, facts).map((resource) => resource.kind);
const bare = (statements: readonly Statement[]) => statements.map(({ Sid, ...rest }) => rest);

describe('the trust policy', () => {
  it('names the account as its root and asks for the external ID (IAM User Guide, "Access to AWS accounts owned by third parties")', async () => {
    const c = await resolveEntry({ ...reader, buckets: [{ name: 'acme' }] });
    expect(bare(one(c, 'role').statements)).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::222233334444:root' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'vendor-id' } },
      },
    ]);
  });

  it('takes several external IDs and gives verifiers a statement of their own', async () => {
    const trust = { principals: ['222233334444'], externalIds: ['id-one', 'id-two'], verifiers: [`${OWN}:role/ci`] };
    const c = await resolveEntry({ ...reader, trust, buckets: [{ name: 'acme' }] });
    const [vendor, verifiers] = one(c, 'role').statements;
    expect(vendor?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': ['id-one', 'id-two'] } });
    expect(verifiers).toMatchObject({
      Principal: { AWS: `${OWN}:role/ci` },
      Condition: { StringLike: { 'sts:RoleSessionName': 's3connect-verify*' } },
    });
  });

  it('has no condition where the vendor sends no external ID', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    expect(one(c, 'role').statements[0]?.Condition).toBeUndefined();
  });

  it('waits for an external ID that the vendor has to give', async () => {
    const c = await resolveEntry({ template: 'bitmovin-analytics-output', buckets: [{ name: 'acme' }] });
    const error = await errorOf(() => compileConnection(c, factsOf()));
    expect({ code: error.code, path: error.path }).toEqual({
      code: 'ExternalIdMissing',
      path: '/connections/c/trust/externalIds',
    });
    expect(error.hint).toContain('handoff');
    const trust = compileConnection(c, factsOf(), { externalId: 'placeholder' }).find(
      (resource) => resource.kind === 'role',
    );
    expect(JSON.stringify(trust)).toContain(GENERATED_EXTERNAL_ID);
    expect(JSON.stringify(compileConnection(c, factsOf({ liveExternalIds: ['kept'] })))).toContain('"kept"');
  });

  it('refuses a principal of another partition', async () => {
    const c = await resolveEntry({
      template: 'coactive',
      trust: { principals: ['arn:aws-cn:iam::222233334444:role/x'] },
      buckets: [{ name: 'acme' }],
    });
    expect((await errorOf(() => compileConnection(c, factsOf()))).code).toBe('BadValue');
  });

  it('asks for the principal where the template knows none of the partition', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    const error = await errorOf(() => compileConnection(c, factsOf({ partition: 'aws-cn' })));
    expect({ code: error.code, path: error.path }).toEqual({
      code: 'BadValue',
      path: '/connections/c/trust/principals',
    });
  });

  it('refuses a verifier of another account', async () => {
    const c = await resolveEntry({
      ...reader,
      trust: { ...reader.trust, verifiers: ['arn:aws:iam::222233334444:role/ci'] },
      buckets: [{ name: 'acme' }],
    });
    expect((await errorOf(() => compileConnection(c, factsOf()))).message).toContain('own account');
  });
});

describe('the identity policy', () => {
  it('conditions nothing but listing on the prefix (Service Authorization Reference: s3:prefix)', async () => {
    const c = await resolveEntry({ ...reader, buckets: [{ name: 'acme', prefix: 'in' }] });
    expect(bare(one(c, 'role-policy').statements)).toEqual([
      { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: 'arn:aws:s3:::acme' },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::acme',
        Condition: { StringLike: { 's3:prefix': ['in/*'] } },
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/in/*' },
    ]);
  });

  it('pins the account of the bucket', async () => {
    const c = await resolveEntry({ ...reader, pinAccount: true, buckets: [{ name: 'acme', prefix: 'in/' }] });
    const [, list] = one(c, 'role-policy').statements;
    expect(list?.Condition).toEqual({
      StringLike: { 's3:prefix': ['in/*'] },
      StringEquals: { 'aws:ResourceAccount': '111122223333' },
    });
  });

  it('has a Sid of its own for every statement, with the mark', async () => {
    const c = await resolveEntry({
      ...reader,
      buckets: [{ name: 'acme', prefix: 'a/' }, { name: 'acme', prefix: 'b/' }, { name: 'other' }],
    });
    const sids = one(c, 'role-policy').statements.map((statement) => statement.Sid ?? '');
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^S3Connect[0-9A-Z]{12}[A-Za-z0-9]+$/);
  });

  it('becomes managed policies where the inline budget is exceeded (IAM User Guide, "IAM and AWS STS quotas")', async () => {
    const buckets = Array.from({ length: 150 }, (_, i) => ({ name: `acme-media-${i}`, prefix: `folder-${i}/` }));
    const c = await resolveEntry({ ...reader, buckets });
    expect(all(c, 'role-policy')).toEqual([]);
    const policies = all(c, 'managed-policy');
    expect(policies.length).toBeGreaterThan(1);
    expect(policies[0]).toMatchObject({ name: 's3connect-c', attachTo: { role: 'c' } });
    for (const { statements } of policies) {
      const { used, limit } = policySize({ Version: '2012-10-17', Statement: statements }, 'managed');
      expect(used).toBeLessThanOrEqual(limit);
    }
  });

  it('is managed with name and description where the template says so', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    expect(one(c, 'managed-policy')).toMatchObject({ name: 'c-s3-read', attachTo: { role: 'c' } });
  });
});

describe('methods', () => {
  it('existing-role takes the matched role and touches no trust policy', async () => {
    const c = await resolveEntry({ template: 'accurate-video', buckets: [{ name: 'acme' }] });
    const role = { name: 'av-JobsTaskStack-1-ECSTaskRole-2', arn: `${OWN}:role/av-JobsTaskStack-1-ECSTaskRole-2` };
    expect(kinds(c, factsOf({ role }))).toEqual(['bucket', 'role-policy']);
    expect(one(c, 'role-policy', factsOf({ role })).role).toBe(role.name);
  });

  it('bucket-policy grants the principal and makes nothing in IAM', async () => {
    const entry = {
      template: 'accurate-video',
      method: 'bucket-policy',
      trust: { principals: ['role/av-*'] },
      buckets: [{ name: 'acme' }],
    };
    const c = await resolveEntry(entry);
    const facts = factsOf({ principals: { 'role/av-*': `${OWN}:role/av-1` } });
    expect(kinds(c, facts)).toEqual(['bucket', 'bucket-policy']);
    for (const statement of one(c, 'bucket-policy', facts).statements)
      expect(statement.Principal).toEqual({ AWS: `${OWN}:role/av-1` });
    expect((await errorOf(() => compileConnection(c, factsOf()))).code).toBe('BadUsage');
  });

  it('user makes the user, its policy and a key', async () => {
    const c = await resolveEntry({
      template: 'videsk',
      user: { path: '/vendors/' },
      buckets: [{ name: 'acme', prefix: 'uploads' }],
    });
    expect(kinds(c)).toEqual(['bucket', 'user', 'user-policy', 'access-key']);
    expect(one(c, 'user')).toMatchObject({ name: 'videsk-connector', path: '/vendors/' });
    expect(bare(one(c, 'user-policy').statements)).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme/uploads/*' },
    ]);
  });

  it('anonymous opens the bucket for reading the prefix', async () => {
    const c = await resolveEntry({
      template: 'accurate-video',
      method: 'anonymous',
      buckets: [{ name: 'acme', access: ['read'], prefix: 'open' }],
    });
    expect(bare(one(c, 'bucket-policy').statements)).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/open/*' },
    ]);
    expect(one(c, 'public-access-block')).toMatchObject({
      purpose: 'opened',
      settings: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
      },
    });
  });
});

describe('buckets', () => {
  it('that are made are private, owner-enforced, marked and without plain http', async () => {
    const c = await resolveEntry(
      { template: 'coactive', tags: { team: 'media' }, buckets: [{ name: 'acme', create: true }] },
      {},
      { namespace: 'ns' },
    );
    expect(one(c, 'bucket').tags).toEqual({
      team: 'media',
      's3connect:connection': 'ns/c',
      's3connect:template': 'coactive',
    });
    expect(one(c, 'public-access-block')).toMatchObject({
      purpose: 'made',
      settings: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    expect(one(c, 'ownership-controls').objectOwnership).toBe('BucketOwnerEnforced');
    expect(bare(one(c, 'bucket-policy').statements)).toEqual([
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::acme', 'arn:aws:s3:::acme/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  it('of another account get the identity policy and the bucket policy', async () => {
    const c = await resolveEntry({
      ...reader,
      account: '111122223333',
      buckets: [{ name: 'acme', account: '222233334444' }],
    });
    expect(kinds(c)).toEqual(['bucket', 'role', 'role-policy', 'bucket-policy']);
    expect(one(c, 'bucket-policy').statements[0]?.Principal).toEqual({ AWS: `${OWN}:role/c` });
  });

  it('are confined in the bucket policy, outside all prefixes of the same action', async () => {
    const buckets = [
      { name: 'acme', prefix: 'a/', confine: true },
      { name: 'acme', prefix: 'b/' },
    ];
    const c = await resolveEntry({ template: 'videsk', buckets });
    expect(bare(one(c, 'bucket-policy').statements)).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: `${OWN}:user/videsk-connector` },
        Action: 's3:PutObject',
        NotResource: ['arn:aws:s3:::acme/a/*', 'arn:aws:s3:::acme/b/*'],
      },
    ]);
  });

  it('with publicPlayback let everybody get the objects of the prefix, and nothing else', async () => {
    const c = await resolveEntry({
      template: 'bitmovin-encoding-output',
      trust: { externalIds: ['some-id'] },
      buckets: [{ name: 'acme', prefix: 'out', publicPlayback: true }],
    });
    expect(bare(one(c, 'bucket-policy').statements)).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/out/*' },
    ]);
    expect(one(c, 'public-access-block').purpose).toBe('opened');
  });
});

describe('access points', () => {
  const point = 'arn:aws:s3:us-east-1:111122223333:accesspoint/acme-ap';

  it('are the only way of a role, and the bucket policy delegates exactly the grant', async () => {
    const c = await resolveEntry({
      ...reader,
      buckets: [{ name: 'acme', prefix: 'in', access: ['read', 'list'], accessPoint: { name: 'acme-ap' } }],
    });
    expect(bare(one(c, 'role-policy').statements)).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: point,
        Condition: { StringLike: { 's3:prefix': ['in/*'] } },
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `${point}/object/in/*` },
    ]);
    const role = { AWS: `${OWN}:role/c` };
    expect(bare(one(c, 'bucket-policy').statements)).toEqual([
      {
        Effect: 'Allow',
        Principal: role,
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::acme',
        Condition: { StringLike: { 's3:prefix': ['in/*'] }, StringEquals: { 's3:DataAccessPointArn': point } },
      },
      {
        Effect: 'Allow',
        Principal: role,
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::acme/in/*',
        Condition: { StringEquals: { 's3:DataAccessPointArn': point } },
      },
    ]);
    expect(all(c, 'access-point-policy')).toEqual([]);
  });

  it('keep the direct way where it is asked for', async () => {
    const c = await resolveEntry({
      ...reader,
      buckets: [{ name: 'acme', access: ['read'], accessPoint: { name: 'acme-ap', direct: true } }],
    });
    expect(one(c, 'role-policy').statements.map((statement) => statement.Resource)).toEqual([
      'arn:aws:s3:::acme/*',
      `${point}/object/*`,
    ]);
  });

  it('carry the grant in their own policy with the method bucket-policy', async () => {
    const c = await resolveEntry({
      template: 'generic-read',
      method: 'bucket-policy',
      trust: { principals: ['222233334444'] },
      buckets: [{ name: 'acme', access: ['read'], accessPoint: { name: 'acme-ap' } }],
    });
    expect(bare(one(c, 'access-point-policy').statements)).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::222233334444:root' },
        Action: 's3:GetObject',
        Resource: `${point}/object/*`,
      },
    ]);
  });

  it('are in the region where the bucket was found', async () => {
    const c = await resolveEntry({
      ...reader,
      buckets: [{ name: 'acme', access: ['read'], accessPoint: { name: 'acme-ap' } }],
    });
    const facts = factsOf({ buckets: { acme: { region: 'eu-west-3', account: '111122223333' } } });
    expect(one(c, 'role-policy', facts).statements[0]?.Resource).toContain(':s3:eu-west-3:');
  });
});

describe('notifications', () => {
  it('make topic, policy, subscription and the configuration (S3 User Guide, "Granting permissions to publish event notification messages to a destination")', async () => {
    const notifications = { snsTopic: 'new-files', suffix: '.mp4', subscribe: 'https://av.example/api/sns-endpoint' };
    const c = await resolveEntry({ ...reader, buckets: [{ name: 'acme', prefix: 'in', notifications }] });
    const arn = 'arn:aws:sns:us-east-1:111122223333:new-files';
    expect(one(c, 'topic')).toMatchObject({ name: 'new-files', arn });
    expect(bare(one(c, 'topic-policy').statements)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: arn,
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::acme' },
          StringEquals: { 'aws:SourceAccount': '111122223333' },
        },
      },
    ]);
    expect(one(c, 'subscription')).toEqual({
      topicArn: arn,
      protocol: 'https',
      endpoint: 'https://av.example/api/sns-endpoint',
    });
    expect(one(c, 'notification').configurations[0]).toMatchObject({
      TopicArn: arn,
      Events: ['s3:ObjectCreated:*'],
      Filter: {
        Key: {
          FilterRules: [
            { Name: 'prefix', Value: 'in/' },
            { Name: 'suffix', Value: '.mp4' },
          ],
        },
      },
    });
  });

  it('share one topic between buckets', async () => {
    const notifications = { snsTopic: 'new-files' };
    const c = await resolveEntry({
      ...reader,
      buckets: [
        { name: 'aaa', notifications },
        { name: 'bbb', notifications },
      ],
    });
    expect(one(c, 'topic-policy').statements).toHaveLength(2);
    expect(all(c, 'notification')).toHaveLength(2);
  });

  it('leave a topic of another account to its owner, and refuse one of another region', async () => {
    const to = (snsTopic: string) =>
      resolveEntry({ ...reader, buckets: [{ name: 'acme', notifications: { snsTopic } }] });
    expect(kinds(await to('arn:aws:sns:us-east-1:222233334444:theirs'))).not.toContain('topic-policy');
    const far = await to('arn:aws:sns:eu-west-1:111122223333:far');
    expect((await errorOf(() => compileConnection(far, factsOf()))).message).toContain('eu-west-1');
  });
});

describe('facts', () => {
  it('the account is asked for only where an ARN needs it', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    expect(compileConnection(c, factsOf({ account: '' }))).toHaveLength(3);
    const confined = await resolveEntry({
      template: 'coactive',
      buckets: [{ name: 'acme', prefix: 'a', confine: true }],
    });
    const error = await errorOf(() => compileConnection(confined, factsOf({ account: '' })));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadUsage', path: '--account' });
  });

  it('give the same resources for the same input', async () => {
    const c = await resolveEntry({
      ...reader,
      buckets: [{ name: 'acme', create: true, cors: { allowedOrigins: ['*'] } }],
    });
    expect(JSON.stringify(compileConnection(c, factsOf()))).toBe(JSON.stringify(compileConnection(c, factsOf())));
  });
});

describe('marks', () => {
  it('keep namespaces and names apart', () => {
    const marks = [ownerOf(null, 'a'), ownerOf('n', 'a'), ownerOf('n', 'b'), ownerOf('m', 'a')].map(
      (owner) => owner.mark,
    );
    expect(new Set(marks).size).toBe(4);
    for (const mark of marks) expect(mark).toMatch(/^S3Connect[0-9A-Z]{12}$/);
    expect(ownerOf('n', 'a').tag).toBe('n/a');
    expect(ownerOf(null, 'a').tag).toBe('a');
  });
});
