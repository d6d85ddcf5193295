import type { ChalkInstance } from 'chalk';
import type { Check, ConnectionReport, VerifyReport } from '../../verify/types.js';
import { statementLines } from './statement.js';
import { count, plain, wrapWords } from './text.js';

export interface ReportStyle {
  readonly colours: ChalkInstance;
  readonly width: number;
}

function mark(check: Check, colours: ChalkInstance): string {
  if (check.ok === true) return colours.green('ok  ');
  if (check.ok === false) return check.foreign === true ? colours.yellow('warn') : colours.red('FAIL');
  return check.actual === 'skipped' ? colours.dim('skip') : colours.yellow('??  ');
}

/** Below the marks. */
const INDENT = 7;

function hanging(text: string, style: ReportStyle): readonly string[] {
  return wrapWords(text, style.width - INDENT - 2).map(
    (line, n) => `${' '.repeat(n === 0 ? INDENT : INDENT + 2)}${line}`,
  );
}

/** Where the second column begins: as far in as the ids of this report need, and no farther than half of the line. */
function columnOf(checks: readonly Check[], style: ReportStyle): number {
  const longest = Math.max(0, ...checks.map(({ id }) => plain(id).length));
  return INDENT + Math.min(longest, Math.max(20, Math.floor(style.width / 2) - INDENT)) + 1;
}

function headLines(check: Check, column: number, style: ReportStyle): readonly string[] {
  const { colours } = style;
  const id = plain(check.id);
  const evaluated = check.by === 'evaluator' && check.actual !== 'skipped' ? ' (evaluated)' : '';
  const words = wrapWords(`${check.what}${evaluated}`, Math.max(20, style.width - column - 1)).map((line) =>
    evaluated === '' ? line : line.replace(/\(evaluated\)$/, (word) => colours.dim(word)),
  );
  const first = `  ${mark(check, colours)} ${id.padEnd(column - INDENT - 1)}`;
  const below = words.map((line) => ' '.repeat(column) + line);
  if (id.length > column - INDENT - 1) return [first, ...below];
  return [`${first} ${words[0] ?? ''}`, ...below.slice(1)];
}

/** A denial that can't be told from here. */
const isHarmless = ({ ok, expect, id }: Check): boolean =>
  ok === null && expect === 'deny' && !id.startsWith('assume.');

/** What a false row is false for; a statement that a row above has shown is not shown again. */
function becauseLines(check: Check, style: ReportStyle, shown: Map<string, string>): readonly string[] {
  const { because } = check;
  if (because === undefined) return [];
  const { statement } = because;
  const name = statement === null ? '' : ` statement ${statement.sid ?? `${statement.policy}[${statement.index}]`}`;
  const why = because.mismatch === null || check.detail.includes(because.mismatch) ? '' : `: ${because.mismatch}`;
  const lines = [...hanging(`because: ${because.layer}${name}${why}`, style)];
  if (because.patch === null) return lines;
  const key = JSON.stringify([because.layer, because.patch]);
  const before = shown.get(key);
  if (before !== undefined) return [...lines, ...hanging(`missing: the same statement as for ${before}`, style)];
  shown.set(key, check.id);
  lines.push(`       missing statement in the ${because.layer}:`);
  for (const line of statementLines(because.patch, style.width - 12)) {
    lines.push(`         ${style.colours.green(`+ ${line}`)}`);
  }
  return lines;
}

function checkLines(checks: readonly Check[], style: ReportStyle): readonly string[] {
  const column = columnOf(checks, style);
  const shown = new Map<string, string>();
  return checks.flatMap((check) => {
    const head = headLines(check, column, style);
    if (check.ok === true) return head;
    if (check.actual === 'skipped') {
      const why = isHarmless(check) || shown.has(check.detail) ? [] : hanging(check.detail, style);
      shown.set(check.detail, check.id);
      return [...head, ...why];
    }
    const answer = check.code === null ? check.actual : `${check.actual} (${check.code})`;
    const got = `expected ${check.expect}, got ${answer}${check.detail === '' ? '' : `: ${check.detail}`}`;
    return [...head, ...hanging(got, style), ...becauseLines(check, style, shown)];
  });
}

function connectionLines(report: ConnectionReport, style: ReportStyle): readonly string[] {
  const { colours } = style;
  const status = PAINT[report.status](colours)(report.status);
  const lines = [
    `${colours.bold(plain(report.name))}  ${status}`,
    ...wrapWords(`${report.mode}: ${report.why}`, style.width - 3).map((line) => `  ${colours.dim(line)}`),
  ];
  if (report.error !== undefined) {
    lines.push(`  ${colours.red('error:')} ${plain(report.error.message)}`);
    if (report.error.hint !== null) lines.push(`  ${colours.cyan('hint:')} ${plain(report.error.hint)}`);
  }
  lines.push(...checkLines(report.checks, style));
  return lines;
}

const PAINT = {
  connected: (colours: ChalkInstance) => colours.green,
  broken: (colours: ChalkInstance) => colours.red,
  unknown: (colours: ChalkInstance) => colours.yellow,
} as const;

/** A verify report for a person: one line a check, and below a false one why and what is missing. */
export function renderReport(report: VerifyReport, style: ReportStyle): string {
  return report.connections.map((each) => connectionLines(each, style).join('\n')).join('\n\n');
}

/** The end of a report: which connections are not connected and for which rows, or that all are. */
export function renderVerdict(report: VerifyReport, style: ReportStyle): string {
  const lines: string[] = [];
  for (const { name, status, checks, error } of report.connections) {
    if (status === 'connected') continue;
    const rows = checks.filter((check) =>
      status === 'broken' ? check.ok === false && check.foreign !== true : check.ok === null && !isHarmless(check),
    );
    const warned = rows.length > 0 ? rows : checks.filter(({ ok }) => ok === false);
    const why = error === undefined ? warned.map(({ id }) => id).join(', ') : error.message;
    const [first = '', ...rest] = wrapWords(`${name} is ${status}: ${why}`, style.width - 3);
    lines.push(PAINT[status](style.colours)(first), ...rest.map((line) => `  ${line}`));
  }
  const all = report.connections.length;
  const good = report.connections.filter(({ status }) => status === 'connected').length;
  if (all === 0) return '';
  const total = `${good} of ${count(all, 'connection')} connected`;
  return [...lines, good === all ? style.colours.green(total) : total].join('\n');
}

/** Rows of checks alone, for `cors check`. */
export function renderChecks(checks: readonly Check[], style: ReportStyle): string {
  return checkLines(checks, style).join('\n');
}
