import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import {
  applyEdits,
  createScanner,
  type Edit,
  type FormattingOptions,
  findNodeAtLocation,
  modify,
  parseTree,
} from 'jsonc-parser';
import { type MergedEntry, mergeEntries, type ResolveInput } from './merge-entries.js';
import type { ConnectionEntry } from './types.js';

const SCHEMA = 'https://unpkg.com/s3connect/schema/connections.schema.json';

type Path = (string | number)[];

/**
 * Writes what the flags changed or made back into the connections file and keeps its comments and layout.
 *
 * @param file where to write; made where it is not there
 * @param input the very input that was resolved
 * @throws S3ConnectError as resolveConnections
 */
export async function saveConnections(file: string, input: ResolveInput): Promise<void> {
  const changed = (await mergeEntries(input)).filter((merged) => merged.changed);
  if (changed.length === 0) return;
  let text = input.file?.text ?? `${JSON.stringify({ $schema: SCHEMA, connections: {} }, null, 2)}\n`;
  const formattingOptions = layoutOf(text);
  for (const merged of changed) {
    const before = input.file === undefined ? undefined : own(input.file.data.connections, merged.name);
    const after = portable(merged, input, file);
    text = writeValue(text, ['connections', merged.name], before, after, formattingOptions);
  }
  await replaceFile(file, text);
}

function own(entries: Readonly<Record<string, ConnectionEntry>>, name: string): ConnectionEntry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

/** A template that a flag names by its path is relative to the working directory; in the file it is to the file's folder. */
function portable(merged: MergedEntry, input: ResolveInput, file: string): ConnectionEntry {
  const ref = merged.entry.template;
  const isPath = !ref.startsWith('npm:') && (ref.includes('/') || ref.endsWith('.json'));
  if (input.flags.template === undefined || !isPath || isAbsolute(ref)) return merged.entry;
  const path = relative(dirname(resolve(file)), resolve(input.cwd, ref)).replaceAll('\\', '/');
  return { ...merged.entry, template: path.startsWith('.') ? path : `./${path}` };
}

function layoutOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const tabs = indent.startsWith('\t');
  return { insertSpaces: !tabs, tabSize: tabs ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** The smallest edits that turn one value into the other, so that comments beside what stays are kept. */
function writeValue(
  text: string,
  path: Path,
  before: unknown,
  after: unknown,
  formattingOptions: FormattingOptions,
): string {
  if (JSON.stringify(before) === JSON.stringify(after)) return text;
  if (isObject(before) && isObject(after)) {
    let out = text;
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      out = writeValue(out, [...path, key], before[key], after[key], formattingOptions);
    }
    return out;
  }
  if (Array.isArray(before) && Array.isArray(after)) return writeList(text, path, before, after, formattingOptions);
  return applyEdits(text, modify(text, path, after, { formattingOptions }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function writeList(
  text: string,
  path: Path,
  before: unknown[],
  after: unknown[],
  formattingOptions: FormattingOptions,
): string {
  let out = text;
  let items = before;
  if (before.every((item) => typeof item === 'string')) {
    for (let i = before.length - 1; i >= 0; i--) {
      if (after.includes(before[i])) continue;
      out = removeItem(out, path, i);
      items = items.filter((_, j) => j !== i);
    }
  }
  for (const [i, item] of after.entries()) {
    if (i < items.length) out = writeValue(out, [...path, i], items[i], item, formattingOptions);
    else out = applyEdits(out, modify(out, [...path, i], item, { formattingOptions, isArrayInsertion: true }));
  }
  return out;
}

/** Takes one item out of a list, and no comment of its neighbours with it (as jsonc-parser's own removal does). */
function removeItem(text: string, path: Path, index: number): string {
  const root = parseTree(text);
  const list = root === undefined ? undefined : findNodeAtLocation(root, path);
  const item = list?.children?.[index];
  if (list === undefined || item === undefined) return text;
  const end = item.offset + item.length;
  const previous = list.children?.[index - 1];
  const last = index === (list.children?.length ?? 0) - 1;
  const after = commaIn(text, end, list.offset + list.length);
  const before = previous === undefined ? undefined : commaIn(text, previous.offset + previous.length, item.offset);
  const start = text.slice(0, item.offset).search(/[ \t]*\r?\n[ \t]*$/);
  const from = start < 0 ? item.offset : start;
  const edits: Edit[] = [{ offset: from, length: end - from, content: '' }];
  if (after !== undefined && !last) edits.push({ offset: after, length: 1, content: '' });
  if (last && before !== undefined) edits.push({ offset: before, length: 1, content: '' });
  return applyEdits(text, edits);
}

/** Where the first comma outside of comments is. */
function commaIn(text: string, from: number, to: number): number | undefined {
  const scanner = createScanner(text);
  scanner.setPosition(from);
  for (scanner.scan(); scanner.getTokenOffset() < to && scanner.getTokenLength() > 0; scanner.scan()) {
    if (text[scanner.getTokenOffset()] === ',') return scanner.getTokenOffset();
    if (text[scanner.getTokenOffset()] === ']') return undefined;
  }
  return undefined;
}

/** In one step, so that an interruption leaves the old file or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(fresh, text, { flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
