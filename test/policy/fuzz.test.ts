import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samePolicy } from '../../src/policy/equal.js';
import { compile, evaluate } from '../../src/policy/evaluate.js';
import { explain } from '../../src/policy/explain.js';
import { guessKind, lintPolicy } from '../../src/policy/lint/index.js';
import { toSarif } from '../../src/policy/lint/sarif.js';
import { wouldLockOut } from '../../src/policy/lock-out.js';
import { mergeOwned, ownedStatements } from '../../src/policy/merge.js';
import { isPublicPolicy } from '../../src/policy/public.js';
import { compactStatements, policySize } from '../../src/policy/size.js';
import type { PolicyDocument, PolicyKind, Statement } from '../../src/policy/types.js';
import { MARK_A } from '../helpers/policies.js';

const request = {
  principal: 'arn:aws:iam::111122223333:user/ann',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::acme/a',
  resourceAccount: '111122223333',
};
const KINDS: readonly PolicyKind[] = ['trust', 'identity', 'bucket', 'access-point', 'topic', 'key'];

/** Everything that takes a document which somebody else wrote. */
function useAll(doc: PolicyDocument, text?: string): void {
  for (const kind of KINDS) {
    const findings = lintPolicy(doc, { kind, account: '111122223333', ...(text === undefined ? {} : { text }) });
    toSarif(findings);
  }
  guessKind(doc);
  expect(samePolicy(doc, doc)).toBe(true);
  isPublicPolicy(doc, 'bucket');
  isPublicPolicy(doc, 'access-point');
  const input = { request, resourcePolicy: doc, identityPolicies: [doc], trustPolicy: doc, permissionsBoundary: doc };
  const { decision } = evaluate(input);
  expect(['allow', 'deny']).toContain(decision);
  explain(input);
  wouldLockOut({
    caller: request.principal,
    bucketArn: 'arn:aws:s3:::acme',
    account: '111122223333',
    before: doc,
    after: doc,
  });
  if (typeof doc !== 'object' || doc === null || Array.isArray(doc)) return;
  ownedStatements(doc, MARK_A);
  mergeOwned(doc, MARK_A, []);
  mergeOwned(doc, MARK_A, [{ Sid: `${MARK_A}X`, Effect: 'Allow' }]);
}

const word = fc.oneof(
  fc.constantFrom(
    'Version',
    'Statement',
    'Sid',
    'Effect',
    'Principal',
    'Action',
    'Resource',
    'Condition',
    'AWS',
    '*',
    '',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf', '__defineGetter__'),
  fc.constantFrom(
    's3:GetObject',
    'arn:aws:s3:::acme/*',
    'StringLike',
    'ForAnyValue:StringLike',
    's3:prefix',
    '${',
    '${aws:',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\ud800', '\udc00x', 'a\u0000b', '\u2028'),
);
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('value')), { maxLength: 5 }).map(objectOf),
  ),
})).value;

/** As JSON.parse makes it: `__proto__` is a key like any other. */
function objectOf(entries: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`,
  );
}

const element = (names: readonly string[]) => fc.tuple(fc.constantFrom(...names), fc.oneof(anyJson, word));
const arbStatement = fc
  .array(
    element([
      'Sid',
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Condition',
    ]),
    {
      maxLength: 7,
    },
  )
  .map(objectOf);
const arbBroken = fc
  .tuple(
    fc.constantFrom('2012-10-17', '2008-10-17', 5, null),
    fc.oneof(fc.array(arbStatement, { maxLength: 4 }), anyJson),
  )
  .map(([Version, Statement]) => ({ Version, Statement }) as unknown as PolicyDocument);

describe('fuzzed documents never crash the policy tools', () => {
  it('random JSON', () => {
    fc.assert(
      fc.property(anyJson, (value) => useAll(value as PolicyDocument, JSON.stringify(value) ?? 'null')),
      { numRuns: 500 },
    );
  });

  it('documents with random elements', () => {
    fc.assert(
      fc.property(arbBroken, (doc) => useAll(doc, JSON.stringify(doc))),
      { numRuns: 500 },
    );
  });

  it('random text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        lintPolicy({ Statement: [] }, { text });
      }),
    );
  });

  it.each([
    ['Condition', (value: unknown) => ({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Condition: value }] })],
    ['Principal', (value: unknown) => ({ Statement: [{ Effect: 'Allow', Principal: value }] })],
    ['Statement', (value: unknown) => ({ Statement: value })],
    ['Action', (value: unknown) => ({ Statement: { Effect: 'Deny', Action: value, Resource: value } })],
  ])('deep nesting in %s', (_, wrap) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `${open.repeat(4000)}1${close.repeat(4000)}`;
      useAll(wrap(JSON.parse(text)) as unknown as PolicyDocument, text);
    }
  });

  it('a text that is nested too deeply for the parser has no lines, nothing worse', () => {
    const text = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(lintPolicy({ Statement: [] }, { text })[0]?.id).toBe('not-a-policy');
  });
});

describe('hostile sizes take linear time', () => {
  const timed = (work: () => void): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };

  it('patterns such as a*a*a*a*b', () => {
    const pattern = `arn:aws:s3:::acme/${'a*'.repeat(2000)}b`;
    const key = 'a'.repeat(1000);
    const doc: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: `s3:${'g*'.repeat(1000)}x`,
          Resource: pattern,
          Condition: { StringLike: { 's3:prefix': pattern }, ArnLike: { 'aws:SourceArn': pattern } },
        },
        { Effect: 'Allow', Action: 's3:GetObject', Resource: pattern },
      ],
    };
    const policies = compile({ identityPolicies: [doc] });
    const context = { 's3:prefix': key, 'aws:SourceArn': `arn:aws:s3:::${key}` };
    expect(timed(() => policies.allows({ ...request, resource: `arn:aws:s3:::acme/${key}`, context }))).toBeLessThan(
      500,
    );
    expect(timed(() => lintPolicy(doc))).toBeLessThan(3000);
  });

  it('huge strings', () => {
    const huge = 'x'.repeat(200_000);
    const doc = {
      Version: huge,
      Statement: [{ Sid: huge, Effect: huge, Principal: { AWS: huge }, Action: `s3:${huge}`, Resource: huge }],
    } as unknown as PolicyDocument;
    expect(timed(() => useAll(doc, JSON.stringify(doc)))).toBeLessThan(10_000);
    for (const { message } of lintPolicy(doc, { kind: 'bucket' })) expect(message.length).toBeLessThan(1000);
  });

  it('hundreds of statements', () => {
    const statements = Array.from(
      { length: 400 },
      (_, i): Statement => ({
        Sid: `${MARK_A}P${i}`,
        Effect: i % 2 === 0 ? 'Allow' : 'Deny',
        Principal: { AWS: `arn:aws:iam::111122223333:role/r${i % 7}` },
        Action: ['s3:*', 's3:Get*'],
        Resource: `arn:aws:s3:::acme/p${i}/*`,
        Condition: { StringLike: { 's3:prefix': [`p${i}/*`] } },
      }),
    );
    const doc: PolicyDocument = { Version: '2012-10-17', Statement: statements };
    expect(policySize(doc, 'bucket').used).toBeGreaterThan(20_000);
    expect(timed(() => useAll(doc, JSON.stringify(doc, null, 2)))).toBeLessThan(10_000);
    expect(timed(() => compactStatements(statements))).toBeLessThan(3000);
  });
});
