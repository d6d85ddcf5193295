import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './endpoints.js';

/** The `region` of a profile in an AWS config file's text (`[default]`, `[profile NAME]`); undefined where it has none. */
export function regionInConfig(text: string, profile: string): string | undefined {
  let inside = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const section = /^\[\s*(?:profile\s+)?["']?(.+?)["']?\s*\]/.exec(line);
    if (section !== null) inside = section[1] === profile;
    else if (inside && !/^\s/.test(raw)) {
      const value = /^region\s*=\s*(\S+)/.exec(line);
      if (value !== null) return value[1];
    }
  }
  return undefined;
}

/**
 * The region where neither flag nor file names one: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, us-east-1.
 * A config file that isn't there or can't be read counts as empty, as in the AWS CLI.
 */
export async function defaultRegion(env: Environment, profile: string | undefined): Promise<string> {
  const named = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (named) return named;
  const file = env.AWS_CONFIG_FILE || join(env.HOME || homedir(), '.aws', 'config');
  const text = await readFile(file, 'utf8').catch(() => '');
  return regionInConfig(text, profile ?? env.AWS_PROFILE ?? 'default') ?? 'us-east-1';
}
