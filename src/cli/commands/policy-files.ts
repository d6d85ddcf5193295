import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type ErrorCode, S3ConnectError } from '../../errors.js';
import { readJson } from '../../template/json-text.js';

export interface JsonFile {
  /** As the user wrote it. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
}

/** Refuses a file for what stands at a JSON pointer, which is named with line and column. */
export type Refuse = (pointer: string, message: string, more?: { code?: ErrorCode; hint?: string }) => never;

/**
 * Reads a file of strict JSON (AWS takes no comments in policies either); a key that stands twice is left to lint.
 * Throws `BadFile` where it can't be read, and with line and column where it is no JSON.
 */
export async function readJsonFile(file: string, cwd: string): Promise<JsonFile> {
  const text = await readText(file, cwd);
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new S3ConnectError('BadFile', `${file} is nested too deeply to be a policy.`, {
      path: file,
      hint: 'Write it flatter: a policy has its conditions four levels down.',
    });
  }
  const [first] = errors;
  if (first !== undefined) {
    const before = text.slice(0, first.offset).split('\n');
    const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new S3ConnectError('BadFile', `${place}: this is no JSON (${inWords(printParseErrorCode(first.error))}).`, {
      path: file,
      hint: 'Correct the file at that line and column.',
    });
  }
  return { file, text, value };
}

/**
 * Reads a file whose content is to decide something, so that a key that stands twice is refused, too.
 * Throws `BadFile` as {@link readJsonFile} does.
 */
export async function readDecidingFile(file: string, cwd: string): Promise<{ value: unknown; refuse: Refuse }> {
  const { text } = await readJsonFile(file, cwd);
  const json = readJson(text, { file, code: 'BadFile', comments: false });
  return {
    value: json.data,
    refuse: (pointer, message, more = {}) => {
      const { line, column } = json.locate(pointer);
      const at = pointer === '' ? '' : ` ${pointer}:`;
      throw new S3ConnectError(more.code ?? 'BadFile', `${file}:${line}:${column}:${at} ${message}`, {
        path: pointer,
        ...(more.hint === undefined ? {} : { hint: more.hint }),
      });
    },
  };
}

/** Refuses what is no policy document; what stands in its statements is the evaluator's and lint's. */
export function checkDocument(value: unknown, pointer: string, refuse: Refuse): void {
  const hint = 'Write {"Version":"2012-10-17","Statement":[{"Effect":…,"Action":…,"Resource":…}]}.';
  if (!isRecord(value)) refuse(pointer, 'a policy document is an object.', { hint });
  const { Statement: statement } = value;
  if (statement === undefined) refuse(pointer, 'this is no policy document: it has no "Statement".', { hint });
  const list = Array.isArray(statement) ? statement : [statement];
  list.forEach((each: unknown, i) => {
    if (!isRecord(each))
      refuse(`${pointer}/Statement${Array.isArray(statement) ? `/${i}` : ''}`, 'a statement is an object.', { hint });
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readText(file: string, cwd: string): Promise<string> {
  try {
    const text = await readFile(resolve(cwd, file), 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === undefined) throw thrown;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new S3ConnectError('BadFile', `${file} can't be read: ${reason}.`, {
      path: file,
      hint: 'Give the path of a JSON file.',
      cause: thrown,
    });
  }
}

/** `CloseBraceExpected` -> `close brace expected`. */
function inWords(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
