import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { S3ConnectError } from '../errors.js';
import type { CommandContext } from './context.js';
import { type Options, text } from './options.js';

/** Where a connection's access key is kept: `--secret-file`, else `$XDG_STATE_HOME/s3connect/NAME.credentials`. */
export function secretFilePath(context: CommandContext, options: Options, connection: string): string {
  const asked = text(options, 'secretFile');
  if (asked !== undefined) return resolve(context.cwd, asked);
  const home = context.env.HOME ?? homedir();
  // The XDG Base Directory Specification: a relative path is to be ignored.
  const state = context.env.XDG_STATE_HOME?.startsWith('/')
    ? context.env.XDG_STATE_HOME
    : join(home, '.local', 'state');
  return join(state, 's3connect', `${connection}.credentials`);
}

function workTreeOf(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Refuses a secret file inside a git work tree that doesn't ignore it: it would end in a commit.
 *
 * @throws S3ConnectError BadValue, also where git can't be asked
 */
export async function assertNotCommitted(file: string): Promise<void> {
  const tree = workTreeOf(file);
  if (tree === undefined) return;
  try {
    await promisify(execFile)('git', ['-C', tree, 'check-ignore', '-q', '--no-index', file]);
  } catch {
    throw new S3ConnectError('BadValue', `${file} is inside the git work tree ${tree}, which does not ignore it.`, {
      path: '--secret-file',
      hint: 'Choose a place outside of it, or add the file to .gitignore.',
    });
  }
}
