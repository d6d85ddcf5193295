import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, '..', '..');

export interface ImportStatement {
  /** As written. */
  readonly from: string;
  /** Path under src/ for a relative import. */
  readonly file: string | undefined;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

export interface SourceFile {
  /** Path under src/. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportStatement[];
}

/** Text without comments, so that a comment can't count as code. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/[^\n]*/g, '$1');
}

function importsOf(path: string, text: string, root: string): readonly ImportStatement[] {
  const code = withoutComments(text);
  const found: ImportStatement[] = [];
  const add = (from: string, typeOnly: boolean, dynamic: boolean) => {
    const file = from.startsWith('.')
      ? relative(root, resolve(root, dirname(path), from)).replace(/\.js$/, '.ts')
      : undefined;
    found.push({ from, file, typeOnly, dynamic });
  };
  for (const match of code.matchAll(/^\s*(?:import|export)\s+(type\s+)?([^'";]*?\bfrom\s+)?['"]([^'"]+)['"]/gm)) {
    const names = /\{([^}]*)\}/.exec(match[2] ?? '')?.[1];
    const allTypes = names
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .every((name) => name.startsWith('type '));
    add(match[3]!, match[1] !== undefined || allTypes === true, false);
  }
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    const typePosition = /\btypeof\s+$/.test(code.slice(0, match.index));
    add(match[1]!, typePosition, true);
  }
  return found;
}

/** Every TypeScript file below src/ with what it imports. */
export function readSources(): readonly SourceFile[] {
  const root = join(ROOT, 'src');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text, root) };
    });
}

/** Files and packages that are loaded with a file, without any `import()`. */
export function loadedWith(sources: readonly SourceFile[], start: string): { files: string[]; packages: string[] } {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const each of byPath.get(path)?.imports ?? []) {
      if (each.typeOnly || each.dynamic) continue;
      if (each.file === undefined) packages.add(each.from);
      else queue.push(each.file);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}
