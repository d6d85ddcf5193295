import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { renderReport, renderVerdict } from '../../src/cli/render/verification.js';
import type { Check, VerifyReport } from '../../src/verify/types.js';

const check = (id: string, more: Partial<Check> = {}): Check => ({
  id,
  what: 'may write objects to acme-exports under a prefix that is long enough to be wrapped',
  expect: 'allow',
  actual: 'allow',
  ok: true,
  by: 'probe',
  code: null,
  detail: '',
  ms: 1,
  ...more,
});
const because: Check['because'] = {
  layer: 'identity-policy',
  statement: null,
  mismatch: 'nothing names it',
  patch: { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-exports/analytics/*' },
};
const refused = { actual: 'deny', ok: false, code: 'AccessDenied', detail: 'PutObject of a probe object' } as const;
const REPORT: VerifyReport = {
  ok: false,
  connections: [
    {
      name: 'exports',
      status: 'broken',
      mode: 'assume',
      why: 'asked for with --mode',
      checks: [
        check('put:acme-exports', { ...refused, because }),
        check('multipart:acme-exports', { ...refused, because }),
        check('delete:acme-exports', { expect: 'deny', ok: false, foreign: true }),
      ],
    },
    { name: 'films', status: 'connected', mode: 'assume', why: 'it is', checks: [check('list:acme-films')] },
    {
      name: 'task',
      status: 'unknown',
      mode: 'direct',
      why: 'it is',
      checks: [
        check('get:acme-task', { actual: 'skipped', ok: null, detail: 'a missing key proves nothing' }),
        check('public:acme-task', { actual: 'skipped', ok: null, expect: 'deny', detail: 'it can not be read' }),
      ],
    },
  ],
};

describe('a verify report', () => {
  for (const width of [60, 80, 120]) {
    it(`fits ${width} columns`, () => {
      const style = { colours: new Chalk({ level: 0 }), width };
      const lines = `${renderReport(REPORT, style)}\n${renderVerdict(REPORT, style)}`.split('\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
    });
  }

  const style = { colours: new Chalk({ level: 0 }), width: 100 };

  it('shows a missing statement once, and why a row that decides is open', () => {
    const text = renderReport(REPORT, style);
    expect(text.split('+ Allow')).toHaveLength(2);
    expect(text).toContain('missing: the same statement as for put:acme-exports');
    expect(text).toContain('a missing key proves nothing');
    expect(text).not.toContain('it can not be read');
  });

  it('ends with what is not connected, and for which rows; warnings are none', () => {
    expect(renderVerdict(REPORT, style).split('\n')).toEqual([
      'exports is broken: put:acme-exports, multipart:acme-exports',
      'task is unknown: get:acme-task',
      '1 of 3 connections connected',
    ]);
  });
});
