import { execFile } from 'node:child_process';
import { mkdir, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { S3ConnectError } from '../errors.js';

export interface StoredKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The key in a file in the AWS credentials format (of one profile where it is named); undefined where there is none. */
export async function readSecret(file: string, profile?: string): Promise<StoredKey | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new S3ConnectError('BadValue', `Can't read the secret file ${file}: ${(e as Error).message}`, {
      path: '--secret-file',
      cause: e,
    });
  }
  let inside = profile === undefined;
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[(.+?)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) inside = profile === undefined || section.trim() === profile;
    const pair = inside ? /^\s*(aws_access_key_id|aws_secret_access_key)\s*=\s*(\S+)\s*$/.exec(line) : null;
    if (pair?.[1] !== undefined && pair[2] !== undefined) found[pair[1]] = pair[2];
  }
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = found;
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}

/** The nearest folder of a path that is there already: a symbolic link must not lead into a work tree unseen. */
async function existingFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      return await realpath(at);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(at) === at) throw e;
    }
  }
}

async function workTreeOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** git's own word; where git isn't there to ask, the file counts as not ignored. */
function isIgnored(folder: string, file: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('git', ['-C', folder, 'check-ignore', '-q', '--', file], (error) => resolve(error === null));
  });
}

/**
 * Refuses a place for a secret before any key is made: a file that is there already, or one that git would commit.
 */
export async function checkSecretPlace(file: string): Promise<void> {
  const taken = await stat(file).then(
    () => true,
    () => false,
  );
  if (taken) {
    throw new S3ConnectError('BadValue', `The secret file ${file} is there already and is never overwritten.`, {
      path: '--secret-file',
      hint: 'Move it away, or name another file.',
    });
  }
  await checkWorkTree(file);
}

/** Refuses a file that git would commit. */
export async function checkWorkTree(file: string): Promise<void> {
  const folder = await existingFolder(dirname(file));
  const tree = await workTreeOf(folder);
  if (tree !== undefined && !(await isIgnored(folder, file))) {
    throw new S3ConnectError(
      'BadValue',
      `The secret file ${file} lies in the git work tree ${tree}, which doesn't ignore it.`,
      {
        path: '--secret-file',
        hint: 'Name a file outside of it, or add it to .gitignore.',
      },
    );
  }
}

/** Writes a secret into one new file that only its owner may read, in the AWS credentials format. */
export async function writeSecret(file: string, profile: string, key: StoredKey): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    // The process's umask may have taken more away, never added.
    await handle.chmod(0o600);
    await handle.writeFile(
      `[${profile}]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the file of a key that is gone; one that holds another key stays. */
export async function removeSecret(file: string, profile: string, accessKeyId: string): Promise<void> {
  const stored = await readSecret(file, profile);
  if (stored?.accessKeyId === accessKeyId) await rm(file, { force: true });
}
