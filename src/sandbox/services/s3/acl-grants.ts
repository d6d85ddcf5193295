import type { Statement } from '../../../policy/types.js';
import type { Grant } from '../../store/buckets.js';

export const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';
export const AUTHENTICATED_USERS = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';

/** What each ACL permission allows (S3 User Guide, "Access control list overview", "Mapping of ACL permissions"). */
const ON_BUCKET: Readonly<Record<string, readonly string[]>> = {
  READ: ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'],
  WRITE: ['s3:PutObject', 's3:DeleteObject'],
  READ_ACP: ['s3:GetBucketAcl'],
  WRITE_ACP: ['s3:PutBucketAcl'],
};
const ON_OBJECT: Readonly<Record<string, readonly string[]>> = {
  READ: ['s3:GetObject', 's3:GetObjectVersion'],
  READ_ACP: ['s3:GetObjectAcl', 's3:GetObjectVersionAcl'],
  WRITE_ACP: ['s3:PutObjectAcl', 's3:PutObjectVersionAcl'],
};

function grants(grant: Grant, action: string, meanings: Readonly<Record<string, readonly string[]>>): boolean {
  const permissions = grant.permission === 'FULL_CONTROL' ? Object.keys(meanings) : [grant.permission];
  return permissions.some((permission) => meanings[permission]?.includes(action) === true);
}

function principalOf(grant: Grant, partition: string, callerAccount: string | undefined): string | undefined {
  if (grant.grantee.kind === 'user') return `arn:${partition}:iam::${grant.grantee.account}:root`;
  if (grant.grantee.uri === ALL_USERS) return '*';
  return grant.grantee.uri === AUTHENTICATED_USERS && callerAccount !== undefined
    ? `arn:${partition}:iam::${callerAccount}:root`
    : undefined;
}

/**
 * The grants of ACLs that allow an action, written as statements, so that the one evaluator decides about them too:
 * a grant to an account delegates to it, as a bucket policy that names the account's root does.
 */
export function aclStatements(
  action: string,
  resource: string,
  acls: {
    readonly bucket: readonly Grant[];
    readonly object: readonly Grant[];
    readonly partition: string;
    readonly callerAccount: string | undefined;
  },
): readonly Statement[] {
  const matching = [
    ...acls.bucket.filter((grant) => grants(grant, action, ON_BUCKET)),
    ...acls.object.filter((grant) => grants(grant, action, ON_OBJECT)),
  ];
  return matching.flatMap((grant) => {
    const principal = principalOf(grant, acls.partition, acls.callerAccount);
    return principal === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Principal: principal === '*' ? '*' : { AWS: principal },
            Action: action,
            Resource: resource,
          },
        ];
  });
}
