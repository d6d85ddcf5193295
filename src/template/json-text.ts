import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type ErrorCode, S3ConnectError } from '../errors.js';
import { printable } from './text.js';

export interface JsonText {
  readonly data: unknown;
  /** Line and column (from 1) of a JSON pointer, or of the nearest parent that is there. */
  readonly locate: (pointer: string) => { readonly line: number; readonly column: number };
}

export interface JsonOptions {
  /** Named in messages. */
  readonly file: string;
  readonly code: Extract<ErrorCode, 'BadFile' | 'BadTemplate'>;
  /** Comments and trailing commas, as in the connections file. */
  readonly comments: boolean;
}

/** Far more than any file of ours needs, far less than the stack holds. */
const MAX_DEPTH = 50;

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON value',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a key in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace } is expected',
  CloseBracketExpected: 'a closing bracket ] is expected',
  EndOfFileExpected: 'the file goes on after its end',
  InvalidCommentToken: 'comments are not allowed here',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a string is not closed',
  UnexpectedEndOfNumber: 'a number is not complete',
  InvalidUnicode: 'this is no Unicode escape',
  InvalidEscapeCharacter: 'this is no escape sequence',
  InvalidCharacter: 'this character has to be escaped in a string',
};

/** One step of a JSON pointer (RFC 6901). */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function steps(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/**
 * Reads JSON and remembers where everything stands.
 *
 * @throws S3ConnectError (BadFile or BadTemplate) with line and column for broken syntax and for keys that are repeated
 */
export function readJson(source: string, options: JsonOptions): JsonText {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const fail = (offset: number, message: string, path: string, hint: string): never => {
    const { line, column } = placeOf(text, offset);
    throw new S3ConnectError(options.code, `${printable(options.file)}:${line}:${column}: ${message}`, { path, hint });
  };
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { disallowComments: !options.comments, allowTrailingComma: options.comments });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(0, 'the JSON is nested too deeply.', '', 'Write it flatter.');
  }
  const first = errors[0];
  if (first !== undefined) {
    const what = SYNTAX[printParseErrorCode(first.error)] ?? 'the JSON is broken';
    return fail(first.offset, `${what}.`, '', 'Correct the JSON at that place.');
  }
  if (root === undefined) return fail(0, 'the file is empty.', '', 'Write a JSON object into it.');

  const dataOf = (node: Node, pointer: string, depth: number): unknown => {
    if (depth > MAX_DEPTH) return fail(node.offset, 'the JSON is nested too deeply.', pointer, 'Write it flatter.');
    if (node.type === 'array') {
      return (node.children ?? []).map((child, i) => dataOf(child, `${pointer}${pointerStep(i)}`, depth + 1));
    }
    if (node.type !== 'object') return node.value;
    const out: Record<string, unknown> = {};
    for (const property of node.children ?? []) {
      const [keyNode, child] = property.children ?? [];
      if (keyNode === undefined || child === undefined) continue;
      const key = String(keyNode.value);
      const at = `${pointer}${pointerStep(key)}`;
      if (key === '__proto__') fail(keyNode.offset, 'the key "__proto__" is not allowed.', at, 'Choose another name.');
      if (Object.hasOwn(out, key)) {
        fail(keyNode.offset, `the key "${printable(key)}" is given twice.`, at, 'Keep one of the two.');
      }
      out[key] = dataOf(child, at, depth + 1);
    }
    return out;
  };

  const locate = (pointer: string) => {
    let node: Node = root;
    let offset = root.offset;
    for (const step of steps(pointer)) {
      if (node.type === 'array') {
        const child = node.children?.[Number(step)];
        if (child === undefined) break;
        node = child;
        offset = child.offset;
      } else {
        const property = node.children?.find((candidate) => candidate.children?.[0]?.value === step);
        const child = property?.children?.[1];
        if (property === undefined || child === undefined) break;
        node = child;
        offset = property.offset;
      }
    }
    return placeOf(text, offset);
  };

  return { data: dataOf(root, '', 0), locate };
}
