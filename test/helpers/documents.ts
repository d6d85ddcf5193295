import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { GetBucketCorsCommand, GetBucketPolicyCommand, type S3Client } from '@aws-sdk/client-s3';
import { asList } from '../../src/policy/documents.js';
import type { PolicyDocument } from '../../src/policy/types.js';

/** A document without the names of its statements, which a guide and s3connect choose differently. */
export function withoutSids(doc: PolicyDocument): PolicyDocument {
  return { ...doc, Statement: asList(doc.Statement).map(({ Sid: _, ...rest }) => rest) };
}

/** Live documents, as the console shows them. */
export function liveDocuments({ iam, s3 }: { readonly iam: IAMClient; readonly s3: S3Client }) {
  const decoded = (text: string | undefined): PolicyDocument =>
    withoutSids(JSON.parse(decodeURIComponent(text ?? 'null')) as PolicyDocument);
  return {
    trust: async (RoleName: string) =>
      decoded((await iam.send(new GetRoleCommand({ RoleName }))).Role?.AssumeRolePolicyDocument),
    ofRole: async (RoleName: string, PolicyName = 's3connect') =>
      decoded((await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument),
    ofUser: async (UserName: string, PolicyName = 's3connect') =>
      decoded((await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument),
    managed: async (PolicyArn: string) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const version = new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId });
      return decoded((await iam.send(version)).PolicyVersion?.Document);
    },
    ofBucket: async (Bucket: string) => {
      const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      return withoutSids(JSON.parse(Policy ?? 'null') as PolicyDocument);
    },
    cors: async (Bucket: string) => (await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules,
  };
}
