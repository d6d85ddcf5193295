/** Everything that `{{…}}` may name, but for `params.NAME`. */
export const PATHS = [
  'aws.partition',
  'aws.account',
  'aws.region',
  'connection.name',
  'bucket.name',
  'bucket.arn',
  'bucket.region',
  'bucket.prefix',
  'bucket.access',
  'bucket.allows.read',
  'bucket.allows.list',
  'bucket.allows.write',
  'bucket.allows.delete',
  'role.arn',
  'role.name',
  'user.arn',
  'user.name',
  'user.accessKeyId',
  'user.secretFile',
  'accessPoint.arn',
  'accessPoint.alias',
  'topic.arn',
  'externalId',
  'externalIds',
] as const;

/** Known before anything exists: what the names of role, user and policy may be made of. */
export const NAME_PATHS: readonly string[] = ['aws.partition', 'aws.account', 'aws.region', 'connection.name'];

/** Those that mean one bucket. */
export function ofBucket(path: string): boolean {
  return path.startsWith('bucket.') || path.startsWith('accessPoint.') || path.startsWith('topic.');
}
