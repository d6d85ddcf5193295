import { S3ConnectError } from '../errors.js';
import { settingsFor } from '../template/settings.js';
import type { Facts, ResolvedBucket, ResolvedConnection } from './types.js';

const WILDCARD = /[*?]/;

/** ARN of a bucket (Service Authorization Reference, Amazon S3: `arn:${Partition}:s3:::${BucketName}`). */
export function bucketArn(partition: string, name: string): string {
  return `arn:${partition}:s3:::${name}`;
}

/** ARN of an access point (S3 User Guide, "Access point ARNs"); objects behind it are `ARN/object/KEY`. */
export function accessPointArn(partition: string, region: string, account: string, name: string): string {
  return `arn:${partition}:s3:${region}:${account}:accesspoint/${name}`;
}

/** ARN of a topic in the bucket's region and account; an ARN is returned as it is. */
export function topicArn(partition: string, region: string, account: string, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : `arn:${partition}:sns:${region}:${account}:${nameOrArn}`;
}

/** The account that ARNs are formed with; BadUsage where neither credentials nor `--account` say it. */
export function knownAccount(facts: Facts): string {
  if (facts.account !== '') return facts.account;
  throw new S3ConnectError('BadUsage', 'An ARN in these documents needs the account, and it is not known.', {
    path: '--account',
    hint: 'Give --account ID, or "account" in the connections file.',
  });
}

/** Account of a bucket: the file's, else as found, else the connection's own. */
export function bucketAccount(bucket: ResolvedBucket, facts: Facts): string {
  return bucket.site.account ?? facts.buckets?.[bucket.name]?.account ?? knownAccount(facts);
}

/** True where the bucket is known to be in another account than the role, user or caller. */
export function inOtherAccount(bucket: ResolvedBucket, facts: Facts): boolean {
  const account = bucket.site.account ?? facts.buckets?.[bucket.name]?.account;
  return account !== undefined && account !== knownAccount(facts);
}

/** Region of a bucket: as found in the account, else the file's. */
export function bucketRegion(bucket: ResolvedBucket, facts: Facts): string {
  return facts.buckets?.[bucket.name]?.region ?? bucket.site.region;
}

/**
 * ARN of the connection's role, known before the role exists (account, path and name).
 *
 * @throws S3ConnectError BadUsage where the account is not known, RoleNotFound where a glob has not been looked up
 */
export function roleArn(c: ResolvedConnection, facts: Facts): string {
  if (c.method === 'existing-role' && facts.role !== undefined) return facts.role.arn;
  const role = c.role;
  if (role === undefined) throw new S3ConnectError('BadValue', `The method ${c.method} of ${c.name} has no role.`);
  if (WILDCARD.test(role.name)) {
    throw new S3ConnectError('BadUsage', `Which role "${role.name}" means can only be looked up in the account.`, {
      path: `${c.pointer}/role/name`,
      hint: 'Give the full role name (--role-name), or use a command that reads the account.',
    });
  }
  return `arn:${facts.partition}:iam::${knownAccount(facts)}:role${role.path}${role.name}`;
}

/** Name of the connection's role: for existing-role the one that the glob matched. */
export function roleName(c: ResolvedConnection, facts: Facts): string {
  return (c.method === 'existing-role' ? facts.role?.name : undefined) ?? c.role?.name ?? c.name;
}

/** ARN of the connection's user (IAM User Guide, "IAM ARNs"). */
export function userArn(c: ResolvedConnection, facts: Facts): string {
  const user = c.user;
  if (user === undefined) throw new S3ConnectError('BadValue', `The method ${c.method} of ${c.name} has no user.`);
  return `arn:${facts.partition}:iam::${knownAccount(facts)}:user${user.path}${user.name}`;
}

/**
 * The principals as written: the file's and flags', else the template's for the partition.
 *
 * @throws S3ConnectError BadValue where the template knows none for the partition
 */
export function principalSources(c: ResolvedConnection, partition: string): readonly string[] {
  if (c.trust.principals !== undefined) return c.trust.principals;
  const byPartition = settingsFor(c.template, c.method).principals;
  const own = byPartition !== undefined && Object.hasOwn(byPartition, partition) ? byPartition[partition] : undefined;
  if (own !== undefined && own.length > 0) return own;
  throw new S3ConnectError(
    'BadValue',
    `The template ${c.template.id} names no principal for the partition ${partition}; who is to be let in must be given.`,
    {
      path: c.pointer === '' ? '--principal' : `${c.pointer}/trust/principals`,
      hint: 'Give trust.principals (or --principal): a 12-digit account id, a user or role ARN, or role/GLOB.',
    },
  );
}

/** One principal as an ARN: an account id is its root, `role/GLOB` what was found in the account. */
function principalArn(source: string, c: ResolvedConnection, facts: Facts): string {
  if (/^\d{12}$/.test(source)) return `arn:${facts.partition}:iam::${source}:root`;
  const path = c.pointer === '' ? '--principal' : `${c.pointer}/trust/principals`;
  if (source.startsWith('role/')) {
    const found =
      facts.principals !== undefined && Object.hasOwn(facts.principals, source) ? facts.principals[source] : undefined;
    if (found !== undefined) return found;
    if (!WILDCARD.test(source)) return `arn:${facts.partition}:iam::${knownAccount(facts)}:${source}`;
    throw new S3ConnectError('BadUsage', `Which role "${source}" means can only be looked up in the account.`, {
      path,
      hint: 'Give the role ARN instead, or use a command that reads the account.',
    });
  }
  const partition = source.split(':')[1];
  if (partition !== facts.partition) {
    throw new S3ConnectError(
      'BadValue',
      `The principal ${source} is of the partition ${partition}, the account of ${facts.partition}: AWS lets no one in across partitions.`,
      { path, hint: `Give a principal of the partition ${facts.partition}.` },
    );
  }
  return source;
}

/** Who may assume the role: the vendor's principals as ARNs. */
export function trustedPrincipals(c: ResolvedConnection, facts: Facts): readonly string[] {
  return [...new Set(principalSources(c, facts.partition).map((source) => principalArn(source, c, facts)))];
}

/** Who gets the grants on the buckets: the role, the user, the principals of a bucket policy, or `*`. */
export function granteesOf(c: ResolvedConnection, facts: Facts): readonly string[] {
  switch (c.method) {
    case 'role':
    case 'existing-role':
      return [roleArn(c, facts)];
    case 'user':
      return [userArn(c, facts)];
    case 'bucket-policy':
      return trustedPrincipals(c, facts);
    case 'anonymous':
      return ['*'];
  }
}
