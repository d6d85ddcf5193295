import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { githubAnnotations, githubSummary } from '../../src/cli/render/github.js';
import { reportJson } from '../../src/cli/render/report-json.js';
import { reportJUnit } from '../../src/cli/render/report-junit.js';
import { reportMarkdown } from '../../src/cli/render/report-markdown.js';
import { reportSarif } from '../../src/cli/render/report-sarif.js';
import type { VerifyReport } from '../../src/verify/types.js';
import { check, reported } from './fixtures.js';

const NASTY = 'a "quoted" <name> & \u001b[31mred\u001b[0m | `code` ::error::x\n@team \ud800';

const REPORT: VerifyReport = {
  ok: false,
  connections: [
    reported(
      'exports',
      [
        check('list:out'),
        check('put:out', {
          ok: false,
          actual: 'deny',
          code: 'AccessDenied',
          detail: NASTY,
          because: {
            layer: 'identity-policy',
            statement: null,
            mismatch: 'there is no identity policy',
            patch: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::out/*' },
          },
        }),
        check('delete:out', { expect: 'deny', ok: false, foreign: true }),
        check('get:out', { expect: 'deny', actual: 'skipped', ok: null, detail: 'nobody can ask' }),
      ],
      { status: 'broken' },
    ),
    reported('gone', [], {
      status: 'unknown',
      error: { code: 'RoleAmbiguous', message: 'two roles', hint: 'narrow it', path: null },
    }),
  ],
};

describe('JUnit', () => {
  const xml = reportJUnit(REPORT);
  const parsed = new XMLParser({ ignoreAttributes: false, isArray: (name) => /^test(?:suite|case)$/.test(name) }).parse(
    xml,
  );

  it('is well-formed whatever the names are', () => {
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).not.toContain('\u001b');
  });

  it('has one suite for each connection and one case for each check', () => {
    const suites = parsed.testsuites.testsuite;
    expect(suites.map((each: Record<string, string>) => each['@_name'])).toEqual(['exports', 'gone']);
    expect(suites[0]).toMatchObject({ '@_tests': '4', '@_failures': '1', '@_skipped': '1', '@_errors': '0' });
    expect(suites[1]).toMatchObject({ '@_tests': '1', '@_errors': '1' });
    const [list, put, remove, get] = suites[0].testcase;
    expect(list).not.toHaveProperty('failure');
    expect(put.failure['@_message']).toBe('expected allow, got deny (AccessDenied)');
    expect(put.failure['#text']).toContain('missing statement');
    expect(remove['system-out']).toContain('warning');
    expect(get.skipped['@_message']).toBe('nobody can ask');
  });
});

describe('SARIF', () => {
  it('has a result for each row that is not true, under a rule for its kind', () => {
    const log = JSON.parse(reportSarif(REPORT));
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.results.map((each: { ruleId: string; level: string }) => [each.ruleId, each.level])).toEqual([
      ['put', 'error'],
      ['delete', 'warning'],
      ['get', 'none'],
    ]);
    expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(['delete', 'get', 'put']);
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(run.invocations[0].executionSuccessful).toBe(false);
  });
});

describe('Markdown', () => {
  const text = reportMarkdown(REPORT);
  it('says in one table how each connection is', () => {
    expect(text).toContain('0 of 2 connections connected.');
    expect(text).toContain('| ❌ | `exports` | broken | assume | 1/4 |');
    expect(text).toContain('| ❌ | `gone` | error: RoleAmbiguous | assume | 0/0 |');
  });

  it('lets no name open HTML, mention somebody or end a cell', () => {
    expect(text).not.toMatch(/<name>|@team|\u001b/);
    expect(text).toContain('```json');
  });
});

describe('JSON', () => {
  it('is the report itself', () => {
    expect(JSON.parse(reportJson(REPORT)).connections[0].checks).toHaveLength(4);
  });
});

describe('GitHub', () => {
  it('gets an error for what is false, a warning for a warning, nothing for a harmless unknown', () => {
    const lines = githubAnnotations(REPORT).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/::[^:]*$/, '').split('::')[1])).toEqual([
      'error title=exports%3A put%3Aout',
      'warning title=exports%3A delete%3Aout',
      'error title=gone%3A RoleAmbiguous',
    ]);
    // A message can't begin a command of its own.
    expect(lines.filter((line) => line.startsWith('::error')).length).toBe(2);
  });

  it('says nothing where all is well', () => {
    expect(githubAnnotations({ ok: true, connections: [reported('a', [check('get:a')])] })).toBe('');
    expect(githubSummary({ ok: true, connections: [reported('a', [check('get:a')])] })).toContain(
      '1 of 1 connection connected.',
    );
  });
});
