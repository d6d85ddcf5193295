import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from './context.js';

/** `region` of a profile in the text of an AWS config file (`[profile NAME]`, `[default]`). */
export function profileRegion(config: string, profile: string): string | undefined {
  const wanted = profile === 'default' ? ['default', 'profile default'] : [`profile ${profile}`];
  let inside = false;
  for (const raw of config.split(/\r?\n/)) {
    const line = raw.trim();
    const section = /^\[\s*([^\]]+?)\s*\]/.exec(line);
    if (section !== null) inside = wanted.includes(section[1]!.replace(/\s+/g, ' ').replace(/["']/g, ''));
    else if (inside) {
      const region = /^region\s*=\s*(\S+)/.exec(line)?.[1];
      if (region !== undefined) return region;
    }
  }
  return undefined;
}

/** Region of the environment, else of the profile in use, in the order of the AWS CLI; undefined where neither says one. */
export async function defaultRegion(
  context: Pick<CommandContext, 'env' | 'flags'>,
  fileProfile: string | undefined,
): Promise<string | undefined> {
  const { env, flags } = context;
  const fromEnvironment = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (fromEnvironment) return fromEnvironment;
  const profile = flags.profile ?? fileProfile ?? env.AWS_PROFILE ?? 'default';
  const path = env.AWS_CONFIG_FILE || join(env.HOME || homedir(), '.aws', 'config');
  try {
    return profileRegion(await readFile(path, 'utf8'), profile);
  } catch {
    // No config file, or one that may not be read: the default region it is.
    return undefined;
  }
}
