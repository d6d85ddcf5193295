import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  actionsOf,
  carriesKey,
  catalogueServices,
  findAction,
  isBucketAction,
  isKnownKey,
  isObjectAction,
  keyType,
} from '../../src/policy/catalogue/index.js';

describe('the action catalogue', () => {
  it('knows five services, whole', () => {
    expect(catalogueServices()).toEqual(['s3', 'sts', 'iam', 'kms', 'sns']);
    expect(actionsOf('s3').length).toBeGreaterThan(150);
    expect(actionsOf('ec2')).toEqual([]);
  });

  it('finds an action in any case and spells it as AWS does', () => {
    expect(findAction('S3:getobject')?.name).toBe('s3:GetObject');
    expect(findAction('s3:HeadObject')).toBeUndefined();
    expect(findAction('__proto__')).toBeUndefined();
  });

  it('tells bucket actions from object actions (Service Authorization Reference, "Actions defined by Amazon S3")', () => {
    expect(isBucketAction('s3:ListBucket')).toBe(true);
    expect(isObjectAction('s3:ListBucket')).toBe(false);
    expect(isObjectAction('s3:ListMultipartUploadParts')).toBe(true);
    expect(isBucketAction('s3:ListBucketMultipartUploads')).toBe(true);
    expect(isBucketAction('s3:ListAllMyBuckets')).toBe(false);
  });

  it('knows which action carries which key', () => {
    expect(carriesKey(findAction('s3:ListBucket')!, 's3:Prefix')).toBe(true);
    expect(carriesKey(findAction('s3:PutObject')!, 's3:prefix')).toBe(false);
    expect(carriesKey(findAction('s3:GetObject')!, 's3:ExistingObjectTag/team')).toBe(true);
    expect(carriesKey(findAction('s3:GetObject')!, 's3:DataAccessPointArn')).toBe(true);
    expect(carriesKey(findAction('sts:AssumeRole')!, 'sts:ExternalId')).toBe(true);
    expect(isKnownKey('s3:prefix')).toBe(true);
    expect(isKnownKey('s3:prefixes')).toBe(false);
    expect(keyType('s3:RequestObjectTagKeys')).toBe('ArrayOfString');
  });

  it('is small enough to ship', () => {
    expect(readFileSync('src/policy/catalogue/data.generated.ts').length).toBeLessThan(150_000);
  });
});
