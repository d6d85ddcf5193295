import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.js';
import type { EvaluationCase, PolicyDocument, Statement } from '../../src/policy/types.js';

const OWN = '111122223333';
const ROLE = `arn:aws:iam::${OWN}:role/vendor-access`;
const VENDOR = 'arn:aws:iam::444455556666:role/vendor';
const RUN = 'arn:aws:sts::444455556666:assumed-role/vendor/run';
const doc = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const everything = doc({ Effect: 'Allow', Action: '*', Resource: '*' });

function nearest(input: EvaluationCase) {
  const decision = evaluate(input);
  expect(decision.decision).toBe('deny');
  return decision.nearest!;
}

describe('a trust policy ("How to use an external ID when granting access to a third party")', () => {
  const trustPolicy = doc(
    { Sid: 'Other', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    {
      Sid: 'Vendor',
      Effect: 'Allow',
      Principal: { AWS: VENDOR },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': '4f7e1c', 'aws:PrincipalAccount': '444455556666' } },
    },
  );
  const ask = (context: Record<string, string>) =>
    nearest({
      request: { principal: RUN, action: 'sts:AssumeRole', resource: ROLE, context },
      identityPolicies: [everything],
      trustPolicy,
    });

  it('names the wrong external ID and keeps the other condition', () => {
    expect(ask({ 'sts:ExternalId': 'wrong' })).toEqual({
      layer: 'trust-policy',
      statement: { policy: 'trustPolicy', index: 1, sid: 'Vendor' },
      mismatch: 'sts:ExternalId is "wrong", but the condition StringEquals asks for "4f7e1c"',
      patch: {
        Effect: 'Allow',
        Principal: { AWS: RUN },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'wrong', 'aws:PrincipalAccount': '444455556666' } },
      },
    });
  });

  it('names the missing external ID', () => {
    const { mismatch, patch } = ask({});
    expect(mismatch).toBe('the request carries no sts:ExternalId, but the condition StringEquals asks for "4f7e1c"');
    expect(patch?.Condition).toEqual({
      StringEqualsIfExists: { 'sts:ExternalId': '4f7e1c' },
      StringEquals: { 'aws:PrincipalAccount': '444455556666' },
    });
  });
});

describe('which statement is the nearest', () => {
  it('not a delegation to access points, where the request comes to the bucket itself', () => {
    const resourcePolicy = doc(
      {
        Sid: 'Delegation',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::media/*',
        Condition: { StringEquals: { 's3:DataAccessPointAccount': OWN } },
      },
      {
        Sid: 'In',
        Effect: 'Allow',
        Principal: { AWS: VENDOR },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::media/in/*',
      },
    );
    const request = {
      principal: RUN,
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::media/out/a',
      resourceAccount: OWN,
    };
    const { statement, mismatch, patch } = nearest({ request, identityPolicies: [everything], resourcePolicy });
    expect(statement?.sid).toBe('In');
    expect(mismatch).toBe('the resource arn:aws:s3:::media/out/a does not match "arn:aws:s3:::media/in/*"');
    expect(patch?.Condition).toBeUndefined();
  });

  const identityPolicies = [
    doc({ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::media' }),
    doc(
      { Sid: 'Other', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::else/*' },
      {
        Sid: 'Uploads',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: 'arn:aws:s3:::media/uploads/*',
      },
    ),
  ];
  const principal = `arn:aws:sts::${OWN}:assumed-role/vendor-access/run`;
  const ask = (action: string, resource: string) =>
    nearest({ request: { principal, action, resource }, identityPolicies });

  it('the one for a resource that begins alike, where the resource does not match', () => {
    expect(ask('s3:GetObject', 'arn:aws:s3:::media/uploads-old/a')).toEqual({
      layer: 'identity-policy',
      statement: { policy: 'identityPolicies[1]', index: 1, sid: 'Uploads' },
      mismatch: 'the resource arn:aws:s3:::media/uploads-old/a does not match "arn:aws:s3:::media/uploads/*"',
      patch: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::media/uploads-old/a' },
    });
  });

  it('the one for that resource, where the action does not match', () => {
    const { statement, mismatch } = ask('s3:DeleteObject', 'arn:aws:s3:::media/uploads/a');
    expect(statement?.sid).toBe('Uploads');
    expect(mismatch).toBe('the action s3:DeleteObject is not among "s3:GetObject", "s3:PutObject"');
  });

  it('none where there is none', () => {
    const request = { principal, action: 's3:GetObject', resource: 'arn:aws:s3:::media/a*${b}' };
    expect(nearest({ request })).toEqual({
      layer: 'identity-policy',
      statement: null,
      mismatch: 'there is no identity policy that allows s3:GetObject',
      patch: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::media/a${*}${$}{b}' },
    });
  });
});

describe('the principal of a patch', () => {
  const bucket = (principal: string, more: Partial<EvaluationCase['request']> = {}) =>
    nearest({
      request: { principal, action: 's3:GetObject', resource: 'arn:aws:s3:::media/a', resourceAccount: OWN, ...more },
      identityPolicies: [everything],
    }).patch;

  it('is the caller and nobody else', () => {
    expect(bucket(RUN)?.Principal).toEqual({ AWS: RUN });
    expect(bucket('arn:aws:iam::444455556666:user/v')?.Principal).toEqual({ AWS: 'arn:aws:iam::444455556666:user/v' });
    expect(bucket('logging.s3.amazonaws.com', { context: { 'aws:SourceAccount': OWN } })).toEqual({
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::media/a',
      Condition: { StringEquals: { 'aws:SourceAccount': OWN } },
    });
  });

  it('does not open the account to its other identities for the sake of its root user', () => {
    expect(bucket('arn:aws:iam::444455556666:root')?.Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:root' },
    });
  });

  it('does not open the bucket to signed callers for the sake of anonymous ones', () => {
    expect(bucket('*')).toMatchObject({
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalAccount': 'anonymous' } },
    });
  });

  it('opens the bucket through the access point only', () => {
    const point = `arn:aws:s3:us-east-1:${OWN}:accesspoint/feed`;
    const user = `arn:aws:iam::${OWN}:user/u`;
    const request = { principal: user, action: 's3:GetObject', resource: `${point}/object/a`, bucket: 'media' };
    const accessPointPolicy = doc({
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: 's3:GetObject',
      Resource: `${point}/object/*`,
    });
    expect(nearest({ request, accessPointPolicy })).toMatchObject({
      layer: 'resource-policy',
      patch: {
        Principal: { AWS: user },
        Resource: 'arn:aws:s3:::media/a',
        Condition: { StringEquals: { 's3:DataAccessPointArn': point } },
      },
    });
  });

  it('is none where RestrictPublicBuckets would make the grant useless', () => {
    const { patch } = nearest({
      request: { principal: '*', action: 's3:GetObject', resource: 'arn:aws:s3:::media/a' },
      blockPublicAccess: { account: { RestrictPublicBuckets: true } },
    });
    expect(patch).toBeNull();
  });
});

describe('a Deny', () => {
  it('is named, and no patch is offered', () => {
    const decision = evaluate({
      request: {
        principal: RUN,
        action: 's3:PutObject',
        resource: 'arn:aws:s3:::media/uploads/a',
        resourceAccount: OWN,
      },
      identityPolicies: [everything],
      resourcePolicy: doc(
        { Effect: 'Allow', Principal: { AWS: VENDOR }, Action: 's3:*', Resource: '*' },
        {
          Sid: 'DenyNonPrefixedWrites',
          Effect: 'Deny',
          Principal: { AWS: VENDOR },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::media/*',
          Condition: { StringNotLikeIfExists: { 's3:prefix': ['uploads/*'] } },
        },
      ),
    });
    const statement = { policy: 'resourcePolicy', index: 1, sid: 'DenyNonPrefixedWrites' };
    expect(decision).toEqual({
      decision: 'deny',
      reason: 'explicit-deny',
      layer: 'resource-policy',
      statement,
      nearest: {
        layer: 'resource-policy',
        statement,
        mismatch: expect.stringContaining('DenyNonPrefixedWrites denies this explicitly'),
        patch: null,
      },
    });
  });
});
