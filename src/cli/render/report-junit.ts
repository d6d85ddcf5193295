import type { Check, ConnectionReport, VerifyReport } from '../../verify/types.js';
import { differenceOf, explanationOf, verdictOf } from './check-text.js';
import { plain } from './text.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** XML 1.0 knows no other control characters, and no lone surrogates; they are left out. */
function escaped(text: string): string {
  return plain(text)
    .replace(/[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[&<>"'\n\t]/g, (character) => ESCAPES[character] ?? character);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/**
 * The report as JUnit XML: one test suite for each connection, one test case for each check. A warning (`foreign`)
 * passes with its words in system-out; what nobody could answer is skipped; a connection that could not be verified
 * at all is one case in error.
 */
export function reportJUnit(report: VerifyReport): string {
  const suites = report.connections.map(suite);
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, each) => total + of(each), 0);
  const head = `<testsuites name="s3connect verify" tests="${sum((s) => s.tests)}" failures="${sum((s) => s.failures)}" errors="${sum((s) => s.errors)}" skipped="${sum((s) => s.skipped)}" time="${seconds(sum((s) => s.ms))}">`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    head,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly ms: number;
  readonly lines: readonly string[];
}

function suite(connection: ConnectionReport): Suite {
  const { name, checks, error } = connection;
  const errors = error === undefined ? 0 : 1;
  const failures = checks.filter((check) => verdictOf(check) === 'failed').length;
  const skipped = checks.filter((check) => verdictOf(check) === 'unknown').length;
  const ms = checks.reduce((longest, check) => Math.max(longest, check.ms), 0);
  const tests = checks.length + errors;
  const lines = [
    `  <testsuite name="${escaped(name)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(ms)}">`,
    '    <properties>',
    `      <property name="status" value="${connection.status}"/>`,
    `      <property name="mode" value="${connection.mode}"/>`,
    `      <property name="why" value="${escaped(connection.why)}"/>`,
    '    </properties>',
    ...checks.flatMap((check) => testCase(name, check)),
  ];
  if (error !== undefined) {
    lines.push(
      `    <testcase classname="${escaped(name)}" name="verify" time="0.000">`,
      `      <error type="${escaped(error.code)}" message="${escaped(error.message)}">${escaped(error.hint ?? '')}</error>`,
      '    </testcase>',
    );
  }
  lines.push('  </testsuite>');
  return { tests, failures, errors, skipped, ms, lines };
}

function testCase(connection: string, check: Check): readonly string[] {
  const open = `    <testcase classname="${escaped(connection)}" name="${escaped(check.id)}" time="${seconds(check.ms)}"`;
  const text = escaped([check.what, ...explanationOf(check)].join('\n'));
  switch (verdictOf(check)) {
    case 'passed':
      return [`${open}/>`];
    case 'failed':
      return [
        `${open}>`,
        `      <failure type="${check.expect}" message="${escaped(differenceOf(check))}">${text}</failure>`,
        '    </testcase>',
      ];
    case 'unknown':
      return [`${open}>`, `      <skipped message="${escaped(check.detail)}"/>`, '    </testcase>'];
    case 'warning':
      return [`${open}>`, `      <system-out>warning: ${text}</system-out>`, '    </testcase>'];
  }
}
