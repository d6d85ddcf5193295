import type { VerifyReport } from '../../verify/types.js';
import { explanationOf, verdictOf } from './check-text.js';
import { reportMarkdown } from './report-markdown.js';
import { plain } from './text.js';

/** GitHub's own escapes for workflow commands: a message can't begin another command. */
const data = (text: string): string =>
  plain(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Workflow commands, one a line: `::error` for what is false, `::warning` for warnings and what nobody could answer. */
export function githubAnnotations(report: VerifyReport): string {
  const lines: string[] = [];
  for (const { name, checks, status, error } of report.connections) {
    if (error !== undefined) {
      lines.push(
        `::error title=${property(`${name}: ${error.code}`)}::${data(`${error.message} ${error.hint ?? ''}`.trim())}`,
      );
    }
    for (const check of checks) {
      const verdict = verdictOf(check);
      // A denial that nobody here can answer for does no harm; an open grant makes the connection unknown.
      if (verdict === 'passed' || (verdict === 'unknown' && (status !== 'unknown' || check.expect === 'deny')))
        continue;
      const level = verdict === 'failed' ? 'error' : 'warning';
      const text = [check.what, ...explanationOf(check)].join('\n');
      lines.push(`::${level} title=${property(`${name}: ${check.id}`)}::${data(text)}`);
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Text for `$GITHUB_STEP_SUMMARY`. */
export function githubSummary(report: VerifyReport): string {
  return reportMarkdown(report);
}
