import { readFile } from 'node:fs/promises';
import { S3ConnectError } from '../errors.js';
import { schemaIssues } from '../template/issues.js';
import { readJson } from '../template/json-text.js';
import { knownKeysAt } from '../template/schema.js';
import { ended, printable } from '../template/text.js';
import { connectionsSchema } from './schema.js';
import type { ConnectionsFile } from './types.js';

export interface LoadedFile {
  readonly file: string;
  readonly text: string;
  readonly data: ConnectionsFile;
  /** Line and column (from 1) of a JSON pointer, or of the nearest parent that is there. */
  readonly locate: (pointer: string) => { readonly line: number; readonly column: number };
}

/**
 * Reads and checks a connections file (JSON; comments and trailing commas allowed).
 *
 * @param file its path
 * @throws S3ConnectError BadFile for what can't be read, for syntax, unknown or repeated keys and wrong types, BadValue
 *   for a name of a connection or namespace; other contents are checked for those connections that a command names
 */
export async function loadConnections(file: string): Promise<LoadedFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `can't be read (${code})`;
    throw new S3ConnectError('BadFile', `The connections file ${printable(file)} ${why}.`, {
      path: '--file',
      hint: 'Give the file with -f, or make one: s3connect init, or --template … --bucket … --save.',
      cause: error,
    });
  }
  return parseConnections(text, file);
}

/** As `loadConnections`, for a text that is already there. */
export function parseConnections(text: string, file: string): LoadedFile {
  const json = readJson(text, { file, code: 'BadFile', comments: true });
  const parsed = connectionsSchema.safeParse(json.data);
  if (!parsed.success) {
    const issues = schemaIssues(parsed.error, json.data, (path) => knownKeysAt(connectionsSchema, path));
    const issue =
      issues.find((one) => one.kind === 'shape') ??
      issues.find(
        (one) =>
          one.pointer === '/namespace' ||
          /^\/connections\/[^/]*$/.test(one.pointer) ||
          one.pointer.startsWith('/defaults'),
      );
    if (issue !== undefined) {
      const { line, column } = json.locate(issue.pointer);
      throw new S3ConnectError(
        issue.kind === 'shape' ? 'BadFile' : 'BadValue',
        `${printable(file)}:${line}:${column}: ${ended(issue.message)}`,
        { path: issue.pointer, hint: issue.hint },
      );
    }
  }
  return { file, text, data: json.data as ConnectionsFile, locate: json.locate };
}
