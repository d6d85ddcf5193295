import type { Check, ConnectionReport, VerifyReport } from '../../verify/types.js';
import { explanationOf, verdictOf } from './check-text.js';
import { jsonText } from './text.js';

const LEVEL = { failed: 'error', warning: 'warning', unknown: 'note', passed: 'none' } as const;
const KIND = { failed: 'fail', warning: 'fail', unknown: 'notApplicable', passed: 'pass' } as const;

/**
 * The report as a SARIF 2.1.0 log (OASIS): one result for each row that is false or that nobody could answer, under a
 * rule for each kind of check. A result points at the connection by name, for a verdict has no line of a file.
 *
 * @param file the connections file, for services that show results beside a file
 */
export function reportSarif(report: VerifyReport, file = 's3connect.json'): string {
  const found = report.connections.flatMap((connection) =>
    connection.checks.filter((check) => verdictOf(check) !== 'passed').map((check) => ({ connection, check })),
  );
  const rules = [...new Set(found.map(({ check }) => ruleOf(check)))].sort();
  const broken = report.connections.filter(({ error }) => error !== undefined);
  return `${jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 's3connect',
            informationUri: 'https://www.npmjs.com/package/s3connect',
            rules: rules.map((id) => ({
              id,
              shortDescription: { text: `s3connect verify: ${id}` },
              defaultConfiguration: { level: 'error' },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: broken.length === 0,
            toolExecutionNotifications: broken.map(({ name, error }) => ({
              level: 'error',
              descriptor: { id: error?.code },
              message: { text: `${name}: ${error?.message}` },
            })),
          },
        ],
        results: found.map(({ connection, check }) => resultOf(connection, check, rules, file)),
      },
    ],
  })}\n`;
}

/** The check without its subject: `get.outside-prefix`. */
function ruleOf(check: Check): string {
  return check.id.split(':')[0] ?? check.id;
}

function resultOf(connection: ConnectionReport, check: Check, rules: readonly string[], file: string): object {
  const verdict = verdictOf(check);
  const id = ruleOf(check);
  return {
    ruleId: id,
    ruleIndex: rules.indexOf(id),
    kind: KIND[verdict],
    // Only what fails has a level of its own (SARIF 2.1.0, 3.27.10).
    level: KIND[verdict] === 'fail' ? LEVEL[verdict] : 'none',
    message: { text: `${connection.name}: ${check.what}. ${explanationOf(check).join('. ')}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: file } },
        logicalLocations: [{ fullyQualifiedName: `${connection.name}/${check.id}`, kind: 'member' }],
      },
    ],
    partialFingerprints: { 's3connect/v1': `${connection.name}/${check.id}` },
    properties: { expect: check.expect, actual: check.actual, by: check.by, mode: connection.mode },
  };
}
