import { parseConnections } from '../../src/connection/load.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionFlags, Facts, ResolvedConnection } from '../../src/connection/types.js';
import { S3ConnectError } from '../../src/errors.js';

export const ACCOUNT = '111122223333';

/** What is known offline. */
export function factsOf(more: Partial<Facts> = {}): Facts {
  return { account: ACCOUNT, partition: 'aws', ...more };
}

/** A connections file of one connection named `c`, as text. */
export function fileOf(entry: Readonly<Record<string, unknown>>, top: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...top, connections: { c: entry } }, null, 2);
}

/** Resolves a file's text, as every command does. */
export async function resolveText(
  text: string,
  flags: ConnectionFlags = {},
  names: readonly string[] = [],
): Promise<readonly ResolvedConnection[]> {
  return resolveConnections({ file: parseConnections(text, 's3connect.json'), flags, names, cwd: '/nowhere' });
}

/** The one connection of an entry. */
export async function resolveEntry(
  entry: Readonly<Record<string, unknown>>,
  flags: ConnectionFlags = {},
  top: Readonly<Record<string, unknown>> = {},
): Promise<ResolvedConnection> {
  const [connection] = await resolveText(fileOf(entry, top), flags);
  if (connection === undefined) throw new Error('nothing resolved');
  return connection;
}

/** The one connection of flags alone. */
export async function resolveFlags(flags: ConnectionFlags): Promise<ResolvedConnection> {
  const [connection] = await resolveConnections({ file: undefined, flags, names: [], cwd: '/nowhere' });
  if (connection === undefined) throw new Error('nothing resolved');
  return connection;
}

/** The error that something ends with; anything but ours is a failure of the test. */
export async function errorOf(run: () => unknown): Promise<S3ConnectError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof S3ConnectError) return error;
    throw error;
  }
  throw new Error('no error came');
}
