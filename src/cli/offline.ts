import type { Facts, ResolvedConnection } from '../connection/types.js';
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
 * flag or the region. An account that nobody named is '': whoever forms an ARN with it ends with BadUsage (`--account`).
 */
export async function offlineFacts(
  _context: CommandContext,
  connection: ResolvedConnection,
  account: string | undefined,
  partition: string | undefined,
): Promise<Facts> {
  const known = account ?? connection.site.account ?? '';
  return { account: known, partition: partition ?? partitionFor(connection.site.region) };
}
