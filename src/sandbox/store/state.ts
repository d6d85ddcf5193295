import type { PolicyDocument } from '../../policy/types.js';
import type { AccessPoint, Bucket, ObjectVersion } from './buckets.js';
import type { PrincipalRecord, Role, Topic, User, World } from './types.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * All that is stored as plain data: documents as a GET returns them; no secrets, times or generated ids, so that two
 * states can be compared to the byte.
 *
 * @param hidden ids of users that belong to the sandbox itself and are as it made them
 */
export function stateOf(world: World, hidden: (user: User) => boolean): Json {
  const accounts = new Map<string, Map<string, Map<string, unknown>>>();
  const put = (account: string, kind: string, name: string, value: unknown): void => {
    const kinds = accounts.get(account) ?? new Map<string, Map<string, unknown>>();
    const names = kinds.get(kind) ?? new Map<string, unknown>();
    accounts.set(account, kinds.set(kind, names.set(name, value)));
  };
  for (const role of world.iam.roles.allNewest()) put(role.account, 'roles', role.name, roleState(world, role));
  for (const user of world.iam.users.allNewest()) {
    if (!hidden(user)) put(user.account, 'users', user.name, userState(world, user));
  }
  for (const policy of world.iam.policies.allNewest()) {
    put(policy.account, 'policies', policy.name, {
      arn: policy.arn,
      description: policy.description ?? null,
      tags: policy.tags,
      defaultVersion: policy.defaultVersionId,
      versions: Object.fromEntries(policy.versions.map((one) => [one.id, world.renderPolicy(one.document)])),
    });
  }
  for (const profile of world.iam.instanceProfiles.values()) {
    const role = profile.roleId === undefined ? undefined : world.iam.roles.newestById(profile.roleId);
    put(profile.account, 'instanceProfiles', profile.name, { arn: profile.arn, role: role?.name ?? null });
  }
  for (const [account, settings] of world.s3.accountBlocks) put(account, 's3', 'publicAccessBlock', settings);
  return {
    accounts: byName(
      [...accounts].map(([id, kinds]) => [id, byName([...kinds].map(([kind, names]) => [kind, byName([...names])]))]),
    ),
    buckets: byName([...world.s3.buckets.values()].map((bucket) => [bucket.name, bucketState(world, bucket)])),
    accessPoints: byName(
      [...world.s3.accessPoints.values()].map((point) => [
        `${point.account}/${point.region}/${point.name}`,
        accessPointState(world, point),
      ]),
    ),
    topics: byName([...world.topics.values()].map((topic) => [topic.arn, topicState(world, topic)])),
  };
}

function byName(entries: readonly (readonly [string, unknown])[]): Json {
  return Object.fromEntries(entries);
}

function principalState(world: World, record: PrincipalRecord): Json {
  return {
    arn: record.arn,
    permissionsBoundary: record.permissionsBoundary ?? null,
    tags: record.tags,
    policies: byName(
      Object.entries(record.inlinePolicies).map(([name, document]) => [name, world.renderPolicy(document)]),
    ),
    attachedPolicies: [...record.attachedPolicies].sort(),
  };
}

function roleState(world: World, role: Role): Json {
  return {
    ...principalState(world, role),
    description: role.description ?? null,
    maxSessionDuration: role.maxSessionDuration,
    trustPolicy: world.renderPolicy(role.trustPolicy),
  };
}

function userState(world: World, user: User): Json {
  const keys = world.iam.keys.allNewest().filter((key) => key.ownerId === user.id && !key.hidden);
  return { ...principalState(world, user), accessKeys: keys.map((key) => key.status).sort() };
}

function rendered(world: World, stored: PolicyDocument | undefined): PolicyDocument | null {
  return stored === undefined ? null : world.renderPolicy(stored);
}

function bucketState(world: World, bucket: Bucket): Json {
  return {
    account: bucket.account,
    region: bucket.region,
    versioning: bucket.versioning ?? null,
    policy: rendered(world, bucket.policy),
    cors: bucket.cors ?? null,
    publicAccessBlock: bucket.publicAccessBlock ?? null,
    ownership: bucket.ownership ?? null,
    objectLock: bucket.objectLock ?? null,
    bucketKey: bucket.bucketKey ?? null,
    lifecycle:
      bucket.lifecycle?.map(({ id, generatedId, content }) => (generatedId ? { content } : { id, content })) ?? null,
    tags: bucket.tags === undefined ? null : Object.fromEntries(bucket.tags),
    notification: {
      eventBridge: bucket.notification.eventBridge,
      // An Id that S3 made up is no part of what was asked for.
      targets: bucket.notification.targets.map(({ Id, generatedId, ...target }) =>
        generatedId ? target : { ...target, Id },
      ),
    },
    acl: bucket.acl,
    objects: byName(
      [...bucket.objects]
        .filter(([, versions]) => versions.length > 0)
        .map(([key, versions]) => [key, versions.map(objectState)]),
    ),
    uploads: [...bucket.uploads.values()].map((upload) => upload.key).sort(),
  };
}

function objectState(version: ObjectVersion): Json {
  return {
    deleteMarker: version.deleteMarker,
    etag: version.etag,
    size: version.body.length,
    owner: version.owner,
    retention: version.retention?.mode ?? null,
    legalHold: version.legalHold ?? null,
    headers: version.headers,
    metadata: version.metadata,
    tags: Object.fromEntries(version.tags),
    acl: version.acl,
  };
}

function accessPointState(world: World, point: AccessPoint): Json {
  return {
    bucket: point.bucket,
    bucketAccount: point.bucketAccount,
    vpcId: point.vpcId ?? null,
    publicAccessBlock: point.publicAccessBlock,
    tags: Object.fromEntries(point.tags),
    policy: rendered(world, point.policy),
  };
}

function topicState(world: World, topic: Topic): Json {
  return {
    policy: world.renderPolicy(topic.policy),
    tags: topic.tags,
    attributes: topic.attributes,
    subscriptions: [...topic.subscriptions.values()]
      .map(({ protocol, endpoint, confirmed, attributes }) => ({ protocol, endpoint, confirmed, attributes }))
      .sort((a, b) => (`${a.protocol} ${a.endpoint}` < `${b.protocol} ${b.endpoint}` ? -1 : 1)),
  };
}

/** JSON with the keys of every object sorted. */
export function sortedJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, item: unknown) => (isPlain(item) ? sorted(item) : item), 2)}\n`;
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Json): Json {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
