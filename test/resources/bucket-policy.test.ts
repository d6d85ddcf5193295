import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../src/connection/owner.js';
import type { Statement } from '../../src/policy/types.js';
import { bucketPolicy } from '../../src/resources/bucket-policy.js';
import { ACCOUNT, by, NOTHING_PLANNED } from './contributor.js';

const bucket = 'acme-in';
const caller = `arn:aws:iam::${ACCOUNT}:user/admin`;
const sid = (purpose: string, name = 'c') => `${ownerOf(null, name).mark}${purpose}`;
const place = { account: ACCOUNT, partition: 'aws', region: 'us-east-1' };
const missing = { policy: undefined, owner: { state: 'missing' } } as const;
const theirs = { policy: undefined, owner: { state: 'there', connection: undefined } } as const;
const tlsOnly = (name: string): Statement => ({
  Sid: sid('TlsOnly', name),
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
const grant = (name: string): Statement => ({
  Sid: sid('Read', name),
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444455556666:role/vendor' },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/*`,
});

describe('a bucket policy', () => {
  it('that takes from the caller the right to change it is refused (S3 API, PutBucketPolicy)', async () => {
    const deny: Statement = {
      Sid: sid('Deny'),
      Effect: 'Deny',
      Principal: { AWS: caller },
      Action: 's3:*',
      Resource: `arn:aws:s3:::${bucket}`,
    };
    const desired = { bucket, statements: [deny] };
    const after = bucketPolicy.put(theirs, desired, by());
    await expect(bucketPolicy.preflight?.(theirs, after, desired, caller, place)).rejects.toMatchObject({
      code: 'LockOut',
      message: expect.stringContaining('s3:GetBucketPolicy'),
    });
    const harmless = bucketPolicy.put(theirs, { bucket, statements: [grant('c')] }, by());
    await expect(bucketPolicy.preflight?.(theirs, harmless, desired, caller, place)).resolves.toBeUndefined();
  });

  it('gets the TLS-only statement of the connection that makes the bucket, and of no other', () => {
    const first = bucketPolicy.put(missing, { bucket, statements: [tlsOnly('a'), grant('a')] }, by('a'));
    const second = bucketPolicy.put(first, { bucket, statements: [tlsOnly('b'), grant('b')] }, by('b'));
    expect(JSON.stringify(second.policy)).toContain(sid('TlsOnly', 'a'));
    expect(JSON.stringify(second.policy)).not.toContain(sid('TlsOnly', 'b'));
    const existing = bucketPolicy.put(theirs, { bucket, statements: [tlsOnly('a'), grant('a')] }, by('a'));
    expect(JSON.stringify(existing.policy)).not.toContain('TlsOnly');
  });

  it('of 20 KB and more is refused, saying by how much (S3 User Guide, "Adding a bucket policy")', () => {
    const statements = Array.from({ length: 200 }, (_, i) => ({
      ...grant('c'),
      Sid: sid(`Read${i}`),
      Principal: { AWS: `arn:aws:iam::444455556666:role/vendor-number-${i}` },
      Resource: `arn:aws:s3:::${bucket}/folder-${i}/*`,
    }));
    expect(() => bucketPolicy.put(theirs, { bucket, statements }, by())).toThrow(
      expect.objectContaining({ code: 'TooLarge' }),
    );
  });

  it('has nothing left of ours after destroy', () => {
    const desired = { bucket, statements: [grant('a')] };
    const both = bucketPolicy.put(
      bucketPolicy.put(theirs, desired, by('a')),
      { bucket, statements: [grant('b')] },
      by('b'),
    );
    const left = bucketPolicy.take(both, desired, by('a'), NOTHING_PLANNED).live;
    expect(left.policy?.Statement).toEqual([grant('b')]);
    expect(bucketPolicy.take(left, desired, by('b'), NOTHING_PLANNED).live.policy).toBeUndefined();
  });
});
