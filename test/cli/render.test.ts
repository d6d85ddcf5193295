import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { changeDiff } from '../../src/cli/render/difference.js';
import { renderOutcome, renderPlan } from '../../src/cli/render/plan.js';
import { statementLines } from '../../src/cli/render/statement.js';
import { renderTable } from '../../src/cli/render/table.js';
import { jsonText, plain } from '../../src/cli/render/text.js';
import type { Plan } from '../../src/engine/types.js';
import type { Statement } from '../../src/policy/types.js';

const colours = new Chalk({ level: 0 });

const read: Statement = {
  Sid: 'S3ConnectRead',
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: 'arn:aws:s3:::acme/*',
  Condition: { StringLike: { 's3:prefix': ['films/*'] } },
};
const foreign: Statement = { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' };

describe('a statement', () => {
  it('reads as lists, not as JSON', () => {
    expect(statementLines(read, 100)).toEqual([
      'Allow S3ConnectRead',
      '  may       s3:GetObject, s3:ListBucket',
      '  on        arn:aws:s3:::acme/*',
      '  if        s3:prefix StringLike films/*',
    ]);
  });

  it('says of a Deny what may not be done', () => {
    expect(statementLines(foreign, 100)).toContain('  not       s3:*');
    expect(statementLines(foreign, 100)).toContain('  who       everybody (*)');
  });
});

describe('a difference', () => {
  it('shows only what an update changes, statement by statement', () => {
    const lines = changeDiff(
      {
        action: 'update',
        resource: 'bucket-policy',
        id: 'acme',
        before: { Version: '2012-10-17', Statement: [foreign, { ...read, Action: ['s3:GetObject', 's3:PutObject'] }] },
        after: { Version: '2012-10-17', Statement: [foreign, read] },
      },
      100,
    );
    expect(lines.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
      '~ Allow S3ConnectRead',
      '-   may       s3:PutObject',
      '+   may       s3:ListBucket',
      '  1 statement unchanged',
    ]);
  });

  it('looks into the trust policy of a role and at its fields', () => {
    const trust = (id: string) => ({
      Statement: [
        { Sid: 'T', Effect: 'Allow', Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': id } } },
      ],
    });
    const lines = changeDiff(
      {
        action: 'update',
        resource: 'role',
        id: 'arn:aws:iam::111122223333:role/x',
        before: { name: 'x', description: 'old', trustPolicy: trust('one'), tags: { a: '1' } },
        after: { name: 'x', description: 'new', trustPolicy: trust('two'), tags: { a: '1' } },
      },
      100,
    );
    expect(lines.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
      '- description old',
      '+ description new',
      '  trust policy',
      '~   Allow T',
      '-     if        sts:ExternalId StringEquals one',
      '+     if        sts:ExternalId StringEquals two',
    ]);
  });
});

const plan: Plan = {
  fingerprint: 'abc',
  connections: [
    {
      name: 'one',
      account: '111122223333',
      region: 'eu-west-1',
      changes: [
        { action: 'create', resource: 'role-policy', id: 'one/s3connect', before: null, after: { Statement: [read] } },
        { action: 'none', resource: 'cors', id: 'acme', before: null, after: null },
      ],
      findings: [],
    },
  ],
  summary: { create: 1, update: 0, delete: 0, unchanged: 1 },
};

describe('a plan', () => {
  it('reads like a diff', () => {
    expect(renderPlan(plan, { colours, width: 100 })).toBe(
      [
        'one  account 111122223333  eu-west-1',
        '  + role-policy          one/s3connect',
        '      + Allow S3ConnectRead',
        '      +   may       s3:GetObject, s3:ListBucket',
        '      +   on        arn:aws:s3:::acme/*',
        '      +   if        s3:prefix StringLike films/*',
        '  = 1 resource as it should be',
        '',
        '1 to create, 0 to update, 0 to delete, 1 unchanged',
        'fingerprint abc',
      ].join('\n'),
    );
  });

  it('says after an apply what was done and what failed', () => {
    const [connection] = plan.connections;
    const [first, second] = connection!.changes;
    const error = { code: 'AwsError' as const, message: 'no', hint: 'try again', path: null };
    const done: Plan = {
      ...plan,
      connections: [{ ...connection!, changes: [{ ...first!, status: 'failed', error }, second!] }],
    };
    const text = renderOutcome(done, { colours, width: 100 });
    expect(text).toContain('+ role-policy          one/s3connect  failed');
    expect(text).toContain('hint: try again');
    expect(text).toContain('0 done, 1 failed');
  });
});

describe('text from elsewhere', () => {
  it('cannot steer the terminal', () => {
    expect(plain('a\u001b[2Jb\u009b31mc\u0007\u202ed')).toBe('a[2Jb31mcd');
    expect(jsonText({ a: '\u009b31m\u001b' })).toBe('{\n  "a": "\\u009b31m\\u001b"\n}');
    const evil: Statement = { ...read, Sid: '\u001b]0;x\u0007' };
    expect(statementLines(evil, 80).join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  });
});

describe('a table', () => {
  it('fits the width by wrapping its last column', () => {
    const text = renderTable(['ID', 'TITLE'], [['short', 'a long title that goes on and on '.repeat(4)]], 50);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
    expect(text.split('\n').length).toBeGreaterThan(3);
  });
});
