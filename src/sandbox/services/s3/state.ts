import type { AccessPoint, Bucket, NotificationTarget, ObjectVersion } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import { accessPointArn } from './arns.js';
import { byUtf8 } from './pages.js';

function fromMap(map: ReadonlyMap<string, string> | undefined): Readonly<Record<string, string>> | undefined {
  if (map === undefined) return undefined;
  return Object.fromEntries([...map].sort(([a], [b]) => byUtf8(a, b)));
}

function versionState(version: ObjectVersion): object {
  if (version.deleteMarker) return { deleteMarker: true };
  return {
    size: version.body.length,
    etag: version.etag,
    owner: version.owner,
    headers: version.headers,
    metadata: version.metadata,
    storageClass: version.storageClass,
    tags: fromMap(version.tags),
    acl: version.acl,
  };
}

function targetState(target: NotificationTarget): object {
  return {
    kind: target.kind,
    ...(target.generatedId ? {} : { id: target.Id }),
    arn: target.arn,
    events: target.events,
    filter: target.filter,
  };
}

function bucketState(world: World, bucket: Bucket): object {
  const keys = [...bucket.objects.keys()].sort(byUtf8);
  return {
    account: bucket.account,
    region: bucket.region,
    versioning: bucket.versioning,
    policy: bucket.policy === undefined ? undefined : world.renderPolicy(bucket.policy),
    cors: bucket.cors,
    publicAccessBlock: bucket.publicAccessBlock,
    ownership: bucket.ownership,
    tags: fromMap(bucket.tags),
    notification: {
      targets: bucket.notification.targets.map(targetState),
      eventBridge: bucket.notification.eventBridge,
    },
    acl: bucket.acl,
    objects: Object.fromEntries(keys.map((key) => [key, (bucket.objects.get(key) ?? []).map(versionState)])),
    uploads: [...bucket.uploads.values()].map(({ key }) => key).sort(byUtf8),
  };
}

function pointState(world: World, point: AccessPoint): object {
  return {
    bucket: point.bucket,
    bucketAccount: point.bucketAccount,
    vpcId: point.vpcId,
    publicAccessBlock: point.publicAccessBlock,
    tags: fromMap(point.tags),
    policy: point.policy === undefined ? undefined : world.renderPolicy(point.policy),
  };
}

function sorted<T>(items: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  return Object.fromEntries([...items].sort(([a], [b]) => byUtf8(a, b)));
}

/**
 * What S3 and S3 Control keep, for `/_sandbox/state`: plain, sorted data, documents as a GET would return them, no
 * times and no ids that S3 made up.
 */
export function s3State(world: World): {
  readonly buckets: Readonly<Record<string, object>>;
  readonly accessPoints: Readonly<Record<string, object>>;
  readonly accountPublicAccessBlocks: Readonly<Record<string, object>>;
} {
  const { buckets, accessPoints, accountBlocks } = world.s3;
  return {
    buckets: sorted([...buckets].map(([name, bucket]) => [name, bucketState(world, bucket)] as const)),
    accessPoints: sorted(
      [...accessPoints.values()].map((point) => [accessPointArn(point), pointState(world, point)] as const),
    ),
    accountPublicAccessBlocks: sorted(accountBlocks),
  };
}
