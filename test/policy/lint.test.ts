import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lintDocs } from '../../src/policy/lint/docs.js';
import { guessKind, lintPolicy } from '../../src/policy/lint/index.js';
import { RULES, THEMES } from '../../src/policy/lint/rules.js';
import { toSarif } from '../../src/policy/lint/sarif.js';
import type { LintOptions } from '../../src/policy/lint/types.js';
import type { PolicyDocument } from '../../src/policy/types.js';

interface LintCase {
  readonly title: string;
  readonly options?: LintOptions;
  /** Whole document, or its statements. */
  readonly policy?: PolicyDocument;
  readonly statements?: readonly unknown[];
  /** `id` or `severity id pointer`, in the order of the findings; ids that need not be told apart are left out by `only`. */
  readonly findings: readonly string[];
  readonly ignore?: readonly string[];
  readonly remedy?: string;
}

const folder = new URL('../cases/lint/', import.meta.url);
const NOISE = ['no-tls-statement'];

for (const file of readdirSync(folder)) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly LintCase[];
  describe(`lint cases: ${file}`, () => {
    it.each(cases.map((each) => [each.title, each] as const))('%s', (_, each) => {
      const policy = each.policy ?? ({ Version: '2012-10-17', Statement: each.statements } as PolicyDocument);
      const ignored = each.ignore ?? NOISE;
      const found = lintPolicy(policy, each.options).filter(({ id }) => !ignored.includes(id));
      expect(found.map(({ id, severity, pointer }) => `${severity} ${id} ${pointer}`)).toEqual(each.findings);
      if (each.remedy !== undefined) expect(found.map(({ remedy }) => remedy).join('\n')).toContain(each.remedy);
    });
  });
}

describe('lint rules', () => {
  it.each([...RULES])('%s is shown by its own example', (id, rule) => {
    const found = lintPolicy(rule.example.policy as PolicyDocument, rule.example.options ?? {});
    expect(found.map((finding) => finding.id)).toContain(id);
    const own = found.find((finding) => finding.id === id)!;
    expect(own.severity).toBe(rule.severity);
    for (const text of [own.message, own.why, own.remedy, own.source]) expect(text.length).toBeGreaterThan(3);
  });

  it('has each id once', () => {
    const ids = Object.values(THEMES).flatMap((theme) => Object.keys(theme.rules));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('lintPolicy', () => {
  it('gives the line of each place in the text', () => {
    const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:HeadObject"
      ],
      "Resource": "arn:aws:s3:::acme/*"
    }
  ]
}`;
    const found = lintPolicy(JSON.parse(text) as PolicyDocument, { text, file: 'p.json' });
    expect(found).toMatchObject([
      { id: 'unknown-action', file: 'p.json', pointer: '/Statement/0/Action/1', line: 8, severity: 'error' },
    ]);
    expect(lintPolicy(JSON.parse(text) as PolicyDocument)[0]).toMatchObject({ file: null, line: null });
  });

  it('points at the whole document where a key is missing', () => {
    const text = '{\n  "Version": "2012-10-17"\n}';
    expect(lintPolicy(JSON.parse(text) as PolicyDocument, { text })).toMatchObject([
      { id: 'not-a-policy', pointer: '', line: 1 },
    ]);
  });
});

describe('guessKind', () => {
  const kinds: [string, unknown][] = [
    ['identity', { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
    ['identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::111122223333:role/x' }],
    ['trust', { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
    ['bucket', { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::acme/*' }],
    [
      'access-point',
      {
        Effect: 'Allow',
        Principal: { AWS: '111122223333' },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/*',
      },
    ],
    ['topic', { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'SNS:Publish', Resource: '*' }],
    ['key', { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'kms:*', Resource: '*' }],
  ];
  it.each(kinds)('%s', (kind, statement) => {
    expect(guessKind({ Statement: statement } as PolicyDocument)).toBe(kind);
  });
});

describe('toSarif', () => {
  it('is SARIF 2.1.0 with a rule for each id and a line for each place', () => {
    const text = '{"Version":"2012-10-17",\n"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
    const log = toSarif(lintPolicy(JSON.parse(text) as PolicyDocument, { text, file: 'a b.json' })) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
    };
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0]!.tool.driver.rules.map(({ id }) => id)).toEqual(['service-wildcard', 'wildcard-resource']);
    expect(log.runs[0]!.results[0]).toMatchObject({
      ruleId: 'service-wildcard',
      ruleIndex: 0,
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b.json' }, region: { startLine: 2 } } }],
    });
  });
});

describe('docs/lint.md', () => {
  it('is up to date (npm run docs:lint)', () => {
    expect(readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8')).toBe(lintDocs());
  });
});
