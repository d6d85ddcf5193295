import type { DesiredResource, Facts } from '../connection/types.js';

/** One permission that s3connect itself needs to make, read back and remove a resource. */
export interface NeededPermission {
  readonly action: string;
  readonly resource: string;
  /** The kind of resource that it is for. */
  readonly for: string;
}

const ROLE_POLICY = ['iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'];
const USER_POLICY = ['iam:GetUserPolicy', 'iam:PutUserPolicy', 'iam:DeleteUserPolicy'];

/** Actions by kind (Service Authorization Reference: AWS IAM, Amazon S3, Amazon SNS). */
const ACTIONS: Readonly<Record<DesiredResource['kind'], readonly string[]>> = {
  role: [
    'iam:GetRole',
    'iam:CreateRole',
    'iam:UpdateRole',
    'iam:UpdateAssumeRolePolicy',
    'iam:TagRole',
    'iam:ListRolePolicies',
    'iam:ListAttachedRolePolicies',
    'iam:ListInstanceProfilesForRole',
    'iam:DeleteRole',
  ],
  'role-policy': ROLE_POLICY,
  'managed-policy': [
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
    'iam:ListPolicyVersions',
    'iam:CreatePolicy',
    'iam:CreatePolicyVersion',
    'iam:DeletePolicyVersion',
    'iam:DeletePolicy',
    'iam:TagPolicy',
  ],
  user: [
    'iam:GetUser',
    'iam:CreateUser',
    'iam:TagUser',
    'iam:ListUserPolicies',
    'iam:ListAttachedUserPolicies',
    'iam:DeleteUser',
  ],
  'user-policy': USER_POLICY,
  'access-key': ['iam:ListAccessKeys', 'iam:CreateAccessKey', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey'],
  bucket: ['s3:ListBucket'],
  'public-access-block': ['s3:GetBucketPublicAccessBlock', 's3:PutBucketPublicAccessBlock'],
  'ownership-controls': ['s3:GetBucketOwnershipControls', 's3:PutBucketOwnershipControls'],
  'bucket-policy': ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  cors: ['s3:GetBucketCORS', 's3:PutBucketCORS'],
  'access-point': ['s3:GetAccessPoint', 's3:CreateAccessPoint', 's3:DeleteAccessPoint'],
  'access-point-policy': ['s3:GetAccessPointPolicy', 's3:PutAccessPointPolicy', 's3:DeleteAccessPointPolicy'],
  topic: ['sns:GetTopicAttributes', 'sns:CreateTopic', 'sns:TagResource', 'sns:ListTagsForResource', 'sns:DeleteTopic'],
  'topic-policy': ['sns:GetTopicAttributes', 'sns:SetTopicAttributes'],
  subscription: ['sns:Subscribe', 'sns:ListSubscriptionsByTopic'],
  notification: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
};

/** Actions that only a bucket of our own making needs. */
const MAKING_BUCKET = ['s3:CreateBucket', 's3:GetBucketTagging', 's3:PutBucketTagging', 's3:DeleteBucket'];

/** ARNs of roles and users are formed with their paths, which only the role and user resources know. */
export interface KnownArns {
  readonly role: (name: string) => string;
  readonly user: (name: string) => string;
}

function resourceArn(each: DesiredResource, facts: Facts, arns: KnownArns): string {
  const iam = `arn:${facts.partition}:iam::${facts.account}`;
  switch (each.kind) {
    case 'role':
      return arns.role(each.desired.name);
    case 'role-policy':
      return arns.role(each.desired.role);
    case 'managed-policy':
      return `${iam}:policy${each.desired.path}${each.desired.name}`;
    case 'user':
      return arns.user(each.desired.name);
    case 'user-policy':
    case 'access-key':
      return arns.user(each.desired.user);
    case 'access-point':
    case 'access-point-policy':
      return `arn:${facts.partition}:s3:${each.site.region}:${facts.account}:accesspoint/${each.desired.name}`;
    case 'topic':
    case 'topic-policy':
      return each.desired.arn;
    case 'subscription':
      return each.desired.topicArn;
    default:
      return `arn:${facts.partition}:s3:::${each.desired.bucket}`;
  }
}

/** What s3connect's caller has to be allowed to do for one desired resource. */
export function neededPermissions(each: DesiredResource, facts: Facts, arns: KnownArns): readonly NeededPermission[] {
  const resource = resourceArn(each, facts, arns);
  const needed = ACTIONS[each.kind].map((action) => ({ action, resource, for: each.kind }));
  if (each.kind === 'bucket' && each.desired.create) {
    needed.push(...MAKING_BUCKET.map((action) => ({ action, resource, for: each.kind })));
  }
  if (each.kind === 'managed-policy') {
    const { attachTo } = each.desired;
    const [who, kind] = 'role' in attachTo ? [arns.role(attachTo.role), 'Role'] : [arns.user(attachTo.user), 'User'];
    needed.push({ action: `iam:Attach${kind}Policy`, resource: who, for: each.kind });
    needed.push({ action: `iam:Detach${kind}Policy`, resource: who, for: each.kind });
  }
  return needed;
}
