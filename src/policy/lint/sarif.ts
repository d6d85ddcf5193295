import type { Finding } from '../types.js';
import { RULES } from './rules.js';

const LEVEL = { error: 'error', warning: 'warning', advice: 'note' } as const;

/** Findings as a SARIF 2.1.0 log (OASIS), as code scanning services take it. */
export function toSarif(findings: readonly Finding[]): object {
  const used = [...new Set(findings.map(({ id }) => id))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 's3connect',
            informationUri: 'https://www.npmjs.com/package/s3connect',
            rules: used.map((id) => ruleOf(id, findings.find((finding) => finding.id === id)!)),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.id,
          ruleIndex: used.indexOf(finding.id),
          level: LEVEL[finding.severity],
          message: { text: `${finding.message} ${finding.remedy}` },
          locations: [locationOf(finding)],
        })),
      },
    ],
  };
}

function ruleOf(id: string, finding: Finding): object {
  const rule = RULES.get(id);
  return {
    id,
    name: id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule?.title ?? id },
    fullDescription: { text: finding.why },
    help: { text: `${rule?.remedy ?? finding.remedy} Source: ${finding.source}.` },
    defaultConfiguration: { level: LEVEL[rule?.severity ?? finding.severity] },
  };
}

function locationOf({ file, line, pointer }: Finding): object {
  return {
    ...(file === null
      ? {}
      : {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            ...(line === null ? {} : { region: { startLine: line } }),
          },
        }),
    logicalLocations: [{ fullyQualifiedName: pointer, kind: 'member' }],
  };
}

/** A relative path stays relative; what is no URI character is encoded. */
function uriOf(file: string): string {
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
