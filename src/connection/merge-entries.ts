import { S3ConnectError } from '../errors.js';
import { folderOf, loadTemplate } from '../template/catalogue.js';
import { printable } from '../template/text.js';
import { applyFlags, selectConnections } from './flags.js';
import type { LoadedFile } from './load.js';
import { connectionPointer, type Places, placesOf } from './places.js';
import { CONNECTION_NAME } from './schema.js';
import type { ConnectionEntry, ConnectionFlags } from './types.js';

export interface ResolveInput {
  readonly file: LoadedFile | undefined;
  readonly flags: ConnectionFlags;
  readonly names: readonly string[];
  readonly cwd: string;
  /** `--region`: goes before the file's. */
  readonly region?: string;
  /** What the environment or profile says; used where neither flag nor file does. */
  readonly defaultRegion?: string;
}

/** An entry with flags applied, and everything that is needed to resolve it. */
export interface MergedEntry {
  readonly name: string;
  readonly entry: ConnectionEntry;
  readonly inFile: boolean;
  /** True where flags changed or made it. */
  readonly changed: boolean;
  readonly places: Places;
  readonly loaded: Awaited<ReturnType<typeof loadTemplate>>;
}

/**
 * The connections that a command means, as written in file and flags, with their templates.
 *
 * @throws S3ConnectError UnknownConnection, UnknownTemplate, BadTemplate, BadUsage
 */
export async function mergeEntries(input: ResolveInput): Promise<readonly MergedEntry[]> {
  const { file, flags, names, cwd } = input;
  const fromFlag = flags.template === undefined ? undefined : await templateAt(flags.template, cwd, '--template');
  const selection = selectConnections(file?.data, flags, names, fromFlag?.template.id);
  return Promise.all(
    selection.names.map(async (name): Promise<MergedEntry> => {
      const entries = file?.data.connections ?? {};
      const own = Object.hasOwn(entries, name) ? entries[name] : undefined;
      const places = placesOf(own === undefined ? undefined : file);
      const changed = name === selection.target;
      const at = connectionPointer(name);
      if (!CONNECTION_NAME.test(name)) {
        throw new S3ConnectError('BadValue', `"${printable(name)}" is no name of a connection.`, {
          path: '--name',
          hint: 'Use lower-case letters, digits and hyphens, at most 48, not beginning with a hyphen.',
        });
      }
      const loaded =
        changed && fromFlag !== undefined
          ? fromFlag
          : await templateAt(
              own?.template ?? '',
              file === undefined ? cwd : folderOf(file.file),
              `${at}/template`,
              places,
            );
      const entry = changed ? applyFlags(own, name, flags, loaded.template, places) : (own as ConnectionEntry);
      return { name, entry, inFile: own !== undefined, changed, places, loaded };
    }),
  );
}

async function templateAt(ref: string, dir: string, path: string, places?: Places) {
  try {
    return await loadTemplate(ref, dir);
  } catch (error) {
    if (!(error instanceof S3ConnectError) || error.path !== undefined) throw error;
    if (places !== undefined) return places.fail(path, error.message, error.hint ?? '', error.code);
    throw new S3ConnectError(error.code, error.message, {
      path,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}
