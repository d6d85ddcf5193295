import type { PolicyDocument } from '../types.js';
import { lintPolicy } from './index.js';
import { THEMES } from './rules.js';
import type { Rule } from './types.js';

/** The text of docs/lint.md: every finding id with its reason, remedy, source and an example that shows it. */
export function lintDocs(): string {
  const lines = [
    '<!-- biome-ignore-all format: written by scripts/build-lint-docs.mjs -->',
    '',
    '# Findings of `policy lint`',
    '',
    'Generated from the code (`npm run docs:lint`). `template check` and every `plan` report the same findings.',
    'Severities: an **error** is refused by AWS, opens what should be closed, or never does what it says, and makes',
    '`policy lint` end with 1; a **warning** is likely a mistake; **advice** is worth a thought.',
    "Without `--account` every account counts as another company's.",
    '',
    '| id | severity | what |',
    '| --- | --- | --- |',
  ];
  for (const theme of Object.values(THEMES))
    for (const [id, rule] of Object.entries(theme.rules))
      lines.push(`| [\`${id}\`](#${id}) | ${rule.severity} | ${rule.title} |`);
  for (const [title, theme] of Object.entries(THEMES)) {
    lines.push('', `## ${title}`);
    for (const [id, rule] of Object.entries(theme.rules)) lines.push('', ...ruleDocs(id, rule));
  }
  return `${lines.join('\n')}\n`;
}

function ruleDocs(id: string, rule: Rule): readonly string[] {
  const policy = rule.example.policy as PolicyDocument;
  const found = lintPolicy(policy, rule.example.options).find((finding) => finding.id === id);
  return [
    `### ${id}`,
    '',
    `${rule.title}: **${rule.severity}**. ${rule.why}`,
    '',
    `Remedy: ${rule.remedy}`,
    '',
    '```json',
    ...exampleText(rule),
    '```',
    '',
    `> ${found?.message ?? ''} ${found === undefined || found.remedy === rule.remedy ? '' : found.remedy}`.trimEnd(),
    '',
    `Source: ${rule.source}.`,
  ];
}

/** The statements of the example, one a line; of many only the first. */
function exampleText({ example }: Rule): readonly string[] {
  if (example.options?.text !== undefined) return [example.options.text];
  const { Statement: statement, ...rest } = example.policy as { Statement?: unknown };
  if (!Array.isArray(statement)) return [JSON.stringify(example.policy)];
  const shown = statement.slice(0, 3).map((each) => `  ${JSON.stringify(each)}`);
  const last = shown.length - 1;
  const more = statement.length > shown.length ? [`  … and ${statement.length - shown.length} more`] : [];
  const head = JSON.stringify({ ...rest, Statement: [] }).replace(/\]\}$/, '');
  return [head, ...shown.map((line, i) => (i < last || more.length > 0 ? `${line},` : line)), ...more, ']}'];
}
