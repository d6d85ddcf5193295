import { describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/connection/generate.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { PolicyDocument } from '../../src/policy/types.js';
import { factsOf, resolveEntry } from '../helpers/connections.js';

/** What a document grants, without Sids, order and grouping. */
function grants(doc: PolicyDocument): string[] {
  const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
    value === undefined ? [] : Array.isArray(value) ? value : [value as T];
  return list(doc.Statement)
    .filter((statement) => statement.Effect === 'Allow')
    .flatMap((statement) =>
      list(statement.Action).flatMap((action) => list(statement.Resource).map((on) => `${action} ${on}`)),
    )
    .sort();
}

async function documents(entry: Record<string, unknown>): Promise<Map<string, PolicyDocument>> {
  const c = await resolveEntry(entry);
  return new Map(documentsOf(c, factsOf()).map(({ kind, document }) => [kind, document as PolicyDocument]));
}

describe('the documents of the guides', () => {
  it('Bitmovin, What permissions do I need to set on my S3 buckets for Analytics Exports?: the custom policy, as it stands', async () => {
    const guide: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'BitmovinOutputBucketPermissions',
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:GetBucketLocation'],
          Resource: ['arn:aws:s3:::acme'],
        },
        {
          Sid: 'BitmovinOutputObjectPermissions',
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:PutObjectAcl'],
          Resource: ['arn:aws:s3:::acme/*'],
        },
      ],
    };
    const made = await documents({
      template: 'bitmovin-analytics-output',
      trust: { externalIds: ['some-id'] },
      buckets: [{ name: 'acme' }],
    });
    expect(grants(made.get('role-policy') as PolicyDocument)).toEqual(grants(guide));
    // The guide's console steps trust the whole account 630681592166; the API reference names the one user of it.
    expect(made.get('trust-policy')?.Statement).toMatchObject([
      {
        Principal: { AWS: 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access' },
        Condition: { StringEquals: { 'sts:ExternalId': 'some-id' } },
      },
    ]);
  });

  it('Videsk, AWS S3: PutObject on the bucket, as it stands', async () => {
    const made = await documents({ template: 'videsk', buckets: [{ name: 'acme' }] });
    expect(grants(made.get('user-policy') as PolicyDocument)).toEqual(['s3:PutObject arn:aws:s3:::acme/*']);
  });

  it("Videsk, AWS S3, Security Suggestions: what the guide's Deny was meant to do, where it refuses every upload", async () => {
    const user = 'arn:aws:iam::111122223333:user/videsk-connector';
    const made = await documents({ template: 'videsk', buckets: [{ name: 'acme', prefix: 'uploads', confine: true }] });
    const guide: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AllowPrefixedWrites',
          Effect: 'Allow',
          Principal: { AWS: user },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::acme/uploads/*',
        },
        {
          Sid: 'DenyNonPrefixedWrites',
          Effect: 'Deny',
          Principal: { AWS: user },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::acme/*',
          Condition: { StringNotLikeIfExists: { 's3:prefix': ['uploads/*'] } },
        },
      ],
    };
    const wide: PolicyDocument = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme/*' },
    };
    const put = (key: string, resourcePolicy: PolicyDocument | undefined) =>
      evaluate({
        request: {
          principal: user,
          action: 's3:PutObject',
          resource: `arn:aws:s3:::acme/${key}`,
          resourceAccount: '111122223333',
        },
        identityPolicies: [wide],
        ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      }).decision;
    expect(put('uploads/a.mp4', guide)).toBe('deny');
    expect(put('uploads/a.mp4', made.get('bucket-policy'))).toBe('allow');
    expect(put('uploads-old/a.mp4', made.get('bucket-policy'))).toBe('deny');
    expect(put('a.mp4', made.get('bucket-policy'))).toBe('deny');
  });

  it('Coactive, Cloud Storage Access: narrower than s3:Get* and s3:List*, as its own words ask for listing and reading', async () => {
    const made = await documents({ template: 'coactive', buckets: [{ name: 'acme', prefix: 'prefix' }] });
    expect(grants(made.get('managed-policy') as PolicyDocument)).toEqual([
      's3:GetObject arn:aws:s3:::acme/prefix/*',
      's3:ListBucket arn:aws:s3:::acme',
    ]);
    expect(made.get('trust-policy')?.Statement).toMatchObject([
      { Principal: { AWS: 'arn:aws:iam::863104360228:role/coactive-external-connections' } },
    ]);
  });

  it('Accurate.Video, S3 Storages: GetObject and ListBucket for input, PutObject besides for output, "null" among the origins', async () => {
    const trust = { principals: ['arn:aws:iam::111122223333:role/av-JobsTaskStack-1-ECSTaskRole-2'] };
    const entry = { template: 'accurate-video', method: 'bucket-policy', trust };
    const input = await documents({
      ...entry,
      buckets: [{ name: 'acme', access: 'input', cors: { allowedOrigins: ['https://av.acme.example'] } }],
    });
    const output = await documents({
      ...entry,
      buckets: [{ name: 'acme', access: 'output', cors: { allowedOrigins: ['*'] } }],
    });
    const read = ['s3:GetObject arn:aws:s3:::acme/*', 's3:ListBucket arn:aws:s3:::acme'];
    expect(grants(input.get('bucket-policy') as PolicyDocument)).toEqual(read);
    expect(grants(output.get('bucket-policy') as PolicyDocument)).toEqual(
      [...read, 's3:PutObject arn:aws:s3:::acme/*'].sort(),
    );
    expect(input.get('cors')).toMatchObject({
      CORSRules: [{ AllowedOrigins: ['https://av.acme.example', 'null'], MaxAgeSeconds: 3000 }],
    });
    expect(output.get('cors')).toMatchObject({ CORSRules: [{ AllowedOrigins: ['*'] }] });
  });
});
