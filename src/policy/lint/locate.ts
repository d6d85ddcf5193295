import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { escapePointer } from './view.js';

export interface Locator {
  /** Line, from 1, of the value at a JSON pointer; of the nearest one around it where there is no such value. */
  lineOf(pointer: string): number | null;
  /** Pointers of keys that stand twice in one object; a JSON parser silently drops the first. */
  readonly repeatedKeys: readonly { readonly pointer: string; readonly line: number }[];
}

const NOWHERE: Locator = { lineOf: () => null, repeatedKeys: [] };

/** Reads the places out of the document's text; a text that is no JSON, or is nested too deeply, has none. */
export function locatorOf(text: string | undefined): Locator {
  if (text === undefined) return NOWHERE;
  const root = treeOf(text);
  if (root === undefined) return NOWHERE;
  const lines = lineStarts(text);
  return {
    lineOf: (pointer) => {
      const path = pointer
        .split('/')
        .slice(1)
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
        .map((token) => (/^\d+$/.test(token) ? Number(token) : token));
      for (let length = path.length; length >= 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length));
        if (node !== undefined) return lineAt(lines, keyOf(node).offset);
      }
      return null;
    },
    repeatedKeys: repeated(root, lines),
  };
}

/** Whether a key stands twice in one object of a JSON text; which of the two counts, no parser tells. */
export function hasRepeatedKey(text: string): boolean {
  return locatorOf(text).repeatedKeys.length > 0;
}

function treeOf(text: string): Node | undefined {
  try {
    return parseTree(text);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** The key of a property stands on the line that people look for, its value perhaps on a later one. */
function keyOf(node: Node): Node {
  return node.parent?.type === 'property' ? node.parent : node;
}

function repeated(root: Node, lines: readonly number[]): { pointer: string; line: number }[] {
  const found: { pointer: string; line: number }[] = [];
  const rest: { node: Node; pointer: string }[] = [{ node: root, pointer: '' }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { node, pointer } = next;
    const seen = new Set<string>();
    (node.children ?? []).forEach((child, i) => {
      const [key, value] = child.children ?? [];
      if (child.type !== 'property' || key === undefined) {
        rest.push({ node: child, pointer: `${pointer}/${i}` });
        return;
      }
      const name = String(key.value);
      const place = `${pointer}/${escapePointer(name)}`;
      if (seen.has(name)) found.push({ pointer: place, line: lineAt(lines, key.offset) });
      seen.add(name);
      if (value !== undefined) rest.push({ node: value, pointer: place });
    });
  }
  return found;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
