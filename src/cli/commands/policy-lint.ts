import { S3ConnectError } from '../../errors.js';
import { type LintOptions, lintPolicy } from '../../policy/lint/index.js';
import { toSarif } from '../../policy/lint/sarif.js';
import type { Finding, PolicyDocument, PolicyKind } from '../../policy/types.js';
import type { CommandContext } from '../context.js';
import { findingLines } from '../render/findings.js';
import { count } from '../render/text.js';
import { readJsonFile } from './policy-files.js';

const KINDS: readonly PolicyKind[] = ['trust', 'identity', 'bucket', 'access-point', 'topic', 'key'];

/** `policy lint FILE…`: findings in policy documents; ends with 1 where one is an error. */
export async function run(
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  if (args.length === 0) context.fail('policy lint needs a file', 'FILE', 'give one or more policy documents');
  const lint = lintOptions(options);
  const format = options.format;
  if (format !== undefined && format !== 'sarif')
    throw new S3ConnectError('BadUsage', `--format takes sarif, not ${String(format)}`, {
      path: '--format',
      hint: 'for JSON use --json',
    });
  const files = await Promise.all(args.map((file) => readJsonFile(file, context.cwd)));
  const findings = files.flatMap(({ file, text, value }) =>
    lintPolicy(value as PolicyDocument, { ...lint, file, text }),
  );
  if (format === 'sarif') context.print(JSON.stringify(toSarif(findings), null, 2));
  else context.emit({ findings }, () => render(findings, args.length, context));
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function render(findings: readonly Finding[], files: number, { colours }: CommandContext): string {
  const lines: string[] = [];
  for (const finding of findings) {
    lines.push(...findingLines([finding], colours));
    lines.push(`  ${colours.dim('why:')} ${finding.why}`, `  ${colours.dim('source:')} ${finding.source}`, '');
  }
  const of = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const numbers = [count(of('error'), 'error'), count(of('warning'), 'warning'), `${of('advice')} advice`];
  lines.push(`${count(files, 'document')}: ${findings.length === 0 ? 'nothing to find' : numbers.join(', ')}`);
  return lines.join('\n');
}

function lintOptions({ kind, account, partition }: Readonly<Record<string, unknown>>): LintOptions {
  if (kind !== undefined && !KINDS.includes(kind as PolicyKind))
    throw new S3ConnectError('BadUsage', `--kind takes ${KINDS.join(', ')}, not ${String(kind)}`, {
      path: '--kind',
      hint: 'leave it out to have it guessed',
    });
  if (account !== undefined && !/^\d{12}$/.test(String(account)))
    throw new S3ConnectError('BadValue', `${String(account)} is no account id: it has 12 digits`, {
      path: '--account',
      hint: 'write the 12 digits without hyphens',
    });
  if (partition !== undefined && !/^aws(-[a-z]+)*$/.test(String(partition)))
    throw new S3ConnectError('BadValue', `${String(partition)} is no partition`, {
      path: '--partition',
      hint: 'it is aws, aws-cn, aws-us-gov or another id that begins with aws',
    });
  return {
    ...(kind === undefined ? {} : { kind: kind as PolicyKind }),
    ...(account === undefined ? {} : { account: String(account) }),
    ...(partition === undefined ? {} : { partition: String(partition) }),
  };
}
