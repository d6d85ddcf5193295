import type { Tags } from '../aws/ports.js';
import type { Facts } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { readUser } from './inline-policy.js';
import type { ResourceKind } from './kind.js';
import { claimOf } from './ownership.js';
import { checkSecretPlace, readSecret, removeSecret, writeSecret } from './secret-file.js';

export interface AccessKeyLive {
  readonly user: string;
  readonly tags: Tags | undefined;
  /** `pending` stands for the key that apply will make. */
  readonly ids: readonly string[];
  readonly secretFile: string | undefined;
  /** Id of the key in the secret file. */
  readonly stored: string | undefined;
  /** Name of the credentials profile: the connection's. */
  readonly profile: string;
}

const PENDING = 'pending';

/** Access keys (IAM API Reference, CreateAccessKey): one is made where there is none, and its secret goes into a file. */
export const accessKey: ResourceKind<'access-key', AccessKeyLive> = {
  type: 'access-key',
  shared: false,
  identify: (desired, place) =>
    `arn:${place.partition}:iam::${place.account}:user${desired.path ?? '/'}${desired.user}`,
  dependsOn: () => [{ kind: 'user' }],
  async read(desired, reader) {
    const [user, keys, stored] = await Promise.all([
      readUser(reader, desired.user),
      reader.once(`ListAccessKeys ${desired.user}`, (ports) => ports.iam.listAccessKeys(desired.user)),
      desired.secretFile === undefined ? undefined : readSecret(desired.secretFile),
    ]);
    return {
      user: desired.user,
      tags: user?.tags,
      ids: keys.map((key) => key.id),
      secretFile: desired.secretFile,
      stored: stored?.accessKeyId,
      profile: '',
    };
  },
  refresh: async (live, desired, { ports }) => ({
    ...live,
    ids: (await ports.iam.listAccessKeys(desired.user)).map((key) => key.id),
  }),
  put: (live, _desired, by) => ({ ...live, profile: by.name, ids: live.ids.length > 0 ? live.ids : [PENDING] }),
  take(live, _desired, by) {
    if (live.ids.length === 0 || live.tags === undefined) return { live };
    const claim = claimOf(live.tags, by);
    const rest = { ...live, profile: by.name };
    if (claim === 'whole') return { live: { ...rest, ids: [] } };
    if (claim !== 'adopted') return { live };
    // Of an adopted user's keys only the one in our file is known to be ours.
    return { live: { ...rest, ids: live.ids.filter((id) => id !== live.stored) } };
  },
  show: ({ user, ids, secretFile }) => (ids.length === 0 ? null : { user, secretFile: secretFile ?? null }),
  same: (a, b) =>
    a.ids.length === b.ids.length &&
    (b.ids.includes(PENDING) || a.ids.includes(PENDING) || a.ids.every((id) => b.ids.includes(id))),
  async preflight(before, after) {
    if (after.ids.length <= before.ids.length && !after.ids.includes(PENDING)) return;
    if (after.secretFile === undefined) {
      throw new S3ConnectError('BadUsage', `There is no file for the secret of the access key of ${after.user}.`, {
        path: '--secret-file',
        hint: 'Name one with --secret-file FILE.',
      });
    }
    await checkSecretPlace(after.secretFile);
  },
  async write(before, after, desired, { iam }) {
    const { user } = desired;
    if (after.ids.includes(PENDING)) {
      const file = after.secretFile;
      if (file === undefined) throw new Error('preflight lets no key be made without a file');
      await checkSecretPlace(file);
      const key = await iam.createAccessKey(user);
      try {
        await writeSecret(file, after.profile, { accessKeyId: key.id, secretAccessKey: key.secret });
      } catch (cause) {
        // A key whose secret nobody has is of no use to anybody but a thief.
        await iam.deleteAccessKey(user, key.id);
        throw new S3ConnectError('BadValue', `Can't write the secret file ${file}: ${(cause as Error).message}`, {
          path: '--secret-file',
          hint: 'Name a file that can be written; the key was deleted again.',
          cause,
        });
      }
      return;
    }
    for (const id of before.ids.filter((one) => !after.ids.includes(one))) {
      await iam.deleteAccessKey(user, id);
      if (after.secretFile !== undefined) await removeSecret(after.secretFile, after.profile, id);
    }
  },
  note(before, after) {
    if (before.ids.length === 0 || after.ids.length === 0) return undefined;
    if (before.secretFile !== undefined && before.stored !== undefined) return undefined;
    return `there is a key already, but its secret is not in ${before.secretFile ?? 'a known file'}: no new key is made (\`s3connect user rotate\` makes one)`;
  },
  learn(live): Partial<Facts> {
    const id = live.stored ?? live.ids.find((one) => one !== PENDING);
    return {
      ...(id === undefined ? {} : { accessKeyId: id }),
      ...(live.secretFile === undefined ? {} : { secretFile: live.secretFile }),
    };
  },
};
