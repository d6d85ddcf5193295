import type { ConnectionFlags, ResolvedConnection } from '../../connection/types.js';
import { S3ConnectError } from '../../errors.js';
import type { Method, Template } from '../../template/types.js';
import type { CommandContext, RunCommand } from '../context.js';
import { EXIT, highestExitCode } from '../exit-codes.js';
import { lookAround, profileNames } from '../init/account.js';
import { finish } from '../init/finish.js';
import { missingFlags, needsOf } from '../init/needs.js';
import { askConnection, askTemplate } from '../init/questions.js';
import { externalId } from '../init/validators.js';
import { connectionFlags, type Options } from '../options.js';
import { createPrompter, type Prompter } from '../prompter.js';
import { renderHandoff } from '../render/handoff.js';
import { DEFAULT_FILE, loadFile, regionsFor, type Selection } from '../selection.js';

/** `init`: the wizard; without a terminal it does the same from flags alone. */
export const run: RunCommand = async (context, _args, options) => {
  const { path, file } = await loadFile(context, true);
  const flags = connectionFlags(options);
  const { listTemplates, loadTemplate } = await import('../../template/catalogue.js');
  const load = async (reference: string) => (await loadTemplate(reference, context.cwd)).template;
  if (!context.isTerminal) {
    const template = flags.template === undefined ? undefined : await load(flags.template);
    return fromFlags(context, options, flags, template, path, file);
  }

  const prompter = createPrompter(context.signal);
  const pending = await pendingConnections(context, file);
  if (pending.length > 0 && flags.template === undefined) {
    const resume = await prompter.select<ResolvedConnection | null>('What shall we do?', [
      ...pending.map((each) => ({ name: `go on with ${each.name}: it waits for the external ID`, value: each })),
      { name: 'make a new connection', value: null },
    ]);
    if (resume !== null) return resumeWith(context, options, prompter, resume, path, file);
  }

  const inContext = await withProfile(context, prompter);
  const reference = flags.template ?? (await askTemplate(prompter, await listTemplates()));
  const template = await load(reference);
  const account = await lookAround(inContext, inContext.flags.profile);
  context.note(`You are ${account.arn} in the account ${account.account}.`);
  const taken = Object.keys(file?.data.connections ?? {});
  const answers = await askConnection(prompter, template, { ...flags, template: reference }, account, taken);
  const complete = await askExternalId(inContext, prompter, template, answers, {
    path,
    file,
    account: account.account,
  });
  const selection = await selectionOf(inContext, path, file, complete.flags);
  if (complete.later) {
    await save(inContext, selection);
    context.note(
      `Run s3connect init again, or s3connect apply ${complete.flags.name} --external-id ID --save, once you have it.`,
    );
    return EXIT.ok;
  }
  return finish(inContext, selection, options);
};

type File = Selection['file'];

/** Everything from flags: nothing is asked, and what is missing is named. */
async function fromFlags(
  context: CommandContext,
  options: Options,
  flags: ConnectionFlags,
  template: Template | undefined,
  path: string,
  file: File,
): Promise<number> {
  const missing = missingFlags(flags, template);
  if (missing.length > 0 || !context.flags.yes) {
    const all = [...missing, ...(context.flags.yes ? [] : ['--yes'])];
    throw new S3ConnectError('BadUsage', `Init can ask nothing here; these flags are missing: ${all.join(', ')}.`, {
      path: all[0]!.split(' ')[0]!,
      hint: 'Give them, or run it at a terminal.',
    });
  }
  const name = flags.name ?? template!.id;
  if (Object.hasOwn(file?.data.connections ?? {}, name)) {
    context.fail(`There is a connection ${name} already in ${path}.`, '--name', `Use s3connect apply ${name}.`);
  }
  return finish(context, await selectionOf(context, path, file, { ...flags, name }), options);
}

async function selectionOf(
  context: CommandContext,
  path: string,
  file: File,
  flags: ConnectionFlags,
): Promise<Selection> {
  const { resolveConnections } = await import('../../connection/resolve.js');
  const names = flags.name === undefined ? [] : [flags.name];
  const regions = await regionsFor(context, file);
  const connections = await resolveConnections({ file, flags, names, cwd: context.cwd, ...regions });
  const knownNames = Object.keys(file?.data.connections ?? {});
  return { path, file, flags, connections, failed: [], namespace: file?.data.namespace ?? null, knownNames };
}

async function save(context: CommandContext, selection: Selection): Promise<void> {
  const { saveConnections } = await import('../../connection/save.js');
  await saveConnections(selection.path, { file: selection.file, flags: selection.flags, names: [], cwd: context.cwd });
  context.note(`Wrote ${selection.path}.`);
}

/** Connections of the file that wait for the vendor's external ID. */
async function pendingConnections(context: CommandContext, file: File): Promise<readonly ResolvedConnection[]> {
  if (file === undefined || Object.keys(file.data.connections).length === 0) return [];
  const { resolveConnections } = await import('../../connection/resolve.js');
  const all = await resolveConnections({
    file,
    flags: {},
    names: [],
    cwd: context.cwd,
    ...(await regionsFor(context, file)),
  });
  return all.filter(
    (each) => needsOf(each.template, each.method).externalIdFirst && each.trust.externalIds.length === 0,
  );
}

async function resumeWith(
  context: CommandContext,
  options: Options,
  prompter: Prompter,
  connection: ResolvedConnection,
  path: string,
  file: File,
): Promise<number> {
  const account = connection.site.account ?? (await lookAround(context, connection.site.profile)).account;
  const flags: ConnectionFlags = { name: connection.name };
  const complete = await askExternalId(context, prompter, connection.template, flags, {
    path,
    file,
    account,
    connection,
  });
  if (complete.later) {
    context.note('Nothing was changed.');
    return highestExitCode([EXIT.ok]);
  }
  return finish(context, await selectionOf(context, path, file, complete.flags), options);
}

/** Where the vendor gives the external ID only after it was told the role's ARN: tells what to tell, and waits. */
async function askExternalId(
  context: CommandContext,
  prompter: Prompter,
  template: Template,
  flags: ConnectionFlags,
  known: {
    readonly path: string;
    readonly file: File;
    readonly account: string;
    readonly connection?: ResolvedConnection;
  },
): Promise<{ readonly flags: ConnectionFlags; readonly later: boolean }> {
  const method = known.connection?.method ?? (flags.method as Method | undefined) ?? template.methods[0]!;
  if (!needsOf(template, method).externalIdFirst || flags.externalId !== undefined) return { flags, later: false };
  const connection = known.connection ?? (await selectionOf(context, known.path, known.file, flags)).connections[0]!;
  const { handoffOf } = await import('../../connection/handoff.js');
  const { offlineFacts } = await import('../offline.js');
  const facts = await offlineFacts(context, connection, known.account, undefined);
  context.print(`\n${template.vendor} gives you an external ID once it was told this:\n`);
  context.print(renderHandoff([handoffOf(connection, facts)], context.colours));
  context.print('');
  const have = await prompter.select('Do you have the external ID?', [
    { name: 'yes, here it is', value: true },
    { name: `not yet: write ${DEFAULT_FILE} and go on later`, value: false },
  ]);
  if (!have) return { flags, later: true };
  const id = await prompter.input('External ID', { validate: (value) => externalId(value.trim()) });
  return { flags: { ...flags, externalId: [id] }, later: false };
}

/** Offers the profiles that exist, where nothing says yet which credentials are meant. */
async function withProfile(context: CommandContext, prompter: Prompter): Promise<CommandContext> {
  const { env, flags } = context;
  if (flags.profile !== undefined || env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE || env.AWS_WEB_IDENTITY_TOKEN_FILE) {
    return context;
  }
  const names = await profileNames(env);
  if (names.length < 2) return context;
  const profile = await prompter.select(
    'Which AWS profile?',
    names.map((name) => ({ name, value: name })),
  );
  return context.withFlags({ profile });
}
