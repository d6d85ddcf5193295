import { readFileSync } from 'node:fs';
import { S3ConnectError } from '../errors.js';
import type { CommandContext, GlobalFlags, Surroundings } from './context.js';
import { asKnownError, EXIT, exitCodeOf } from './exit-codes.js';
import { parseArguments } from './program.js';

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function globalFlags(given: Readonly<Record<string, unknown>>): GlobalFlags {
  const concurrency = given.concurrency === undefined ? 8 : Number(given.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 256) {
    throw new S3ConnectError(
      'BadUsage',
      `--concurrency takes a whole number from 1 to 256, not ${given.concurrency}.`,
      {
        path: '--concurrency',
      },
    );
  }
  return {
    file: optionalText(given.file),
    profile: optionalText(given.profile),
    region: optionalText(given.region),
    endpointUrl: optionalText(given.endpointUrl),
    json: given.json === true,
    yes: given.yes === true,
    input: given.input !== false,
    color: given.color !== false,
    quiet: given.quiet === true,
    verbose: given.verbose === true,
    concurrency,
  };
}

/** Whether JSON is wanted, also where the arguments could not be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

/** Prints an error as the contract has it: a shape on stdout with `--json`, else a message and a hint on stderr. */
async function printError(error: S3ConnectError, json: boolean, around: Surroundings): Promise<void> {
  const { jsonText, plain } = await import('./render/text.js');
  if (json) {
    around.stdout.write(`${jsonText({ error })}\n`);
    return;
  }
  const { Chalk } = await import('chalk');
  const coloured = around.stderr.isTTY === true && (around.env.NO_COLOR ?? '') === '' && around.env.TERM !== 'dumb';
  const colours = new Chalk({ level: coloured ? 1 : 0 });
  around.stderr.write(`${colours.red('error:')} ${plain(error.message)}\n`);
  if (error.hint !== undefined) around.stderr.write(`${colours.cyan('hint:')} ${plain(error.hint)}\n`);
}

/**
 * Runs one command line to its end and answers with the exit code; throws only what is a defect of s3connect.
 */
export async function runCommandLine(argv: readonly string[], around: Surroundings): Promise<number> {
  let context: CommandContext | undefined;
  try {
    const invocation = parseArguments(argv, packageVersion());
    if (invocation === undefined) return EXIT.ok;
    const flags = globalFlags(invocation.globals);
    // Help and version need none of this, and are to cost little more than Node itself.
    const [{ createContext }, { run }] = await Promise.all([import('./context.js'), invocation.command.load()]);
    context = createContext(flags, around);
    return await run(context, invocation.args, invocation.options);
  } catch (thrown) {
    const error =
      around.signal.aborted && !(thrown instanceof S3ConnectError) ? interrupted(thrown) : asKnownError(thrown);
    if (!(error instanceof S3ConnectError)) throw error;
    await printError(error, wantsJson(argv), around);
    return exitCodeOf(error.code);
  } finally {
    context?.close();
  }
}

function interrupted(cause: unknown): S3ConnectError {
  return new S3ConnectError('Interrupted', 'Interrupted.', { cause });
}

/** The program: wires the process to a command line and sets its exit code. */
export async function main(argv: string[]): Promise<void> {
  const stop = new AbortController();
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    // Whoever presses Ctrl-C twice doesn't want to wait for the tidying up.
    if (signals > 1) process.exit(EXIT.interrupted);
    stop.abort(new S3ConnectError('Interrupted', 'Interrupted.'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader (head, less) has gone; there is nobody left to tell.
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  try {
    process.exitCode = await runCommandLine(argv, {
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      env: process.env,
      cwd: process.cwd(),
      signal: stop.signal,
    });
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
