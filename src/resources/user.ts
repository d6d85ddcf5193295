import type { AwsPorts, Tags, UserRecord } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredByKind } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { readUser } from './inline-policy.js';
import type { Contributor, Place, ResourceKind } from './kind.js';
import { adoptedTags, claimOf, marked, notOurs, sameTags, sortedTags, tagChanges, withoutMarks } from './ownership.js';

export interface UserLive {
  readonly user: UserRecord | undefined;
}

function arnOf(desired: DesiredByKind['user'], place: Place): string {
  return `arn:${place.partition}:iam::${place.account}:user${desired.path}${desired.name}`;
}

/** IAM User Guide, "Deleting an IAM user": its keys and policies go first. */
async function remove(name: string, { iam }: AwsPorts): Promise<void> {
  const [inline, attached, keys] = await Promise.all([
    iam.listUserPolicies(name),
    iam.listAttachedUserPolicies(name),
    iam.listAccessKeys(name),
  ]);
  await Promise.all([
    ...keys.map((key) => iam.deleteAccessKey(name, key.id)),
    ...inline.map((policy) => iam.deleteUserPolicy(name, policy)),
    ...attached.map((policy) => iam.detachUserPolicy(name, policy.arn)),
  ]);
  await iam.deleteUser(name);
}

function claimed(live: UserRecord, desired: DesiredByKind['user'], by: Contributor): UserRecord {
  const claim = claimOf(live.tags, by);
  if (claim === 'other' || (claim === 'none' && !by.adopt)) throw notOurs(`The user ${live.name}`, live.tags, by);
  if (live.path !== desired.path) {
    throw new S3ConnectError('BadValue', `The user ${live.name} has the path ${live.path}.`, {
      path: `${by.pointer}/user/path`,
      hint: `Set "path" to ${JSON.stringify(live.path)}, or give the user another name.`,
    });
  }
  if (claim !== 'whole') {
    const tags: Tags = claim === 'none' ? adoptedTags(live.tags, by) : live.tags;
    return { ...live, tags };
  }
  return {
    ...live,
    permissionsBoundary: desired.permissionsBoundary ?? live.permissionsBoundary,
    tags: marked({ ...live.tags, ...desired.tags }, by),
  };
}

/** IAM users (IAM API Reference, CreateUser). */
export const user: ResourceKind<'user', UserLive> = {
  type: 'user',
  shared: false,
  identify: arnOf,
  dependsOn: () => [],
  read: async (desired, reader) => ({ user: await readUser(reader, desired.name) }),
  put({ user: live }, desired, by) {
    if (live !== undefined) return { user: claimed(live, desired, by) };
    return { user: { ...desired, arn: arnOf(desired, by.place), tags: marked(desired.tags, by) } };
  },
  take({ user: live }, _desired, by) {
    if (live === undefined) return { live: { user: undefined } };
    const claim = claimOf(live.tags, by);
    if (claim === 'whole') return { live: { user: undefined } };
    if (claim === 'adopted') return { live: { user: { ...live, tags: withoutMarks(live.tags) } } };
    const whose = live.tags[TAG_CONNECTION];
    return {
      live: { user: live },
      foreign: true,
      left: `the user ${live.name} ${whose === undefined ? 'was not made by s3connect' : `belongs to ${whose}`}`,
    };
  },
  show: ({ user: live }) =>
    live === undefined
      ? null
      : {
          name: live.name,
          path: live.path,
          permissionsBoundary: live.permissionsBoundary ?? null,
          tags: sortedTags(live.tags),
        },
  same({ user: a }, { user: b }) {
    if (a === undefined || b === undefined) return a === b;
    return a.permissionsBoundary === b.permissionsBoundary && sameTags(a.tags, b.tags);
  },
  async write({ user: before }, { user: after }, _desired, ports) {
    const { iam } = ports;
    if (after === undefined) return before === undefined ? undefined : remove(before.name, ports);
    if (before === undefined) {
      await iam.createUser(after);
      return;
    }
    const { set, remove: gone } = tagChanges(before.tags, after.tags);
    await Promise.all([
      Object.keys(set).length > 0 ? iam.tagUser(after.name, set) : undefined,
      gone.length > 0 ? iam.untagUser(after.name, gone) : undefined,
      before.permissionsBoundary !== after.permissionsBoundary && after.permissionsBoundary !== undefined
        ? iam.putUserPermissionsBoundary(after.name, after.permissionsBoundary)
        : undefined,
    ]);
  },
};
