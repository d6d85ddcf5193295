import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3ConnectError } from '../errors.js';
import { nearest } from './nearest.js';
import { MAX_TEMPLATE_BYTES, parseTemplate, templateError } from './parse.js';
import { printable } from './text.js';
import type { Template } from './types.js';

export interface LoadedTemplate {
  readonly template: Template;
  /** False for one that did not come with s3connect. */
  readonly builtin: boolean;
  readonly file: string;
}

/** `templates/` beside `src/` or `dist/`. */
const FOLDER = fileURLToPath(new URL('../../templates/', import.meta.url));

const loaded = new Map<string, Promise<LoadedTemplate>>();

let ids: Promise<readonly string[]> | undefined;

/** The ids of the built-in templates, sorted; they come with the package and don't change while it runs. */
function builtinIds(): Promise<readonly string[]> {
  ids ??= readdir(FOLDER).then((files) =>
    files
      .filter((file) => file.endsWith('.json'))
      .map((file) => basename(file, '.json'))
      .sort(),
  );
  return ids;
}

/** All built-in templates, by id. */
export async function listTemplates(): Promise<readonly Template[]> {
  const known = await builtinIds();
  return Promise.all(known.map(async (id) => (await loadBuiltin(id)).template));
}

/**
 * Finds and reads a template.
 *
 * @param ref id of a built-in one, a path, or `npm:PACKAGE[/FILE]`, which is looked for and never downloaded
 * @param fromDir the folder that paths and packages are resolved from
 * @throws S3ConnectError UnknownTemplate (with the nearest id), BadTemplate with place
 */
export async function loadTemplate(ref: string, fromDir: string): Promise<LoadedTemplate> {
  if (ref.startsWith('npm:')) return loadFile(packageFile(ref, fromDir), ref);
  if (ref.includes('/') || ref.includes('\\') || ref.endsWith('.json')) {
    return loadFile(isAbsolute(ref) ? ref : resolve(fromDir, ref), ref);
  }
  const known = await builtinIds();
  if (known.includes(ref)) return loadBuiltin(ref);
  const best = nearest(ref, known);
  throw new S3ConnectError('UnknownTemplate', `There is no template "${printable(ref)}".`, {
    hint: `${best === undefined ? '' : `Did you mean "${best}"? `}Built in: ${known.join(', ')}. A file is given by its path: ./${printable(ref)}.json`,
  });
}

function loadBuiltin(id: string): Promise<LoadedTemplate> {
  let one = loaded.get(id);
  if (one === undefined) {
    one = readBuiltin(join(FOLDER, `${id}.json`));
    loaded.set(id, one);
  }
  return one;
}

async function loadFile(file: string, ref: string): Promise<LoadedTemplate> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    throw new S3ConnectError('UnknownTemplate', `There is no template file ${printable(file)} ("${printable(ref)}").`, {
      hint: 'Give the id of a built-in template (s3connect template list), or the path of a file.',
    });
  }
  if (found.size > MAX_TEMPLATE_BYTES) {
    throw new S3ConnectError('BadTemplate', `${printable(file)}: a template file is at most 1 MB.`, {
      hint: 'A template holds what one vendor needs, and no more.',
    });
  }
  return readForeign(file);
}

/** Ours are checked by a test, not at every start. */
async function readBuiltin(file: string): Promise<LoadedTemplate> {
  return { template: JSON.parse(await readFile(file, 'utf8')) as Template, builtin: true, file };
}

async function readForeign(file: string): Promise<LoadedTemplate> {
  const parsed = parseTemplate(await readFile(file, 'utf8'), file);
  const error = templateError(file, parsed);
  if (error !== undefined) throw error;
  return { template: parsed.template as Template, builtin: false, file };
}

/** Where `npm:PACKAGE[/FILE]` is; only the folder is looked up, no code of the package is run. */
function packageFile(ref: string, fromDir: string): string {
  const path = ref.slice('npm:'.length);
  const match = /^((?:@[\w.-]+\/)?[A-Za-z0-9][\w.-]*)(?:\/(.+))?$/.exec(path);
  const name = match?.[1];
  const file = normalize(match?.[2] ?? 'template.json');
  if (name === undefined || isAbsolute(file) || file.split(sep).includes('..')) {
    throw new S3ConnectError('UnknownTemplate', `"${printable(ref)}" is no template in a package.`, {
      hint: 'Write npm:PACKAGE or npm:PACKAGE/FILE.json.',
    });
  }
  const from = createRequire(join(resolve(fromDir), 'noop.js'));
  const folder = (from.resolve.paths(name) ?? []).map((base) => join(base, name)).find((base) => existsSync(base));
  if (folder === undefined) {
    throw new S3ConnectError('UnknownTemplate', `The package ${printable(name)} is not installed here.`, {
      hint: `Install it first (npm install ${printable(name)}); s3connect downloads nothing.`,
    });
  }
  return join(folder, file);
}

/** The folder that a template reference in a file is relative to. */
export function folderOf(file: string): string {
  return dirname(resolve(file));
}
