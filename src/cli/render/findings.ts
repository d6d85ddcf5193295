import type { ChalkInstance } from 'chalk';
import type { Finding } from '../../policy/types.js';
import { count, plain } from './text.js';

/** Findings of lint, one block each: what, where, why, remedy. */
export function findingLines(findings: readonly Finding[], colours: ChalkInstance): readonly string[] {
  const paint = { error: colours.red, warning: colours.yellow, advice: colours.blue };
  return findings.flatMap((finding) => {
    const place = [finding.file, finding.line, finding.pointer].filter((part) => part !== null && part !== '');
    const at = place.length === 0 ? '' : colours.dim(`  ${plain(place.join(':'))}`);
    return [
      `${paint[finding.severity](finding.severity)} ${plain(finding.message)} ${colours.dim(`[${finding.id}]`)}${at}`,
      ...(finding.remedy === '' ? [] : [`  ${colours.dim('remedy:')} ${plain(finding.remedy)}`]),
    ];
  });
}

/** All findings of some files for a person: a block each and how many there are; a word where there is none. */
export function renderFindings(
  findings: readonly Finding[],
  files: readonly { readonly file: string }[],
  colours: ChalkInstance,
): string {
  if (findings.length === 0) return colours.green(`No findings in ${count(files.length, 'file')}.`);
  const of = (severity: Finding['severity']) => findings.filter((each) => each.severity === severity).length;
  const total = `${count(of('error'), 'error')}, ${count(of('warning'), 'warning')}, ${of('advice')} advice`;
  return [...findingLines(findings, colours), '', total].join('\n');
}
