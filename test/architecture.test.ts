import { describe, expect, it } from 'vitest';
import { loadedWith, readSources, type SourceFile, withoutComments } from './helpers/imports.js';

const sources = readSources();

/** Which rooms a room may import; imports run downwards only. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  policy: [],
  template: ['policy'],
  connection: ['template', 'policy'],
  aws: ['policy'],
  resources: ['connection', 'template', 'policy', 'aws'],
  engine: ['resources', 'connection', 'template', 'policy', 'aws'],
  verify: ['connection', 'template', 'policy', 'aws'],
  sandbox: ['policy'],
  cli: ['verify', 'engine', 'resources', 'connection', 'template', 'policy', 'aws', 'sandbox'],
};

const roomOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');

const offenders = (test: (source: SourceFile) => readonly string[]): readonly string[] =>
  sources.flatMap((source) => test(source).map((what) => `${source.path}: ${what}`));

describe('the house', () => {
  it('starts with commander alone', () => {
    const { packages } = loadedWith(sources, 'cli/main.ts');
    expect(packages.filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
  });

  it('loads no command before it is asked for', () => {
    const { files } = loadedWith(sources, 'cli/main.ts');
    expect(files.filter((file) => !file.startsWith('cli/') && file !== 'errors.ts')).toEqual([]);
    expect(files.filter((file) => file.startsWith('cli/commands/'))).toEqual([]);
  });

  it('imports downwards only', () => {
    const wrong = offenders(({ path, imports }) =>
      imports
        .filter(({ file }) => file !== undefined && roomOf(file) !== '' && roomOf(file) !== roomOf(path))
        .filter(({ file }) => !(BELOW[roomOf(path)] ?? []).includes(roomOf(file!)))
        // The ports speak of CORS rules and topics in the connection's words; types are gone at run time.
        .filter(({ file, typeOnly }) => !(typeOnly && roomOf(path) === 'aws' && file === 'connection/types.ts'))
        .map(({ file }) => `imports ${file}`),
    );
    expect(wrong).toEqual([]);
  });

  it('knows the AWS SDK in aws/ only', () => {
    const wrong = offenders(({ path, imports }) =>
      imports
        .filter(({ from }) => /^@(aws-sdk|smithy|aws-crypto)\//.test(from))
        .filter(({ from }) => {
          if (roomOf(path) === 'aws') return false;
          return !(roomOf(path) === 'sandbox' && /^@(smithy\/signature-v4|aws-crypto\/sha256-js)/.test(from));
        })
        .map(({ from }) => `imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it('loads SDK clients on demand only', () => {
    const wrong = offenders(({ imports }) =>
      imports
        .filter(({ from, typeOnly, dynamic }) => /^@aws-sdk\/(client-|credential-)/.test(from) && !typeOnly && !dynamic)
        .map(({ from }) => `imports ${from} at once`),
    );
    expect(wrong).toEqual([]);
  });

  it('prints, prompts, exits and reads the environment in cli/ only', () => {
    const wrong = offenders(({ path, text, imports }) => {
      if (roomOf(path) === 'cli') return [];
      const code = withoutComments(text);
      const uses = [/\bconsole\./, /\bprocess\.(exit|exitCode|stdout|stderr|stdin|argv)\b/]
        .filter((pattern) => pattern.test(code))
        .map((pattern) => `uses ${pattern.source}`);
      const libraries = imports
        .filter(({ from }) => ['chalk', 'commander', 'inquirer', 'yocto-spinner', 'cli-table3'].includes(from))
        .map(({ from }) => `imports ${from}`);
      const reads = /\bprocess\.env\b/.test(code) && roomOf(path) !== 'aws' ? ['reads process.env'] : [];
      return [...uses, ...libraries, ...reads];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps what decides pure: no I/O, clock, randomness', () => {
    const pure = (path: string) =>
      (path.startsWith('policy/') && !path.startsWith('policy/catalogue/')) ||
      (path.startsWith('template/') && path !== 'template/catalogue.ts') ||
      path.startsWith('connection/compile') ||
      path.startsWith('engine/assemble');
    const wrong = offenders(({ path, text, imports }) => {
      if (!pure(path)) return [];
      const code = withoutComments(text);
      return [
        ...[/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\brandomUUID\b/, /\brandomBytes\b/, /\bfetch\(/]
          .filter((pattern) => pattern.test(code))
          .map((pattern) => `uses ${pattern.source}`),
        ...imports
          .filter(({ from, typeOnly }) => !typeOnly && /^node:(fs|net|http|https|child_process|os|process)/.test(from))
          .map(({ from }) => `imports ${from}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('names no resource kind in the engine', () => {
    const wrong = offenders(({ path, text }) => {
      if (roomOf(path) !== 'engine') return [];
      return [...withoutComments(text).matchAll(/case '(role|user|bucket|cors|topic|bucket-policy)':/g)].map(
        ([what]) => `decides by ${what}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has no escape hatch in the types and no unfinished note', () => {
    const wrong = offenders(({ text }) =>
      [/\bas any\b/, /: any\b/, /not built yet/]
        .filter((pattern) => pattern.test(withoutComments(text)))
        .map((pattern) => pattern.source),
    );
    expect(wrong).toEqual([]);
    const notes = offenders(({ text }) =>
      /\bTODO\b|\bFIXME\b|@ts-ignore|@ts-expect-error/.test(text) ? ['a note'] : [],
    );
    expect(notes).toEqual([]);
  });
});
