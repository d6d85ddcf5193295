import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { S3ConnectError } from '../../errors.js';
import type { RunningSandbox } from '../../sandbox/index.js';
import type { CommandContext } from '../context.js';

/**
 * `sandbox`: a local AWS endpoint until interrupted (exit 0), or as long as one command runs (its exit code).
 *
 * @throws S3ConnectError BadUsage for a flag that is no number, or a port that is taken
 */
export async function run(
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { startSandbox } = await import('../../sandbox/index.js');
  const port = numberIn(context, options.port, '--port', 65_535);
  const propagation = numberIn(context, options.propagation, '--propagation', 3600);
  const latency = numberIn(context, options.latency, '--latency', 60_000);
  const seed = numberIn(context, options.seed, '--seed', 0xffffffff);
  const sandbox = await startSandbox({
    ...(port === undefined ? {} : { port }),
    ...(typeof options.account === 'string' ? { account: options.account } : {}),
    ...(context.flags.region === undefined ? {} : { region: context.flags.region }),
    ...(propagation === undefined ? {} : { propagationSeconds: propagation }),
    ...(latency === undefined ? {} : { latencyMs: latency }),
    ...(seed === undefined ? {} : { seed }),
  });
  try {
    if (args.length > 0) return await runCommand(context, args, sandbox);
    announce(context, sandbox);
    await interrupted(context.signal);
    return 0;
  } finally {
    await sandbox.close();
  }
}

function numberIn(context: CommandContext, value: unknown, flag: string, max: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (String(value).trim() === '' || !Number.isFinite(number) || number < 0 || number > max) {
    context.fail(`${String(value)} is no number from 0 to ${max}`, flag);
  }
  if (flag !== '--propagation' && !Number.isInteger(number)) context.fail(`${String(value)} is no whole number`, flag);
  return number;
}

function announce(context: CommandContext, sandbox: RunningSandbox): void {
  const { endpoint, region, account, env } = sandbox;
  if (context.flags.json) {
    // One line, so that a script can read it while the sandbox goes on running.
    context.stdout.write(`${JSON.stringify({ endpoint, region, account, env })}\n`);
    return;
  }
  context.print(`AWS sandbox on ${endpoint}, account ${account}, region ${region}`);
  context.print('');
  for (const [name, value] of Object.entries(env)) context.print(`export ${name}=${value}`);
  context.print('');
  context.print("These are an administrator's credentials. For somebody else's:");
  context.print(`  curl ${endpoint}/_sandbox/credentials -d '{"principal":"arn:aws:iam::444455556666:user/vendor"}'`);
  context.print('Everything that is stored: GET /_sandbox/state. Start afresh: POST /_sandbox/reset. End with Ctrl-C.');
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function runCommand(context: CommandContext, args: readonly string[], sandbox: RunningSandbox): Promise<number> {
  const [command = '', ...rest] = args;
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = context.env;
  const child = spawn(command, rest, { cwd: context.cwd, env: { ...inherited, ...sandbox.env }, stdio: 'inherit' });
  const forward = (): void => {
    child.kill('SIGINT');
  };
  context.signal.addEventListener('abort', forward, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          new S3ConnectError('BadUsage', `${command} can't be run: ${error.code ?? error.message}`, {
            hint: 'name a command that is in your PATH after --',
            cause: error,
          }),
        ),
      );
      // A command that a signal ended has the exit code that a shell gives it.
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    context.signal.removeEventListener('abort', forward);
  }
}
