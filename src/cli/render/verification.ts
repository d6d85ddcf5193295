import type { ChalkInstance } from 'chalk';
import type { Check, ConnectionReport, VerifyReport } from '../../verify/types.js';
import { statementLines } from './statement.js';
import { plain } from './text.js';

export interface ReportStyle {
  readonly colours: ChalkInstance;
  readonly width: number;
}

function mark(check: Check, colours: ChalkInstance): string {
  if (check.ok === true) return colours.green('ok  ');
  if (check.ok === false) return check.foreign === true ? colours.yellow('warn') : colours.red('FAIL');
  return check.actual === 'skipped' ? colours.dim('skip') : colours.yellow('??  ');
}

const longestId = (checks: readonly Check[]): number => Math.max(0, ...checks.map((check) => check.id.length));

function checkLines(check: Check, style: ReportStyle, idWidth: number): readonly string[] {
  const { colours } = style;
  const by = check.by === 'evaluator' ? colours.dim(' (evaluated)') : '';
  const lines = [`  ${mark(check, colours)} ${plain(check.id).padEnd(idWidth)} ${plain(check.what)}${by}`];
  if (check.ok === true || check.actual === 'skipped') return lines;
  const answer = check.code === null ? check.actual : `${check.actual} (${plain(check.code)})`;
  lines.push(`       expected ${check.expect}, got ${answer}${check.detail === '' ? '' : `: ${plain(check.detail)}`}`);
  const because = check.because;
  if (because === undefined) return lines;
  const statement = because.statement;
  const name =
    statement === null ? '' : ` statement ${plain(statement.sid ?? `${statement.policy}[${statement.index}]`)}`;
  const why =
    because.mismatch === null || check.detail.includes(because.mismatch) ? '' : `: ${plain(because.mismatch)}`;
  lines.push(`       because: ${because.layer}${name}${why}`);
  if (because.patch !== null) {
    lines.push(`       missing statement in the ${because.layer}:`);
    lines.push(
      ...statementLines(because.patch, style.width - 12).map((line) => `         ${colours.green(`+ ${line}`)}`),
    );
  }
  return lines;
}

function connectionLines(report: ConnectionReport, style: ReportStyle): readonly string[] {
  const { colours } = style;
  const paint = { connected: colours.green, broken: colours.red, unknown: colours.yellow }[report.status];
  const lines = [
    `${colours.bold(plain(report.name))}  ${paint(report.status)}  ${colours.dim(`${report.mode}: ${plain(report.why)}`)}`,
  ];
  if (report.error !== undefined) {
    lines.push(`  ${colours.red('error:')} ${plain(report.error.message)}`);
    if (report.error.hint !== null) lines.push(`  ${colours.cyan('hint:')} ${plain(report.error.hint)}`);
  }
  lines.push(...report.checks.flatMap((check) => checkLines(check, style, longestId(report.checks))));
  return lines;
}

/** A verify report for a person: one line a check, and below a false one why and what is missing. */
export function renderReport(report: VerifyReport, style: ReportStyle): string {
  return report.connections.map((each) => connectionLines(each, style).join('\n')).join('\n\n');
}

/** Rows of checks alone, for `cors check`. */
export function renderChecks(checks: readonly Check[], style: ReportStyle): string {
  return checks.flatMap((check) => checkLines(check, style, longestId(checks))).join('\n');
}
