import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROGRAM } from './cli.js';

/** Code blocks of one language in a Markdown text; `''` for those without one. */
export function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? [code!] : [],
  );
}

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  /** Inputs as they are written, on one line. */
  readonly with: string;
}

/** The steps of a workflow in their order: `- uses:` or `- run:` with the lines that belong to it. */
export function stepsOf(yaml: string): readonly Step[] {
  const found = [...yaml.matchAll(/^( *)- (uses|run): (.*)\n((?:\1 {2}.*\n?)*)/gm)];
  return found.map(([, , kind, value, rest]) => ({
    [kind === 'uses' ? 'uses' : 'run']: value!,
    with: /with: *\{(.*)\}/.exec(rest!)?.[1]?.trim() ?? '',
  }));
}

/** One `name: value` of a flow mapping. */
export function inputOf(step: Step, name: string): string | undefined {
  return new RegExp(`(?:^|, *)${name}: *"?([^",}]+)`).exec(step.with)?.[1]?.trim();
}

/** The lines of a list under a key, in a GitLab job. */
export function linesUnder(yaml: string, key: string): readonly string[] {
  const list = new RegExp(`^( *)${key}:\\n((?:\\1 +- .*\\n)+)`, 'm').exec(yaml)?.[2] ?? '';
  return list
    .split('\n')
    .map((line) => line.trim().replace(/^- /, ''))
    .filter((line) => line !== '');
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that runs jobs: an empty place on PATH where `npm install --global` and `npx` bring the built program. */
export async function runner(folder: string) {
  const bin = join(folder, 'bin');
  const work = join(folder, 'work');
  await mkdir(bin);
  await mkdir(work);
  const executable = async (name: string, lines: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\n${lines}\n`);
    await chmod(join(bin, name), 0o755);
  };
  const program = `exec "${process.execPath}" "${PROGRAM}" "$@"`;
  await writeFile(join(folder, 's3connect'), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  await executable(
    'npm',
    `[ "$*" = "install --global s3connect" ] || { echo "npm $*" >&2; exit 64; }\ncp "${join(folder, 's3connect')}" "${bin}/"`,
  );
  await executable(
    'npx',
    `[ "$1 $2" = "--yes s3connect@latest" ] || { echo "npx $*" >&2; exit 64; }\nshift 2\n${program}`,
  );
  return {
    work,
    /** Runs a script as GitHub and GitLab do: one bash that ends at the first line that fails. */
    run: (script: string, env: Readonly<Record<string, string>>): Promise<Ran> =>
      new Promise((resolve) => {
        execFile(
          'bash',
          ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
          { cwd: work, env: { PATH: `${bin}:${process.env.PATH}`, HOME: folder, ...env } },
          (error, stdout, stderr) =>
            resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
        );
      }),
  };
}
