import { describe, expect, it } from 'vitest';
import { wouldLockOut } from '../../src/policy/lock-out.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';

const account = '111122223333';
const caller = `arn:aws:sts::${account}:assumed-role/admin/ann`;
const bucketArn = 'arn:aws:s3:::acme';
const doc = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const tls: Statement = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const denyAll: Statement = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [bucketArn, `${bucketArn}/*`] };
const ask = (before: PolicyDocument | undefined, after: PolicyDocument, who = caller) =>
  wouldLockOut({ caller: who, bucketArn, account, before, after });

describe('wouldLockOut (Amazon S3 API, PutBucketPolicy)', () => {
  it('lets a TLS-only statement and grants through', () => {
    expect(ask(undefined, doc(tls))).toBeUndefined();
    expect(ask(undefined, doc({ ...tls, Effect: 'Allow' }))).toBeUndefined();
  });

  it('names the first right that would be lost', () => {
    expect(ask(undefined, doc(denyAll))).toEqual({ action: 's3:GetBucketPolicy' });
    expect(ask(undefined, doc({ ...denyAll, Action: 's3:DeleteBucketPolicy' }))).toEqual({
      action: 's3:DeleteBucketPolicy',
    });
    expect(ask(doc(tls), doc(tls, { ...denyAll, Principal: { AWS: `arn:aws:iam::${account}:role/admin` } }))).toEqual({
      action: 's3:GetBucketPolicy',
    });
  });

  it('does not blame us for what was lost before, nor for a Deny on others', () => {
    expect(ask(doc(denyAll), doc(denyAll, tls))).toBeUndefined();
    expect(
      ask(undefined, doc({ ...denyAll, Principal: { AWS: `arn:aws:iam::${account}:role/other` } })),
    ).toBeUndefined();
  });

  it("the owner's root user is never locked out", () => {
    expect(ask(undefined, doc(denyAll), `arn:aws:iam::${account}:root`)).toBeUndefined();
    expect(ask(undefined, doc(denyAll), 'arn:aws:iam::999988887777:root')).toBeUndefined();
  });

  it('judges by the identity policies where they are known', () => {
    const grant: Statement = {
      Effect: 'Allow',
      Principal: { AWS: caller },
      Action: 's3:*BucketPolicy',
      Resource: bucketArn,
    };
    const input = { caller, bucketArn, account, identityPolicies: [] };
    expect(wouldLockOut({ ...input, before: doc(grant), after: doc(tls) })).toEqual({ action: 's3:GetBucketPolicy' });
    expect(wouldLockOut({ ...input, before: doc(grant), after: doc(grant, tls) })).toBeUndefined();
  });
});
