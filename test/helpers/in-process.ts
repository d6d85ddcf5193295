import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/main.js';
import type { CliResult } from './cli.js';

export interface InProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * A command line from its arguments to its exit code in this process: the same code as the built program without the
 * price of starting Node, for tests that run many.
 */
export async function runHere(args: readonly string[], options: InProcessOptions): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    stdin: {},
    env: {
      HOME: options.cwd,
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: join(options.cwd, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(options.cwd, 'no-credentials'),
      ...options.env,
    },
    cwd: options.cwd,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, stdout, stderr };
}

/** The same with `--json`, parsed. */
export async function jsonHere<T = Record<string, unknown>>(
  args: readonly string[],
  options: InProcessOptions,
): Promise<{ readonly code: number | null; readonly json: T; readonly stderr: string }> {
  const { code, stdout, stderr } = await runHere([...args, '--json'], options);
  try {
    return { code, json: JSON.parse(stdout) as T, stderr };
  } catch (cause) {
    throw new Error(`stdout is no JSON document:\n${stdout}\n--- stderr:\n${stderr}`, { cause });
  }
}
