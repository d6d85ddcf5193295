import { Command, CommanderError, Option } from 'commander';
import { S3ConnectError } from '../errors.js';
import { GLOBAL_FLAGS } from './declarations/flags.js';
import { COMMANDS, GROUPS } from './declarations/index.js';
import type { CommandDeclaration, FlagDeclaration } from './declarations/types.js';

/** What parsing found: a command to run, or a text to print (`--help`, `--version`). */
export interface Invocation {
  readonly command: CommandDeclaration;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Global flags as given, before or after the command. */
  readonly globals: Readonly<Record<string, unknown>>;
}

function addFlag(command: Command, declared: FlagDeclaration): void {
  const option = new Option(declared.flags, declared.does);
  if (declared.repeat) {
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  command.addOption(option);
}

function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`;
}

const globalNames = (): ReadonlySet<string> =>
  new Set(GLOBAL_FLAGS.map((declared) => new Option(declared.flags).attributeName()));

/**
 * The commander program with every command and flag of the contract.
 *
 * Global flags are options of the program, which commander recognises before and after sub-commands.
 *
 * @param version what `--version` prints
 * @param found called with the parsed command; the caller runs it
 * @param words where given, flags are declared for commands among these words alone: the others can't be meant, and
 *   three hundred flags that nobody asks for are most of what `--help` would cost
 */
export function createProgram(
  version: string,
  found: (invocation: Invocation) => void,
  words?: readonly string[],
): Command {
  const program = new Command('s3connect')
    .description('Connect an outside service to your S3 buckets with least privilege: plan, apply, and prove it.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError(true);
  for (const declared of GLOBAL_FLAGS) addFlag(program, declared);
  program.addHelpText(
    'after',
    examplesText([
      's3connect demo',
      's3connect init',
      's3connect apply --template coactive --bucket acme-media:input:films/',
      's3connect verify --report verify.xml',
    ]),
  );

  const globals = globalNames();
  const groups = new Map<string, Command>();
  for (const declared of COMMANDS) {
    const [first, second] = declared.name.split(' ');
    const parent = second === undefined ? program : groupOf(program, groups, first!);
    const command = parent.command(second ?? first!).summary(declared.summary);
    command.description(declared.about === undefined ? declared.summary : `${declared.summary}\n\n${declared.about}`);
    if (declared.arguments !== undefined) command.argument(declared.arguments);
    if (words !== undefined && !words.includes(first!)) continue;
    for (const each of declared.flags ?? []) addFlag(command, each);
    command.addHelpText('after', examplesText(declared.examples));
    command.action(() => {
      const all = command.optsWithGlobals();
      const split = Object.entries(all);
      found({
        command: declared,
        args: command.args,
        options: Object.fromEntries(split.filter(([name]) => !globals.has(name))),
        globals: Object.fromEntries(split.filter(([name]) => globals.has(name))),
      });
    });
  }
  return program;
}

function groupOf(program: Command, groups: Map<string, Command>, name: string): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = program.command(name).description(GROUPS[name] ?? name);
  groups.set(name, group);
  return group;
}

/**
 * Parses the arguments.
 *
 * @returns the command to run, or undefined where help or the version was printed
 * @throws S3ConnectError BadUsage for an unknown command or flag, with the nearest known one
 */
export function parseArguments(argv: readonly string[], version: string): Invocation | undefined {
  let invocation: Invocation | undefined;
  const program = createProgram(
    version,
    (found) => {
      invocation = found;
    },
    argv,
  );
  if (argv.length === 0) {
    program.outputHelp();
    return undefined;
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageError(error, argv);
  }
  return invocation;
}

function usageError(error: CommanderError, argv: readonly string[]): S3ConnectError {
  if (error.code === 'commander.help') {
    const words = argv.filter((each) => !each.startsWith('-')).join(' ');
    return new S3ConnectError('BadUsage', `${words} needs a sub-command.`, {
      hint: `See s3connect ${words} --help.`,
      path: words,
    });
  }
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const flag = /'(-[^\s',]*)/.exec(first)?.[1];
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '');
  return new S3ConnectError('BadUsage', `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.`, {
    hint: suggestion === '' ? 'See s3connect --help.' : suggestion,
    ...(flag === undefined ? {} : { path: flag }),
  });
}
