import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samePolicy, sameStatement } from '../../src/policy/equal.js';
import { compile } from '../../src/policy/evaluate.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';
import { arbForeignDocument, arbRequest, arbRewritten } from '../helpers/policies.js';

const base: Statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: 'arn:aws:s3:::acme/*',
};
const doc = (statement: unknown, version?: string): PolicyDocument =>
  ({ ...(version === undefined ? {} : { Version: version }), Statement: statement }) as PolicyDocument;

describe('samePolicy', () => {
  const same: [string, PolicyDocument, PolicyDocument][] = [
    ['order of a list', doc(base), doc({ ...base, Action: ['s3:PutObject', 's3:GetObject'] })],
    ['one value and a list of one', doc(base), doc([{ ...base, Resource: ['arn:aws:s3:::acme/*'] }])],
    ['case of actions', doc(base), doc({ ...base, Action: ['S3:getobject', 's3:PUTOBJECT'] })],
    ['account id and its root', doc(base), doc({ ...base, Principal: { AWS: '111122223333' } })],
    [
      'account id and its root in China',
      doc({ ...base, Resource: 'arn:aws-cn:s3:::acme/*', Principal: { AWS: 'arn:aws-cn:iam::111122223333:root' } }),
      doc({ ...base, Resource: 'arn:aws-cn:s3:::acme/*', Principal: { AWS: '111122223333' } }),
    ],
    [
      'case of condition keys',
      doc({ ...base, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      doc({ ...base, Condition: { Bool: { 'AWS:securetransport': 'true' } } }),
    ],
    [
      'unquoted values',
      doc({ ...base, Condition: { Bool: { 'aws:SecureTransport': true }, NumericEquals: { 's3:max-keys': 5 } } }),
      doc({ ...base, Condition: { NumericEquals: { 's3:max-keys': ['5'] }, Bool: { 'aws:SecureTransport': 'true' } } }),
    ],
    ['an empty condition', doc(base), doc({ ...base, Condition: {} })],
    ['Version without variables', doc(base), doc(base, '2012-10-17')],
    ['order of statements', doc([base, { ...base, Effect: 'Deny' }]), doc([{ ...base, Effect: 'Deny' }, base])],
  ];
  it.each(same)('is blind to: %s', (_, a, b) => {
    expect(samePolicy(a, b)).toBe(true);
    expect(samePolicy(b, a)).toBe(true);
  });

  const variable = { ...base, Resource: 'arn:aws:s3:::acme/${aws:username}/*' };
  const different: [string, PolicyDocument, PolicyDocument][] = [
    ['"*" and {"AWS":"*"}', doc({ ...base, Principal: '*' }), doc({ ...base, Principal: { AWS: '*' } })],
    ['an ARN and a unique id', doc(base), doc({ ...base, Principal: { AWS: 'AROAEXAMPLEEXAMPLE123' } })],
    ['another Sid', doc({ ...base, Sid: 'A' }), doc({ ...base, Sid: 'B' })],
    ['Version with variables', doc(variable), doc(variable, '2012-10-17')],
    ['the case of a resource', doc(base), doc({ ...base, Resource: 'arn:aws:s3:::acme/A/*' })],
    ['a missing and an empty list', doc(base), doc({ ...base, Principal: { AWS: [] } })],
    [
      'the case of a condition value',
      doc({ ...base, Condition: { StringEquals: { 'sts:ExternalId': 'a' } } }),
      doc({ ...base, Condition: { StringEquals: { 'sts:ExternalId': 'A' } } }),
    ],
    [
      'IfExists',
      doc({ ...base, Condition: { StringEquals: { 'sts:ExternalId': 'a' } } }),
      doc({ ...base, Condition: { StringEqualsIfExists: { 'sts:ExternalId': 'a' } } }),
    ],
    [
      'one operator with two spellings of a key and one of them alone',
      doc({ ...base, Condition: { StringEquals: { 'aws:userid': 'a', 'aws:UserId': 'b' } } }),
      doc({ ...base, Condition: { StringEquals: { 'aws:userid': 'a' } } }),
    ],
    ['two statements of opposite effect', doc({ ...base, Effect: 'Deny' }), doc(base)],
    ['NotAction and Action', doc(base), doc({ ...base, Action: undefined, NotAction: base.Action })],
  ];
  it.each(different)('sees: %s', (_, a, b) => {
    expect(samePolicy(a, b)).toBe(false);
    expect(samePolicy(b, a)).toBe(false);
  });

  it('an absent document is only itself', () => {
    expect(samePolicy(undefined, undefined)).toBe(true);
    expect(samePolicy(undefined, doc([]))).toBe(false);
  });

  it('is an equivalence', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbForeignDocument, fc.infiniteStream(fc.nat()), (a, b, seed) => {
        const [first, second] = [arbRewritten(a, seed), arbRewritten(a, seed)];
        expect(samePolicy(a, a)).toBe(true);
        expect(samePolicy(a, first)).toBe(true);
        expect(samePolicy(first, second)).toBe(true);
        expect(samePolicy(a, b)).toBe(samePolicy(b, a));
        expect(samePolicy(first, b)).toBe(samePolicy(a, b));
      }),
    );
  });
});

describe('documents that are called equal', () => {
  const arbSide = fc.constantFrom('resourcePolicy' as const, 'trustPolicy' as const, 'accessPointPolicy' as const);
  const identity: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };

  it('decide every request alike', () => {
    fc.assert(
      fc.property(
        arbForeignDocument,
        fc.infiniteStream(fc.nat()),
        arbSide,
        fc.boolean(),
        fc.array(arbRequest, { minLength: 5, maxLength: 15 }),
        (policy, seed, side, withIdentity, requests) => {
          const other = arbRewritten(policy, seed);
          expect(samePolicy(policy, other)).toBe(true);
          const rest = withIdentity ? { identityPolicies: [identity] } : {};
          const [one, two] = [compile({ ...rest, [side]: policy }), compile({ ...rest, [side]: other })];
          for (const request of requests) {
            const [a, b] = [one.decide(request), two.decide(request)];
            expect([b.decision, b.reason, b.layer]).toEqual([a.decision, a.reason, a.layer]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are told apart whenever a request is decided differently', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbForeignDocument, arbRequest, (a, b, request) => {
        const [one, two] = [compile({ resourcePolicy: a }), compile({ resourcePolicy: b })];
        if (one.allows(request) !== two.allows(request)) expect(samePolicy(a, b)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('sameStatement', () => {
  it('compares two statements as the documents that hold them', () => {
    expect(sameStatement(base, { ...base, Action: ['s3:putobject', 's3:GetObject'] })).toBe(true);
    expect(sameStatement(base, { ...base, Effect: 'Deny' })).toBe(false);
  });
});
