import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedFile } from '../connection/load.js';
import type { ConnectionFlags, ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { CommandContext } from './context.js';
import { exitCodeOf } from './exit-codes.js';
import { connectionFlags, given, type Options } from './options.js';
import { defaultRegion } from './region.js';

export const DEFAULT_FILE = 's3connect.json';

/** One connection among several that could not even be resolved. */
export interface FailedConnection {
  readonly name: string;
  readonly error: S3ConnectError;
}

/** The connections that a command is about. */
export interface Selection {
  /** Where the connections file is, or would be. */
  readonly path: string;
  readonly file: LoadedFile | undefined;
  readonly flags: ConnectionFlags;
  readonly connections: readonly ResolvedConnection[];
  readonly failed: readonly FailedConnection[];
  readonly namespace: string | null;
  /** Names of every connection of the file, selected or not. */
  readonly knownNames: readonly string[];
}

/**
 * Loads the connections file where there is one.
 *
 * @param toBeMade the file may be missing although it was asked for, because the command writes it
 */
export async function loadFile(
  context: CommandContext,
  toBeMade = false,
): Promise<{ path: string; file: LoadedFile | undefined }> {
  const path = resolve(context.cwd, context.flags.file ?? DEFAULT_FILE);
  if ((context.flags.file === undefined || toBeMade) && !existsSync(path)) return { path, file: undefined };
  const { loadConnections } = await import('../connection/load.js');
  return { path, file: await loadConnections(path) };
}

/**
 * The connections that names, file and flags pick; none means all of the file.
 *
 * Where several are picked, one that can't be resolved is kept as failed and doesn't stop the others.
 *
 * @throws S3ConnectError as the connection's room does, and BadUsage where there is neither a file nor `--template`
 */
export async function selectConnections(
  context: CommandContext,
  names: readonly string[],
  options: Options,
): Promise<Selection> {
  const flags = connectionFlags(options);
  const { path, file } = await loadFile(context, given(options, 'save') && flags.template !== undefined);
  if (file === undefined && flags.template === undefined) {
    throw new S3ConnectError('BadUsage', `There is no ${DEFAULT_FILE} here and no --template was given.`, {
      path: '--template',
      hint: 's3connect init makes one; s3connect template list shows what there is.',
    });
  }
  const { resolveConnections } = await import('../connection/resolve.js');
  const regions = await regionsFor(context, file);
  const ask = (wanted: readonly string[]) =>
    resolveConnections({ file, flags, names: wanted, cwd: context.cwd, ...regions });
  const knownNames = file === undefined ? [] : Object.keys(file.data.connections);
  const common = { path, file, flags, namespace: file?.data.namespace ?? null, knownNames };
  try {
    return { ...common, connections: await ask(names), failed: [] };
  } catch (error) {
    const wanted = names.length > 0 ? names : knownNames;
    if (wanted.length < 2 || !isOneConnections(error, wanted)) throw error;
    const connections: ResolvedConnection[] = [];
    const failed: FailedConnection[] = [];
    for (const name of wanted) {
      try {
        connections.push(...(await ask([name])));
      } catch (each) {
        if (!(each instanceof S3ConnectError)) throw each;
        failed.push({ name, error: each });
      }
    }
    return { ...common, connections, failed };
  }
}

/** What flag, environment and profile say about the region; the file's own goes in between. */
export async function regionsFor(
  context: CommandContext,
  file: LoadedFile | undefined,
): Promise<{ readonly region?: string; readonly defaultRegion?: string }> {
  const { region } = context.flags;
  if (region !== undefined) return { region };
  const found = await defaultRegion(context, file?.data.defaults?.profile);
  return found === undefined ? {} : { defaultRegion: found };
}

/** Errors of one entry's contents; syntax, unknown names and flags concern the whole command. */
function isOneConnections(error: unknown, wanted: readonly string[]): error is S3ConnectError {
  if (!(error instanceof S3ConnectError)) return false;
  if (error.code === 'BadFile' || error.code === 'BadUsage' || error.code === 'UnknownConnection') return false;
  return wanted.some(
    (name) => error.path?.startsWith(`/connections/${name}/`) || error.path === `/connections/${name}`,
  );
}

/** Exit codes of the connections that could not be resolved. */
export function failedCodes(selection: Selection): readonly number[] {
  return selection.failed.map(({ error }) => exitCodeOf(error.code));
}

/** With `--save`, writes the connection back to the file. */
export async function saveIfAsked(context: CommandContext, selection: Selection, options: Options): Promise<void> {
  if (!given(options, 'save')) return;
  const { saveConnections } = await import('../connection/save.js');
  await saveConnections(selection.path, {
    file: selection.file,
    flags: selection.flags,
    names: selection.connections.map(({ name }) => name),
    cwd: context.cwd,
  });
  context.note(`wrote ${selection.path}`);
}
