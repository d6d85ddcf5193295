import type { Facts, ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { CommandContext } from './context.js';

const BY_REGION: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
];

/** The partition of a region by its name, where no flag names it. */
function partitionFor(region: string): string {
  return BY_REGION.find(([pattern]) => pattern.test(region))?.[1] ?? 'aws';
}

/**
 * What can be known about a connection without asking AWS: the account of the flag or the file, the partition of the
 * flag or the region.
 *
 * @throws S3ConnectError BadUsage where an ARN needs the account and none is given
 */
export async function offlineFacts(
  _context: CommandContext,
  connection: ResolvedConnection,
  account: string | undefined,
  partition: string | undefined,
): Promise<Facts> {
  const known = account ?? connection.site.account;
  if (known === undefined) {
    throw new S3ConnectError('BadUsage', `The documents of ${connection.name} name the account, which is not known.`, {
      path: '--account',
      hint: "Give --account ID, or 'account' in the connections file.",
    });
  }
  return { account: known, partition: partition ?? partitionFor(connection.site.region) };
}
