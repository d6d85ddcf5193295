import { Chalk, type ChalkInstance } from 'chalk';
import type { AwsAccess, AwsCallRecord } from '../aws/ports.js';
import { S3ConnectError } from '../errors.js';
import { jsonText } from './render/text.js';

/** The global flags of the contract, after parsing. */
export interface GlobalFlags {
  readonly file: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
  /** False after `--no-input`. */
  readonly input: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly concurrency: number;
}

export interface Output {
  write(text: string): unknown;
}

/** What a command's process gives it; a test gives its own. */
export interface Surroundings {
  readonly stdout: Output & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Output & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stdin: { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Everything a command may touch. Results go to stdout, progress and messages to stderr. */
export interface CommandContext {
  readonly flags: GlobalFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** stdin and stdout are terminals, and neither `--json` nor `--no-input` was given: questions may be asked. */
  readonly isTerminal: boolean;
  /** stderr is a terminal: a spinner may turn there. */
  readonly showsProgress: boolean;
  /** Columns that human output may fill. */
  readonly width: number;
  /** For what goes to stdout. */
  readonly colours: ChalkInstance;
  /** For what goes to stderr. */
  readonly errorColours: ChalkInstance;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** A line of the result, on stdout. */
  print(line?: string): void;
  /** A message on stderr; silent with `--quiet`. */
  note(line: string): void;
  /** A warning on stderr, also with `--quiet`. */
  warn(line: string): void;
  /** A detail on stderr with `--verbose` only. */
  detail(line: string): void;
  /** The command's result: one JSON document with `--json`, else what `human` returns. */
  emit(document: unknown, human: () => string): void;
  /** AWS with the global flags; loaded and made at the first use. */
  aws(): Promise<AwsAccess>;
  /** AWS calls so far, for `--verbose`. */
  calls(): readonly AwsCallRecord[];
  /**
   * Asks for a yes. With `--yes` it is given; where nothing can be asked it throws BadUsage, before anything is changed.
   */
  confirm(question: string, refusal: string): Promise<boolean>;
  /** A usage error with the flag in question. */
  fail(message: string, flag?: string, hint?: string): never;
  /** The same surroundings with other global flags. */
  withFlags(changed: Partial<GlobalFlags>): CommandContext;
  /** Ends connections that were kept alive. */
  close(): void;
}

/** Every command file exports this; the number is the exit code. */
export type RunCommand = (
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<number>;

export interface CommandModule {
  readonly run: RunCommand;
}

function colourLevel(flags: GlobalFlags, around: Surroundings, stream: { readonly isTTY?: boolean }): 0 | 1 {
  if (!flags.color || (around.env.NO_COLOR ?? '') !== '' || flags.json) return 0;
  const forced = around.env.FORCE_COLOR;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  return stream.isTTY === true && around.env.TERM !== 'dumb' ? 1 : 0;
}

function callLine(call: AwsCallRecord): string {
  const answer = call.error ?? String(call.status ?? '');
  return `${call.service}:${call.operation} ${answer} ${Math.round(call.ms)} ms`;
}

/** Puts a command's context together from the parsed global flags and the process around it. */
export function createContext(flags: GlobalFlags, around: Surroundings): CommandContext {
  const { stdout, stderr } = around;
  const isTerminal = around.stdin.isTTY === true && stdout.isTTY === true && flags.input && !flags.json;
  const colours = new Chalk({ level: colourLevel(flags, around, stdout) });
  const errorColours = new Chalk({ level: colourLevel(flags, around, stderr) });
  const calls: AwsCallRecord[] = [];
  const others: CommandContext[] = [];
  let access: Promise<AwsAccess> | undefined;
  let opened: AwsAccess | undefined;

  const context: CommandContext = {
    flags,
    env: around.env,
    cwd: around.cwd,
    stdout,
    stderr,
    isTerminal,
    showsProgress: stderr.isTTY === true && !flags.quiet && !flags.verbose && !flags.json,
    width: Math.max(40, Math.min(stdout.columns ?? 100, 160)),
    colours,
    errorColours,
    signal: around.signal,
    print: (line = '') => {
      stdout.write(`${line}\n`);
    },
    note: (line) => {
      if (!flags.quiet) stderr.write(`${line}\n`);
    },
    warn: (line) => {
      stderr.write(`${errorColours.yellow('warning:')} ${line}\n`);
    },
    detail: (line) => {
      if (flags.verbose) stderr.write(`${errorColours.dim(line)}\n`);
    },
    emit: (document, human) => {
      if (flags.json) {
        stdout.write(`${jsonText(document)}\n`);
        return;
      }
      const text = human();
      if (text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    aws: () => {
      access ??= import('../aws/access.js').then(({ createAwsAccess }) => {
        opened = createAwsAccess({
          profile: flags.profile,
          profileFromFlag: flags.profile !== undefined,
          region: flags.region,
          endpointUrl: flags.endpointUrl,
          concurrency: flags.concurrency,
          env: around.env,
          onCall: (call) => {
            calls.push(call);
            context.detail(callLine(call));
          },
          ...(isTerminal ? { askMfa: (serial: string) => askText(`MFA code for ${serial}`, around.signal) } : {}),
        });
        return opened;
      });
      return access;
    },
    calls: () => calls,
    confirm: async (question, refusal) => {
      if (flags.yes) return true;
      if (!isTerminal) {
        throw new S3ConnectError('BadUsage', refusal, { path: '--yes', hint: 'Add --yes to confirm it.' });
      }
      const { createPrompter } = await import('./prompter.js');
      return createPrompter(around.signal).confirm(question, false);
    },
    fail: (message, flag, hint) => {
      throw new S3ConnectError('BadUsage', message, {
        ...(flag === undefined ? {} : { path: flag }),
        ...(hint === undefined ? {} : { hint }),
      });
    },
    withFlags: (changed) => {
      const other = createContext({ ...flags, ...changed }, around);
      others.push(other);
      return other;
    },
    close: () => {
      for (const other of others) other.close();
      opened?.close();
      if (calls.length > 0) context.detail(`${calls.length} AWS calls`);
    },
  };
  return context;
}

async function askText(message: string, signal: AbortSignal): Promise<string> {
  const { createPrompter } = await import('./prompter.js');
  return createPrompter(signal).input(message);
}
