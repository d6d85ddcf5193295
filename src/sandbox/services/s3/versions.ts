import type { Bucket, ObjectVersion } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import { s3Error } from './errors.js';
import { defaultRetention } from './object-lock.js';

/** Puts a version on top of a key, as the bucket's versioning has it, and returns it with its id. */
export function addVersion(
  world: World,
  bucket: Bucket,
  key: string,
  version: Omit<ObjectVersion, 'versionId'>,
): ObjectVersion {
  const ownRetention = version.deleteMarker || version.retention !== undefined;
  const stored = {
    ...version,
    ...(ownRetention ? {} : defaultRetention(bucket, world.clock())),
    versionId: bucket.versioning === 'Enabled' ? world.random.token(32) : 'null',
  };
  const others = (bucket.objects.get(key) ?? []).filter((old) => old.versionId !== stored.versionId);
  bucket.objects.set(key, [...others, stored]);
  return stored;
}

/** Takes one version away; the key goes with its last one. */
export function removeVersion(bucket: Bucket, key: string, versionId: string): ObjectVersion | undefined {
  const versions = bucket.objects.get(key) ?? [];
  const rest = versions.filter((version) => version.versionId !== versionId);
  if (rest.length === 0) bucket.objects.delete(key);
  else bucket.objects.set(key, rest);
  return versions.find((version) => version.versionId === versionId);
}

/** The version of that id, undefined where there is none. Throws InvalidArgument for an id that can't be one. */
export function versionOf(bucket: Bucket, key: string, versionId: string): ObjectVersion | undefined {
  if (versionId !== 'null' && !/^[A-Za-z0-9._]{32}$/.test(versionId)) {
    throw s3Error('InvalidArgument', {
      message: 'Invalid version id specified',
      extra: { ArgumentName: 'versionId', ArgumentValue: versionId },
    });
  }
  return bucket.objects.get(key)?.find((version) => version.versionId === versionId);
}

/** The `x-amz-version-id` header of a bucket that has or had versioning. */
export function versionHeader(
  bucket: Bucket,
  version: Pick<ObjectVersion, 'versionId'>,
): Readonly<Record<string, string>> {
  return bucket.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}
