import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { S3ConnectError } from '../../errors.js';

export interface JsonFile {
  /** As the user wrote it. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads a file of strict JSON (AWS takes no comments in policies either).
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
    throw new S3ConnectError('BadFile', `${file} is nested too deeply to be a policy.`, { path: file });
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

async function readText(file: string, cwd: string): Promise<string> {
  try {
    const text = await readFile(resolve(cwd, file), 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === undefined) throw thrown;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new S3ConnectError('BadFile', `${file} can't be read: ${reason}.`, { path: file, cause: thrown });
  }
}

/** `CloseBraceExpected` -> `close brace expected`. */
function inWords(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
