import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './imports.js';

/** The program as it ships. */
export const PROGRAM = join(ROOT, 'bin', 's3connect.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Nothing of the AWS settings of whoever runs the tests. */
function cleanEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-credentials'),
  };
}

/** Starts the built program as a child process. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcess {
  if (!existsSync(join(ROOT, 'dist', 'cli', 'main.js'))) throw new Error('run npm run build first');
  const cwd = options.cwd ?? tmpdir();
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...cleanEnvironment(cwd), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the built program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 55_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs with `--json` and parses the one document that stdout has to be. */
export async function runJson<T = Record<string, unknown>>(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ readonly code: number | null; readonly json: T; readonly stderr: string }> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], options);
  try {
    return { code, json: JSON.parse(stdout) as T, stderr };
  } catch (cause) {
    throw new Error(`stdout is no JSON document:\n${stdout}\n--- stderr:\n${stderr}`, { cause });
  }
}

/** An empty folder that is removed at the end. */
export async function tempFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 's3connect-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
