import { describe, expect, it } from 'vitest';
import type { ProbeAnswer } from '../../src/aws/ports.js';
import type { Decision } from '../../src/policy/types.js';
import { type Answer, codeOf, meaningOf } from '../../src/verify/answers.js';
import type { ExpectedRow } from '../../src/verify/expected.js';
import { judge, statusOf } from '../../src/verify/judge.js';
import { check } from './fixtures.js';

const answer = (status: number, code: string | null = null): ProbeAnswer => ({
  status,
  code,
  message: null,
  headers: {},
});

describe('what an answer means', () => {
  it.each([
    [200, null, 'allow'],
    [204, null, 'allow'],
    [403, null, 'deny'],
    [403, 'AccessDenied', 'deny'],
    [403, 'Unknown', 'deny'],
    [403, 'InvalidAccessKeyId', 'error'],
    [403, 'RequestTimeTooSkewed', 'error'],
    [400, 'ExpiredToken', 'error'],
    [404, null, 'missing'],
    [404, 'NoSuchKey', 'missing'],
    [404, 'NoSuchBucket', 'error'],
    [301, 'PermanentRedirect', 'error'],
    [503, 'SlowDown', 'error'],
    [0, 'ECONNREFUSED', 'error'],
  ] as const)('%s %s is %s', (status, code, meaning) => {
    expect(meaningOf(answer(status, code))).toBe(meaning);
  });

  it('shows the status where there is no code', () => {
    expect(codeOf(answer(403))).toBe('HTTP 403');
    expect(codeOf(answer(200))).toBeNull();
  });
});

const row = (expected: 'allow' | 'deny', kind: ExpectedRow['kind'] = 'get'): ExpectedRow => ({
  id: `${kind}:raw`,
  kind,
  what: 'a right',
  expect: expected,
});
const said = (actual: Answer['actual'], by: Answer['by'] = 'probe'): Answer => ({
  actual,
  by,
  code: null,
  detail: 'asked',
});

const DENIED: Decision = {
  decision: 'deny',
  reason: 'implicit-deny',
  layer: 'identity-policy',
  statement: null,
  nearest: {
    layer: 'identity-policy',
    statement: { policy: 'identityPolicies[0]', index: 0, sid: 'Read' },
    mismatch: 'the resource is another',
    patch: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::raw/*' },
  },
};
const ALLOWED: Decision = {
  decision: 'allow',
  reason: 'allowed',
  layer: 'resource-policy',
  statement: { policy: 'resourcePolicy', index: 1, sid: 'Everybody' },
  nearest: null,
};

describe('a row', () => {
  it.each([
    ['allow', 'allow', true],
    ['allow', 'deny', false],
    ['deny', 'deny', true],
    ['deny', 'allow', false],
    ['allow', 'error', null],
    ['deny', 'skipped', null],
  ] as const)('that expects %s and is answered %s is %s', (expected, actual, ok) => {
    expect(judge(row(expected), said(actual), 5, { requireProbe: false }).ok).toBe(ok);
  });

  it("counts the evaluator's word, but not with --require-probe", () => {
    expect(judge(row('allow'), said('allow', 'evaluator'), 0, { requireProbe: false })).toMatchObject({
      ok: true,
      by: 'evaluator',
    });
    expect(judge(row('allow'), said('allow', 'evaluator'), 0, { requireProbe: true })).toMatchObject({
      ok: null,
      actual: 'allow',
    });
    expect(judge(row('allow'), said('allow', 'probe'), 0, { requireProbe: true }).ok).toBe(true);
  });

  it('names the nearest statement and the patch of a missing grant', () => {
    const judged = judge(row('allow'), said('deny'), 0, { requireProbe: false, decision: DENIED });
    expect(judged.because).toEqual(DENIED.nearest);
  });

  it('names the Deny that refuses', () => {
    const deny: Decision = { ...DENIED, reason: 'explicit-deny', statement: ALLOWED.statement, nearest: null };
    const judged = judge(row('allow'), said('deny'), 0, { requireProbe: false, decision: deny });
    expect(judged.because).toMatchObject({ statement: { sid: 'Everybody' }, patch: null });
  });

  it('names the statement that lets in too much', () => {
    const judged = judge(row('deny'), said('allow'), 0, { requireProbe: false, decision: ALLOWED, foreign: true });
    expect(judged).toMatchObject({
      ok: false,
      foreign: true,
      because: { statement: { sid: 'Everybody' }, patch: null },
    });
  });

  it('says so where the documents allow what a probe was refused', () => {
    const judged = judge(row('allow'), said('deny'), 0, { requireProbe: false, decision: ALLOWED });
    expect(judged.because).toBeUndefined();
    expect(judged.detail).toContain('the documents that can be read allow it');
  });

  it('is no warning where a grant is missing or the denial holds', () => {
    expect(judge(row('allow'), said('deny'), 0, { requireProbe: false, foreign: true })).not.toHaveProperty('foreign');
    expect(judge(row('deny'), said('deny'), 0, { requireProbe: false, foreign: true })).not.toHaveProperty('foreign');
  });
});

describe('the status', () => {
  const open = { ok: null, actual: 'skipped' } as const;
  const no = { ok: false } as const;
  it.each([
    ['all true', [check('get:a')], false, 'connected'],
    ['a false one', [check('get:a', no)], false, 'broken'],
    ['a warning', [check('put:a', { ...no, expect: 'deny', foreign: true })], false, 'connected'],
    ['a warning with --strict', [check('put:a', { ...no, expect: 'deny', foreign: true })], true, 'broken'],
    ['an open grant', [check('get:a', open)], false, 'unknown'],
    ['an open denial', [check('put:a', { ...open, expect: 'deny' })], false, 'connected'],
    ['an open denial of assuming', [check('assume.no-external-id', { ...open, expect: 'deny' })], false, 'unknown'],
    ['a false one among open ones', [check('get:a', open), check('put:a', no)], false, 'broken'],
  ] as const)('with %s', (_, checks, strict, status) => {
    expect(statusOf(checks, strict).status).toBe(status);
  });
});
