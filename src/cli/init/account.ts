import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { S3ConnectError } from '../../errors.js';
import type { CommandContext } from '../context.js';

/** What the wizard can offer because it exists. */
export interface AccountView {
  readonly account: string;
  readonly arn: string;
  /** Undefined where the caller may not list them. */
  readonly buckets: readonly string[] | undefined;
  readonly roles: () => Promise<readonly string[] | undefined>;
}

async function orUndefined<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    // Offering what exists is a convenience; without the permission the wizard asks for names.
    if (error instanceof S3ConnectError && error.code !== 'Interrupted') return undefined;
    throw error;
  }
}

/**
 * Who is asking, and which buckets and roles there are.
 *
 * @throws S3ConnectError NoCredentials, ExpiredCredentials or EndpointUnreachable
 */
export async function lookAround(context: CommandContext, profile: string | undefined): Promise<AccountView> {
  const ports = (await context.aws()).ports({ profile, region: context.flags.region });
  const caller = await ports.sts.getCallerIdentity();
  const buckets = await orUndefined(ports.s3.listBuckets());
  return {
    account: caller.account,
    arn: caller.arn,
    buckets,
    roles: async () => (await orUndefined(ports.iam.listRoles()))?.map((role) => role.name),
  };
}

/** Names of the profiles in the AWS config and credentials files. */
export async function profileNames(env: CommandContext['env']): Promise<readonly string[]> {
  const home = env.HOME || homedir();
  const files = [
    env.AWS_CONFIG_FILE || join(home, '.aws', 'config'),
    env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'),
  ];
  const names = new Set<string>();
  for (const file of files) {
    const content = await readFile(file, 'utf8').catch(() => '');
    for (const [, section] of content.matchAll(/^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/gm)) {
      if (section !== undefined && !/^(sso-session|services)\s/.test(section)) names.add(section.replace(/["']/g, ''));
    }
  }
  return [...names];
}
