import type { ChalkInstance } from 'chalk';
import type { Change, ConnectionPlan, Plan } from '../../engine/types.js';
import { changeDiff } from './difference.js';
import { findingLines } from './findings.js';
import type { DiffLine } from './statement.js';
import { count, plain } from './text.js';

const SIGNS = { create: '+', update: '~', delete: '-', none: '=' } as const;

export interface PlanStyle {
  readonly colours: ChalkInstance;
  readonly width: number;
  /** Also list what is as it should be. */
  readonly all?: boolean;
}

function painter(colours: ChalkInstance, sign: string): (text: string) => string {
  if (sign === '+') return colours.green;
  if (sign === '-') return colours.red;
  if (sign === '~') return colours.yellow;
  return colours.dim;
}

const diffText = (line: DiffLine, colours: ChalkInstance): string =>
  `      ${painter(colours, line.sign)(`${line.sign} ${line.text}`)}`.trimEnd();

function statusText(change: Change, colours: ChalkInstance): string {
  if (change.status === undefined) return '';
  if (change.status === 'done') return change.action === 'none' ? '' : colours.green('  done');
  if (change.status === 'failed') return colours.red('  failed');
  return colours.yellow('  skipped');
}

/** One change: its headline, and below it what happens to the document. */
export function changeLines(change: Change, style: PlanStyle, details: boolean): readonly string[] {
  const { colours } = style;
  const sign = SIGNS[change.action];
  const head = `  ${painter(colours, sign)(`${sign} ${change.resource.padEnd(20)}`)} ${plain(change.id)}`;
  const lines = [head + statusText(change, colours)];
  if (change.note !== undefined) lines.push(`      ${colours.yellow(plain(change.note))}`);
  if (change.error !== undefined) {
    lines.push(`      ${colours.red(plain(change.error.message))}`);
    if (change.error.hint !== null) lines.push(`      ${colours.cyan('hint:')} ${plain(change.error.hint)}`);
  }
  if (details && change.action !== 'none') {
    lines.push(...changeDiff(change, style.width - 10).map((line) => diffText(line, colours)));
  }
  return lines;
}

function connectionLines(plan: ConnectionPlan, style: PlanStyle, details: boolean): readonly string[] {
  const { colours } = style;
  const lines = [`${colours.bold(plain(plan.name))}  ${colours.dim(`account ${plan.account}  ${plan.region}`)}`];
  if (plan.error !== undefined) {
    lines.push(`  ${colours.red('error:')} ${plain(plan.error.message)}`);
    if (plan.error.hint !== null) lines.push(`  ${colours.cyan('hint:')} ${plain(plan.error.hint)}`);
  }
  const shown = plan.changes.filter(
    (change) =>
      style.all === true || change.action !== 'none' || change.note !== undefined || change.error !== undefined,
  );
  for (const change of shown) lines.push(...changeLines(change, style, details));
  const unchanged = plan.changes.length - shown.length;
  if (unchanged > 0)
    lines.push(colours.dim(`  = ${count(unchanged, 'resource')} as ${unchanged === 1 ? 'it' : 'they'} should be`));
  if (details) lines.push(...findingLines(plan.findings, colours).map((line) => `  ${line}`));
  return lines;
}

/** How many of what. */
export function summaryText(plan: Plan): string {
  const { create, update, delete: remove, unchanged } = plan.summary;
  return `${create} to create, ${update} to update, ${remove} to delete, ${unchanged} unchanged`;
}

/** The plan for a person: statement by statement, without JSON. */
export function renderPlan(plan: Plan, style: PlanStyle): string {
  const blocks = plan.connections.map((each) => connectionLines(each, style, true).join('\n'));
  const changes = plan.summary.create + plan.summary.update + plan.summary.delete;
  const end =
    changes === 0
      ? style.colours.green('Nothing to change.')
      : `${summaryText(plan)}\n${style.colours.dim(`fingerprint ${plan.fingerprint}`)}`;
  return [...blocks, end].join('\n\n');
}

/** What an apply or destroy did. */
export function renderOutcome(plan: Plan, style: PlanStyle): string {
  const blocks = plan.connections.map((each) => connectionLines(each, style, false).join('\n'));
  const statuses = plan.connections.flatMap((each) =>
    each.changes.filter((change) => change.action !== 'none').map((change) => change.status),
  );
  const of = (status: string) => statuses.filter((each) => each === status).length;
  const words = [
    `${of('done')} done`,
    ...(of('failed') > 0 ? [`${of('failed')} failed`] : []),
    ...(of('skipped') > 0 ? [`${of('skipped')} skipped`] : []),
  ];
  return [...blocks, words.join(', ')].join('\n\n');
}

/** Whether a plan would change anything. */
export function hasChanges(plan: Plan): boolean {
  return plan.summary.create + plan.summary.update + plan.summary.delete > 0;
}
