import { rename, rm } from 'node:fs/promises';
import type { AccessKeyRecord, AwsAccess, AwsPorts } from '../aws/ports.js';
import { until } from '../aws/retry.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { checkWorkTree, readSecret, type StoredKey, writeSecret } from '../resources/secret-file.js';
import { gatherFacts } from './facts.js';
import type { OnEvent } from './types.js';

export interface RotateInput {
  readonly connection: ResolvedConnection;
  readonly aws: AwsAccess;
  readonly secretFile: string;
  /** Verify the new key, then deactivate and delete the old one. */
  readonly finish?: boolean;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** Proves the new key, as `verify` does; false leaves the old key alone. Default: the key is accepted by STS. */
  readonly verifyKey?: (key: StoredKey) => Promise<boolean>;
}

export interface RotateResult {
  readonly user: string;
  readonly created: string | null;
  readonly deleted: string | null;
  readonly secretFile: string;
}

/** A fresh key is unknown to STS for some seconds. */
const KNOWN_WITHIN_MS = 120_000;

async function ownUser(c: ResolvedConnection, ports: AwsPorts): Promise<string> {
  const user = c.user;
  if (c.method !== 'user' || user === undefined) {
    throw new S3ConnectError('BadUsage', `The connection ${c.name} has no user: its method is ${c.method}.`, {
      hint: 'Only the method user has access keys.',
    });
  }
  const live = await ports.iam.getUser(user.name);
  if (live === undefined) {
    throw new S3ConnectError('BadUsage', `There is no user ${user.name} yet.`, {
      hint: `Make it with \`s3connect apply ${c.name}\`.`,
    });
  }
  if (live.tags[TAG_CONNECTION] !== c.owner.tag) {
    throw new S3ConnectError('NotOurs', `The user ${user.name} doesn't belong to the connection ${c.name}.`, {
      hint: 'Its keys are left alone.',
    });
  }
  return user.name;
}

/** Makes the second key; its secret takes the place of the old one's file, which no longer is of use to anybody new. */
async function begin(input: RotateInput, user: string, keys: readonly AccessKeyRecord[], ports: AwsPorts) {
  if (keys.length >= 2) {
    throw new S3ConnectError('BadUsage', `The user ${user} has two access keys already; there is never a third.`, {
      path: '--finish',
      hint: `End the rotation under way with \`s3connect user rotate ${input.connection.name} --finish\`.`,
    });
  }
  const { secretFile } = input;
  await checkWorkTree(secretFile);
  // Beside it, so that the old file is whole until the new one is.
  const next = `${secretFile}.${process.pid}`;
  const key = await ports.iam.createAccessKey(user);
  try {
    await writeSecret(next, input.connection.name, { accessKeyId: key.id, secretAccessKey: key.secret });
    await rename(next, secretFile);
  } catch (cause) {
    await rm(next, { force: true });
    await ports.iam.deleteAccessKey(user, key.id);
    throw new S3ConnectError('BadValue', `Can't write the secret file ${secretFile}: ${(cause as Error).message}`, {
      path: '--secret-file',
      hint: 'Name a file that can be written; the key was deleted again.',
      cause,
    });
  }
  return { user, created: key.id, deleted: null, secretFile };
}

async function acceptedBySts(aws: AwsAccess, region: string, key: StoredKey, signal?: AbortSignal): Promise<boolean> {
  const { sts } = aws.portsAs({ region }, key);
  return until(
    async () => {
      try {
        await sts.getCallerIdentity();
        return true;
      } catch (e) {
        if (e instanceof S3ConnectError && e.code === 'NoCredentials') return false;
        throw e;
      }
    },
    { accept: (accepted) => accepted, budgetMs: KNOWN_WITHIN_MS, ...(signal === undefined ? {} : { signal }) },
  );
}

async function end(input: RotateInput, user: string, keys: readonly AccessKeyRecord[], ports: AwsPorts) {
  const { connection: c, secretFile } = input;
  const stored = await readSecret(secretFile, c.name);
  const fresh = keys.find(({ id }) => id === stored?.accessKeyId);
  const old = keys.find(({ id }) => id !== stored?.accessKeyId);
  if (stored === undefined || fresh === undefined) {
    throw new S3ConnectError('BadUsage', `The secret file ${secretFile} holds no key of the user ${user}.`, {
      path: '--secret-file',
      hint: 'Name the file of the new key; without it nothing can be proved, and the old key stays.',
    });
  }
  if (old === undefined) {
    throw new S3ConnectError('BadUsage', `The user ${user} has only one access key: no rotation is under way.`, {
      hint: `Begin one with \`s3connect user rotate ${c.name}\`.`,
    });
  }
  const proved =
    (await acceptedBySts(input.aws, c.site.region, stored, input.signal)) &&
    (await (input.verifyKey?.(stored) ?? true));
  if (!proved) {
    throw new S3ConnectError('AwsError', `The new key of ${user} doesn't work yet; the old one stays.`, {
      hint: 'Look at `s3connect verify`, and try again.',
    });
  }
  if (input.signal?.aborted === true) throw new S3ConnectError('Interrupted', 'Interrupted; the old key stays.');
  await ports.iam.updateAccessKey(user, old.id, 'Inactive');
  await ports.iam.deleteAccessKey(user, old.id);
  return { user, created: null, deleted: old.id, secretFile };
}

/**
 * Rotates the access key of a connection's user in two steps: a second key whose secret takes the place of the first's
 * in the file; then, with `finish`, proof of the new one, and the old one is deactivated and deleted.
 *
 * @throws S3ConnectError BadUsage (no user, two keys already, no rotation under way), NotOurs, WrongAccount
 */
export async function rotateAccessKey(input: RotateInput): Promise<RotateResult> {
  const { connection: c, aws } = input;
  await gatherFacts({ ...c, buckets: [] }, aws, {});
  const ports = aws.ports(c.site);
  const user = await ownUser(c, ports);
  const keys = await ports.iam.listAccessKeys(user);
  return input.finish === true ? end(input, user, keys, ports) : begin(input, user, keys, ports);
}
