import { readFile } from 'node:fs/promises';
import { S3ConnectError } from '../errors.js';
import type { VerifyOptions } from './types.js';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * The access key of a `user` connection: the environment's, else the secret file's (AWS credentials format, the
 * connection's name as profile). Undefined where there is none; the file's contents appear in no message.
 *
 * @throws S3ConnectError BadUsage where a file that was named can't be read or holds no key of the connection
 */
export async function keysOf(
  connection: string,
  o: Pick<VerifyOptions, 'keys' | 'secretFile' | 'secretFileOf'>,
): Promise<Keys | undefined> {
  if (o.keys !== undefined) return o.keys;
  const named = o.secretFile;
  const file = named ?? o.secretFileOf?.(connection);
  if (file === undefined) return undefined;
  const keys = await readKeys(file, connection, named !== undefined);
  if (keys === undefined && named !== undefined) {
    throw new S3ConnectError('BadUsage', `${file} holds no access key under the profile [${connection}].`, {
      path: '--secret-file',
      hint: 'Give the file that apply wrote for this connection.',
    });
  }
  return keys;
}

async function readKeys(file: string, profile: string, mustExist: boolean): Promise<Keys | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !mustExist) return undefined;
    throw new S3ConnectError('BadUsage', `${file} can't be read (${code}).`, {
      path: '--secret-file',
      hint: 'Give the file that apply wrote for this connection.',
      cause: error,
    });
  }
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]\s*$/.exec(line);
    if (header !== null) section = header[1] ?? '';
    const pair = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/.exec(line);
    if (pair !== null && section === profile) values.set(pair[1] ?? '', pair[2] ?? '');
  }
  const accessKeyId = values.get('aws_access_key_id');
  const secretAccessKey = values.get('aws_secret_access_key');
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}
