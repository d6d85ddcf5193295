import { appendFile, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { type ErrorCode, S3ConnectError } from '../../errors.js';
import type { ConnectionReport, VerifyEvent, VerifyMode, VerifyOptions, VerifyReport } from '../../verify/types.js';
import type { CommandContext, RunCommand } from '../context.js';
import { EXIT, exitCodeOf, highestExitCode } from '../exit-codes.js';
import { makeFolder } from '../folder.js';
import { given, notYet, numberOf, type Options, text, texts } from '../options.js';
import { errorFrom } from '../planning.js';
import { startProgress } from '../render/progress.js';
import { plain } from '../render/text.js';
import { renderReport, renderVerdict } from '../render/verification.js';
import { secretFilePath } from '../secret-file.js';
import { failedCodes, type Selection, saveIfAsked, selectConnections } from '../selection.js';

const MODES: readonly string[] = ['auto', 'assume', 'self', 'direct', 'keys', 'anonymous', 'simulate'];
const REPORTS: readonly string[] = ['.xml', '.sarif', '.json', '.md'];

/** `verify`: prove what must be allowed and what must be denied. */
export const run: RunCommand = async (context, args, options) => {
  notYet(options, 'receipt', '--receipt');
  const reports = texts(options, 'report');
  for (const file of reports) checkEnding(context, file);
  const mode = modeOf(context, options);
  const wait = numberOf(options, 'wait', '--wait', 0);
  const selection = await selectConnections(context, args, options);
  const report = await verifySelection(context, selection, options, {
    mode,
    ...(wait === undefined ? {} : { waitSeconds: wait }),
  });
  await saveIfAsked(context, selection, options);
  for (const file of reports) await writeReport(resolve(context.cwd, file), report);
  await tellGitHub(context, report);
  context.emit(report, () => {
    const style = { colours: context.colours, width: context.width };
    return `${renderReport(report, style)}\n\n${renderVerdict(report, style)}`;
  });
  const errors = report.connections.flatMap((each) =>
    each.error === undefined ? [] : [exitCodeOf(each.error.code as ErrorCode)],
  );
  return highestExitCode([...errors, ...failedCodes(selection), ...(report.ok ? [] : [EXIT.failed])]);
};

function checkEnding(context: CommandContext, file: string): void {
  const ending = extname(file).toLowerCase();
  if (ending === '.html')
    context.fail('An HTML report is not supported yet.', '--report', `Use one of ${REPORTS.join(', ')}.`);
  if (!REPORTS.includes(ending)) {
    context.fail(`A report ends with one of ${REPORTS.join(', ')}, not '${file}'.`, '--report');
  }
}

function modeOf(context: CommandContext, options: Options): VerifyMode | 'auto' {
  const mode = text(options, 'mode') ?? 'auto';
  if (!MODES.includes(mode)) context.fail(`There is no mode '${mode}'.`, '--mode', `Use one of ${MODES.join(', ')}.`);
  if (mode === 'self' && !context.isTerminal && !context.flags.yes) {
    context.fail('The mode self edits the trust policy for a moment and needs a confirmation.', '--yes', 'Add --yes.');
  }
  return mode as VerifyMode | 'auto';
}

function keysOf(context: CommandContext): VerifyOptions['keys'] {
  const accessKeyId = context.env.S3CONNECT_ACCESS_KEY_ID;
  const secretAccessKey = context.env.S3CONNECT_SECRET_ACCESS_KEY;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

function eventLine(event: VerifyEvent): string | undefined {
  if (event.type === 'mode') return `${event.connection}: ${event.mode}, ${event.why}`;
  if (event.type === 'residue') return `left behind, please remove: ${event.what}`;
  if (event.type === 'waiting' && event.ms !== undefined) {
    return `waited ${(event.ms / 1000).toFixed(1)} s for ${event.for}`;
  }
  return undefined;
}

/**
 * Verifies the connections of a selection with progress on stderr.
 *
 * @throws S3ConnectError where the only connection can't be verified at all
 */
export async function verifySelection(
  context: CommandContext,
  selection: Selection,
  options: Options,
  more: Partial<VerifyOptions>,
): Promise<VerifyReport> {
  const { verify } = await import('../../verify/index.js');
  const progress = await startProgress(context, 'verifying');
  const keys = keysOf(context);
  const asked = text(options, 'secretFile');
  let report: VerifyReport;
  try {
    report = await verify(selection.connections, {
      aws: await context.aws(),
      strict: given(options, 'strict'),
      requireProbe: given(options, 'requireProbe'),
      // A flag that begins with no- is declared as the setting that it turns off.
      noWrite: options.write === false,
      allowUnknown: given(options, 'allowUnknown'),
      allowResidue: given(options, 'allowResidue'),
      ...(asked === undefined ? {} : { secretFile: resolve(context.cwd, asked) }),
      secretFileOf: (name) => secretFilePath(context, options, name),
      ...(keys === undefined ? {} : { keys }),
      ...confirmation(context, more.mode ?? 'auto'),
      signal: context.signal,
      concurrency: context.flags.concurrency,
      onEvent: (event) => {
        const line = eventLine(event);
        if (event.type === 'residue') context.warn(plain(line ?? ''));
        else if (line !== undefined) context.detail(plain(line));
        if (event.type === 'check') progress.say(`${event.connection}: ${event.check.id}`);
        if (event.type === 'waiting' && event.ms === undefined) progress.say(`waiting for ${event.for}`);
      },
      ...more,
    });
  } finally {
    progress.end();
  }
  const [only] = report.connections;
  if (
    report.connections.length + selection.failed.length === 1 &&
    only?.error !== undefined &&
    only.checks.length === 0
  ) {
    throw errorFrom(only.error as ReturnType<S3ConnectError['toJSON']>);
  }
  return withFailed(report, selection);
}

function confirmation(context: CommandContext, mode: VerifyMode | 'auto'): Partial<VerifyOptions> {
  if (mode === 'self' && context.flags.yes) return { confirmSelf: async () => true };
  if (!context.isTerminal) return {};
  const question =
    'Put a statement into the trust policy for a moment, for your own session alone, to probe as the role?';
  return { confirmSelf: () => context.confirm(question, question) };
}

function withFailed(report: VerifyReport, selection: Selection): VerifyReport {
  if (selection.failed.length === 0) return report;
  const rows: ConnectionReport[] = selection.failed.map(({ name, error }) => ({
    name,
    status: 'unknown',
    mode: 'simulate',
    why: 'it could not be resolved',
    checks: [],
    error: error.toJSON(),
  }));
  return { connections: [...report.connections, ...rows], ok: false };
}

async function reportText(file: string, report: VerifyReport): Promise<string> {
  switch (extname(file).toLowerCase()) {
    case '.xml':
      return (await import('../render/report-junit.js')).reportJUnit(report);
    case '.sarif':
      return (await import('../render/report-sarif.js')).reportSarif(report);
    case '.md':
      return (await import('../render/report-markdown.js')).reportMarkdown(report);
    default:
      return (await import('../render/report-json.js')).reportJson(report);
  }
}

async function writeReport(file: string, report: VerifyReport): Promise<void> {
  const content = await reportText(file, report);
  try {
    await makeFolder(dirname(file));
    await writeFile(file, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new S3ConnectError('BadValue', `The report could not be written: ${reason}.`, {
      path: '--report',
      cause: error,
    });
  }
}

/** In a GitHub workflow: annotations for what is broken, and a summary of the job. */
async function tellGitHub(context: CommandContext, report: VerifyReport): Promise<void> {
  if (context.env.GITHUB_ACTIONS !== 'true') return;
  const { githubAnnotations, githubSummary } = await import('../render/github.js');
  const annotations = githubAnnotations(report);
  // GitHub reads workflow commands from both streams; with --json stdout has to be one JSON document.
  const stream = context.flags.json ? context.stderr : context.stdout;
  if (annotations !== '') stream.write(`${annotations.trimEnd()}\n`);
  const summary = context.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '') await appendFile(summary, githubSummary(report));
}
