import type { Check, ConnectionReport, VerifyReport } from '../../verify/types.js';
import { explanationOf, type Verdict, verdictOf } from './check-text.js';
import { count, plain } from './text.js';

const SIGN: Readonly<Record<Verdict, string>> = { passed: '✅', failed: '❌', warning: '⚠️', unknown: '❔' };
const STATUS: Readonly<Record<ConnectionReport['status'], string>> = { connected: '✅', broken: '❌', unknown: '❔' };

/** Text in a cell of a table: nothing in it can end the cell, open HTML or mention somebody. */
function cell(text: string): string {
  return plain(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>~@&]/g, (character) => (character === '@' ? '@\u200b' : `\\${character}`));
}

/** Code in a cell: backticks and bars can't be escaped inside code. */
function code(text: string): string {
  return `\`${plain(text).replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** The report as GitHub-flavoured Markdown: a summary, what is not as it should be, and every row folded away. */
export function reportMarkdown(report: VerifyReport): string {
  const connected = report.connections.filter(({ status }) => status === 'connected').length;
  const lines = [
    '# s3connect verify',
    '',
    `${connected} of ${count(report.connections.length, 'connection')} connected.`,
    '',
    '| | connection | status | mode | checks |',
    '|---|---|---|---|---|',
    ...report.connections.map(summaryRow),
  ];
  for (const connection of report.connections) lines.push('', ...section(connection));
  return `${lines.join('\n')}\n`;
}

function summaryRow({ name, status, mode, checks, error }: ConnectionReport): string {
  const passed = checks.filter(({ ok }) => ok === true).length;
  const state = error === undefined ? status : `error: ${cell(error.code)}`;
  return `| ${error === undefined ? STATUS[status] : '❌'} | ${code(name)} | ${state} | ${mode} | ${passed}/${checks.length} |`;
}

function section(connection: ConnectionReport): readonly string[] {
  const { name, checks, why, mode, error } = connection;
  const lines = [`## ${code(name)}`, '', `Asked in mode \`${mode}\`: ${cell(why)}.`];
  if (error !== undefined) {
    lines.push('', `**${cell(error.message)}** ${cell(error.hint ?? '')}`.trimEnd());
    return lines;
  }
  const open = checks.filter((check) => verdictOf(check) !== 'passed');
  for (const check of open) lines.push('', ...finding(check));
  lines.push('', `<details><summary>All ${count(checks.length, 'check')}</summary>`, '');
  lines.push('| | check | must | is | by | ms |', '|---|---|---|---|---|---|');
  for (const check of checks) {
    const is = check.code === null ? check.actual : `${check.actual} (${cell(check.code)})`;
    lines.push(
      `| ${SIGN[verdictOf(check)]} | ${code(check.id)} | ${check.expect} | ${is} | ${check.by} | ${check.ms} |`,
    );
  }
  lines.push('', '</details>');
  return lines;
}

function finding(check: Check): readonly string[] {
  const lines = [`- ${SIGN[verdictOf(check)]} ${code(check.id)}: ${cell(check.what)}`];
  const patch = check.because?.patch;
  const words = explanationOf(check).filter((line) => !line.startsWith('missing statement: '));
  for (const line of words) lines.push(`  - ${cell(line)}`);
  if (patch !== undefined && patch !== null) {
    const json = plain(JSON.stringify(patch, null, 2)).split('\n');
    lines.push('  - missing statement:', '    ```json', ...json.map((line) => `    ${line}`), '    ```');
  }
  return lines;
}
