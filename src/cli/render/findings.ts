import type { ChalkInstance } from 'chalk';
import type { Finding } from '../../policy/types.js';
import { plain } from './text.js';

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
