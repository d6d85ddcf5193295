import { describe, expect, it } from 'vitest';
import { explain } from '../../src/policy/explain.js';
import { isPublicPolicy } from '../../src/policy/public.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';

const OWN = '111122223333';
const doc = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const everything = doc({ Effect: 'Allow', Action: '*', Resource: '*' });

describe('explain', () => {
  const request = {
    principal: `arn:aws:sts::${OWN}:assumed-role/ingest/one`,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::media/a',
  };

  it('says what each layer says by itself, in the order in which AWS asks ("Policy evaluation logic")', () => {
    const answer = explain({
      request,
      serviceControlPolicies: [everything],
      resourceControlPolicies: [doc({ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: '*' })],
      resourcePolicy: doc({ Effect: 'Allow', Principal: '*', Action: 's3:Put*', Resource: '*' }),
      identityPolicies: [everything],
      permissionsBoundary: doc({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }),
      sessionPolicies: [doc({ Effect: 'Deny', Action: 's3:Get*', Resource: '*' })],
      blockPublicAccess: { bucket: { RestrictPublicBuckets: true } },
    });
    expect(answer.layers.map(({ layer, effect }) => [layer, effect])).toEqual([
      ['rcp', 'allow'],
      ['scp', 'allow'],
      ['resource-policy', 'none'],
      ['identity-policy', 'allow'],
      ['permissions-boundary', 'none'],
      ['session-policy', 'deny'],
      ['block-public-access', 'none'],
    ]);
    expect(answer.layer).toBe('session-policy');
    expect(answer.layers.at(-2)?.statement).toEqual({ policy: 'sessionPolicies[0]', index: 0, sid: null });
  });

  it('lists layers that could not be read as unknown', () => {
    const answer = explain({ request, identityPolicies: [everything] }, { unknown: ['scp', 'rcp'] });
    expect(answer.decision).toBe('allow');
    expect(answer.layers.map(({ layer, effect }) => [layer, effect])).toEqual([
      ['rcp', 'unknown'],
      ['scp', 'unknown'],
      ['resource-policy', 'none'],
      ['identity-policy', 'allow'],
    ]);
  });

  it('has both policies of a request through an access point, and no identity layer for a service', () => {
    const resource = `arn:aws:s3:us-east-1:${OWN}:accesspoint/feed`;
    const layersFor = (principal: string) =>
      explain({ request: { principal, action: 's3:ListBucket', resource, bucket: 'media' } }).layers.map(
        ({ layer }) => layer,
      );
    expect(layersFor(request.principal)).toEqual(['access-point-policy', 'resource-policy', 'identity-policy']);
    expect(layersFor('s3.amazonaws.com')).toEqual(['access-point-policy', 'resource-policy']);
  });
});

/** S3 User Guide, "Blocking public access to your Amazon S3 storage", the meaning of "public". */
describe('isPublicPolicy', () => {
  const policy = (Principal: unknown, Condition?: Statement['Condition']): PolicyDocument =>
    doc({
      Effect: 'Allow',
      Principal: Principal as '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::media/*',
      ...(Condition === undefined ? {} : { Condition }),
    });

  it.each<[string, unknown, Statement['Condition'], boolean]>([
    ['everybody', '*', undefined, true],
    ['everybody in AWS', { AWS: '*' }, undefined, true],
    ['everybody among others', { AWS: [OWN, '*'] }, undefined, true],
    ['an account', { AWS: OWN }, undefined, false],
    ['a service', { Service: 'cloudfront.amazonaws.com' }, undefined, false],
    ['a canonical user', { CanonicalUser: '79a5' }, undefined, false],
    ['a web identity provider', { Federated: 'graph.facebook.com' }, undefined, true],
    ['a fixed VPC', '*', { StringEquals: { 'aws:SourceVpc': 'vpc-91237329' } }, false],
    ['VPCs by pattern', '*', { StringLike: { 'aws:SourceVpc': 'vpc-*' } }, true],
    ['a fixed VPC, if there', '*', { StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-91237329' } }, true],
    ['any VPC but one', '*', { StringNotEquals: { 'aws:SourceVpc': 'vpc-91237329' } }, true],
    ['a variable', '*', { StringEquals: { 'aws:userid': '${aws:PrincipalTag/id}' } }, true],
    ['a prefix', '*', { StringLike: { 's3:prefix': 'uploads/' } }, true],
    ['TLS', '*', { Bool: { 'aws:SecureTransport': 'true' } }, true],
    ['a referer', '*', { StringLike: { 'aws:Referer': 'https://example.com/*' } }, true],
    ['an organization', '*', { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }, false],
    ['a range', '*', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, false],
    ['a private range', '*', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, false],
    ['a very broad range', '*', { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '0.0.0.0/1'] } }, true],
    ['a broad IPv6 range', '*', { IpAddress: { 'aws:SourceIp': '2001::/16' } }, true],
    ['all but a range', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, true],
    ['access points of an account', '*', { StringEquals: { 's3:DataAccessPointAccount': OWN } }, false],
    [
      'an access point by pattern',
      '*',
      { ArnLike: { 's3:DataAccessPointArn': `arn:aws:s3:us-west-2:${OWN}:accesspoint/*` } },
      false,
    ],
    [
      'access points of any account',
      '*',
      { ArnLike: { 's3:DataAccessPointArn': 'arn:aws:s3:us-west-2:*:accesspoint/feed' } },
      true,
    ],
  ])('%s', (_name, principal, condition, expected) => {
    expect(isPublicPolicy(policy(principal, condition), 'bucket')).toBe(expected);
  });

  it('is about Allow alone', () => {
    expect(isPublicPolicy(doc({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }), 'bucket')).toBe(
      false,
    );
  });

  it('takes Allow with NotPrincipal for public', () => {
    expect(
      isPublicPolicy(doc({ Effect: 'Allow', NotPrincipal: { AWS: OWN }, Action: 's3:*', Resource: '*' }), 'bucket'),
    ).toBe(true);
  });

  it('gives nothing on access point keys in an access point policy', () => {
    const own = policy('*', {
      StringEquals: { 's3:DataAccessPointArn': `arn:aws:s3:us-west-2:${OWN}:accesspoint/feed` },
    });
    expect(isPublicPolicy(own, 'bucket')).toBe(false);
    expect(isPublicPolicy(own, 'access-point')).toBe(true);
  });
});
