import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
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
