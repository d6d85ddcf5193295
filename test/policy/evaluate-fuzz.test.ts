import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, evaluate } from '../../src/policy/evaluate.js';
import { explain } from '../../src/policy/explain.js';
import { isPublicPolicy } from '../../src/policy/public.js';
import type { EvaluationCase, PolicyDocument, PolicySet, Statement } from '../../src/policy/types.js';
import { wildcardMatch } from '../../src/policy/wildcard.js';

const KEYS = [
  'trustPolicy',
  'permissionsBoundary',
  'resourcePolicy',
  'accessPointPolicy',
  'keyPolicy',
  'identityPolicies',
  'sessionPolicies',
  'serviceControlPolicies',
  'resourceControlPolicies',
  'blockPublicAccess',
];
const WORDS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'Version',
  '2012-10-17',
  'Statement',
  'Effect',
  'Allow',
  'Deny',
  'Principal',
  'NotPrincipal',
  'AWS',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
  'StringEquals',
  'ForAllValues:StringLikeIfExists',
  'Null',
  'aws:PrincipalArn',
  's3:GetObject',
  'arn:aws:s3:::b/k',
  '*',
  '${',
  "${a, '",
  '\ud800',
  '\udfff*\ud800?',
  '',
];
const text = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 20 }));
const { junk } = fc.letrec<{ junk: unknown }>((tie) => ({
  junk: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    text,
    fc.constantFrom<unknown>(null, true, 0, -1.5),
    fc.array(tie('junk'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('junk')), { maxLength: 3 }).map(asJson),
  ),
}));

/** As JSON.parse makes it: `__proto__` is a key like any other. */
function asJson(entries: readonly (readonly [string, unknown])[]): unknown {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

/** A document with a sound frame and junk in its places. */
const halfSound = fc
  .array(
    fc.record(
      {
        Effect: fc.constantFrom<unknown>('Allow', 'Deny', 'allow', 1),
        Principal: fc.oneof(fc.constant<unknown>('*'), fc.record({ AWS: junk }), junk),
        Action: fc.oneof(fc.constant<unknown>('s3:*'), junk),
        Resource: fc.oneof(fc.constant<unknown>('*'), fc.array(text, { maxLength: 3 }), junk),
        Condition: fc.oneof(fc.dictionary(text, fc.dictionary(text, junk, { maxKeys: 2 }), { maxKeys: 2 }), junk),
      },
      { requiredKeys: ['Effect', 'Action'] },
    ),
    { maxLength: 3 },
  )
  .map((Statement) => ({ Version: '2012-10-17', Statement }));

const anyCase = fc
  .record({
    documents: fc.array(
      fc.tuple(fc.constantFrom(...KEYS), fc.oneof(junk, halfSound, fc.array(halfSound, { maxLength: 2 }))),
      { maxLength: 4 },
    ),
    request: fc.oneof(
      junk,
      fc.record({
        principal: fc.oneof(text, fc.constant('arn:aws:iam::111122223333:user/u'), fc.constant('*')),
        action: fc.oneof(text, fc.constant('s3:GetObject')),
        resource: fc.oneof(text, fc.constant('arn:aws:s3:::b/k')),
        context: junk,
      }),
    ),
  })
  .map(({ documents, request }) => ({ ...Object.fromEntries(documents), request }) as unknown as EvaluationCase);

describe('junk', () => {
  it('never makes the evaluator fail, and the contract keeps its shape', () => {
    fc.assert(
      fc.property(anyCase, (input) => {
        const decision = evaluate(input);
        expect(['allow', 'deny']).toContain(decision.decision);
        expect(decision.nearest === null).toBe(decision.decision === 'allow');
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
        expect(explain(input)).toMatchObject(decision);
      }),
      { numRuns: 1500 },
    );
  });

  it('never makes a policy look private by failing', () => {
    fc.assert(
      fc.property(fc.oneof(junk, halfSound), (document) => {
        expect(typeof isPublicPolicy(document as PolicyDocument, 'bucket')).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('grants nothing: what AWS would have refused matches nothing', () => {
    const request = {
      principal: 'arn:aws:iam::111122223333:user/u',
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
    };
    const broken: unknown[] = [
      { Effect: 'allow', Action: '*', Resource: '*' },
      { Effect: 'Allow', Action: '*' },
      { Effect: 'Allow', Resource: '*' },
      { Effect: 'Allow', Action: [], Resource: '*' },
      { Effect: 'Allow', Action: '*', NotAction: 'iam:*', Resource: '*' },
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: [] },
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { NoOperator: { 'aws:PrincipalAccount': '111122223333' } },
      },
      { Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' },
      { Effect: 'Allow', Action: { toString: 's3:GetObject' }, Resource: '*' },
      null,
      'Allow',
      [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    ];
    for (const statement of broken) {
      const document = { Version: '2012-10-17', Statement: [statement] } as unknown as PolicyDocument;
      expect(evaluate({ request, identityPolicies: [document] }), JSON.stringify(statement)).toMatchObject({
        decision: 'deny',
        reason: 'implicit-deny',
      });
    }
  });

  it('takes keys of the context that objects inherit as absent', () => {
    const request = {
      principal: 'arn:aws:iam::111122223333:user/u',
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
    };
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const Condition = JSON.parse(`{"Null":{${JSON.stringify(key)}:"false"}}`);
      const document = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition }],
      };
      expect(
        evaluate({ request: { ...request, context: {} }, identityPolicies: [document as PolicyDocument] }).decision,
      ).toBe('deny');
    }
  });

  it('survives documents that are nested ten thousand deep', () => {
    let deep: unknown = 's3:*';
    for (let i = 0; i < 10_000; i++) deep = i % 2 ? [deep] : { Action: deep };
    const document = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: deep, Resource: deep, Condition: { StringEquals: { k: deep } } }, deep],
    };
    const request = { principal: '*', action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
    expect(evaluate({ request, resourcePolicy: document as unknown as PolicyDocument }).decision).toBe('deny');
  });
});

describe('matching time', () => {
  /** Milliseconds of the quickest of three runs. */
  const quickest = (run: () => void): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      run();
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };

  it.each([
    ['a few stars', 'a*a*a*a*b'],
    ['hundreds of stars', `${'a*'.repeat(500)}b`],
    ['a star before many question marks', `*${'?'.repeat(200)}b`],
    ['stars on both ends', `${'*a'.repeat(300)}*b*`],
  ])('does not explode on %s', (_name, pattern) => {
    const key = 'a'.repeat(100_000);
    expect(quickest(() => expect(wildcardMatch(pattern, key)).toBe(false))).toBeLessThan(2000);
  });

  it('agrees with the definition of the wildcards', () => {
    const small = fc.array(fc.constantFrom('a', 'b', '*', '?', ':'), { maxLength: 8 }).map((list) => list.join(''));
    const plain = fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(small, plain, (pattern, value) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(wildcardMatch(pattern, value)).toBe(new RegExp(`^${source}$`, 's').test(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('decides on 20 KB of hostile statements in no time', () => {
    const Statement: Statement[] = [];
    for (let i = 0; i < 150; i++) {
      Statement.push({
        Effect: i % 2 ? 'Allow' : 'Deny',
        Principal: '*',
        Action: 's3:*G*e*t*X',
        Resource: `arn:aws:s3:::b/${'a*'.repeat(20)}b${i}`,
        Condition: { StringLike: { 'aws:UserAgent': `${'a*'.repeat(15)}b` } },
      });
    }
    const policies = compile({ resourcePolicy: { Version: '2012-10-17', Statement } });
    const request = {
      principal: '*',
      action: 's3:GetObject',
      resource: `arn:aws:s3:::b/${'a'.repeat(1000)}`,
      context: { 'aws:UserAgent': 'a'.repeat(10_000) },
    };
    expect(quickest(() => expect(policies.decide(request).decision).toBe('deny'))).toBeLessThan(1000);
  });
});

const OWN = '111122223333';
const CALLERS = [
  `arn:aws:iam::${OWN}:user/alice`,
  `arn:aws:iam::${OWN}:user/bob`,
  `arn:aws:iam::${OWN}:root`,
  `arn:aws:sts::${OWN}:assumed-role/ingest/one`,
  `arn:aws:sts::${OWN}:assumed-role/ingest/two`,
  'arn:aws:iam::444455556666:user/vendor',
  'arn:aws:iam::444455556666:root',
  'arn:aws:sts::444455556666:assumed-role/vendor/run',
  `arn:aws:sts::${OWN}:federated-user/guest`,
  '*',
  's3.amazonaws.com',
  'sns.amazonaws.com',
];
const PRINCIPALS = [...CALLERS.slice(0, 9), OWN, `arn:aws:iam::${OWN}:role/ingest`];
const conditions = fc.constantFrom<Statement['Condition']>(
  undefined,
  { StringEquals: { 'sts:ExternalId': ['right', 'r*'] } },
  { StringNotEquals: { 'sts:ExternalId': 'right' } },
  { StringLike: { 's3:prefix': 'uploads/*' }, Bool: { 'aws:SecureTransport': 'true' } },
  { NumericLessThan: { 's3:max-keys': '10' } },
  { NumericGreaterThanIfExists: { 's3:max-keys': 10 } },
  { DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } },
  { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  { NotIpAddress: { 'aws:SourceIp': ['198.51.100.0/24', '2001:db8::/32'] } },
  { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'red' } },
  { 'ForAllValues:StringNotLike': { 'aws:TagKeys': ['r*'] } },
  { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } },
  { Null: { 'aws:TagKeys': 'true' } },
  { StringEquals: { 'aws:TagKeys': 'red' } },
);
const context = fc.constantFrom<Record<string, string | string[]>>(
  {},
  { 'sts:ExternalId': 'right', 'aws:SecureTransport': 'false', 's3:prefix': 'other/${x}*' },
  { 'sts:ExternalId': 'w*ng', 's3:max-keys': '10', 'aws:SourceIp': '198.51.100.7' },
  { 's3:max-keys': 'many', 'aws:TagKeys': ['red', 'blue'], 'aws:CurrentTime': '2024-01-01T00:00:00Z' },
  { 'aws:SourceIp': '2001:db8::1', 'aws:SourceArn': 'arn:aws:s3:::b', 'aws:SourceAccount': OWN },
);
const statement = fc
  .record({
    Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
    AWS: fc.array(fc.constantFrom(...PRINCIPALS), { minLength: 1, maxLength: 2 }),
    Action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*', 'sts:AssumeRole', 'kms:*'),
    Resource: fc.constantFrom(
      '*',
      'arn:aws:s3:::b/uploads/*',
      'arn:aws:s3:::b/${aws:username}/*',
      'arn:aws:s3:::other/*',
    ),
    Condition: conditions,
  })
  .map(({ AWS, Condition, ...rest }) => ({ AWS, ...rest, ...(Condition === undefined ? {} : { Condition }) }));
const version = fc.constantFrom<{ Version?: string }>({ Version: '2012-10-17' }, { Version: '2012-10-17' }, {});
const own = fc
  .tuple(version, fc.array(statement, { maxLength: 3 }))
  .map(([head, list]) => ({ ...head, Statement: list.map(({ AWS: _, ...rest }) => rest) }) as PolicyDocument);
const owned = fc
  .tuple(version, fc.array(statement, { maxLength: 3 }))
  .map(
    ([head, list]) =>
      ({ ...head, Statement: list.map(({ AWS, ...rest }) => ({ ...rest, Principal: { AWS } })) }) as PolicyDocument,
  );
const trust = owned.map((document) => ({
  ...document,
  Statement: (document.Statement as Statement[]).map(({ Resource: _, ...rest }) => ({
    ...rest,
    Action: 'sts:AssumeRole',
  })),
}));
const POINT = `arn:aws:s3:us-east-1:${OWN}:accesspoint/feed`;
const soundCase = fc
  .record(
    {
      request: fc
        .record({
          principal: fc.constantFrom(...CALLERS),
          target: fc.constantFrom<[string, string, string?]>(
            ['s3:GetObject', 'arn:aws:s3:::b/uploads/a'],
            ['s3:PutObject', 'arn:aws:s3:::b/a*?${b}'],
            ['s3:GetObject', `${POINT}/object/uploads/a`, 'b'],
            ['sts:AssumeRole', `arn:aws:iam::${OWN}:role/target`],
            ['kms:Decrypt', `arn:aws:kms:us-east-1:${OWN}:key/1`],
          ),
          context,
        })
        .map(({ principal, target: [action, resource, bucket], context: keys }) => ({
          principal,
          action,
          resource,
          resourceAccount: OWN,
          ...(bucket === undefined ? {} : { bucket }),
          context: keys,
        })),
      identityPolicies: fc.array(own, { maxLength: 2 }),
      permissionsBoundary: own,
      sessionPolicies: fc.array(own, { maxLength: 2 }),
      resourcePolicy: owned,
      accessPointPolicy: owned,
      keyPolicy: owned,
      trustPolicy: trust,
      serviceControlPolicies: fc.array(own, { maxLength: 1 }),
      blockPublicAccess: fc.constant({ bucket: { RestrictPublicBuckets: true } }),
    },
    { requiredKeys: ['request'] },
  )
  .map((input) => input as EvaluationCase);

const KEY_OF: Readonly<Record<string, keyof PolicySet>> = {
  'trust-policy': 'trustPolicy',
  'identity-policy': 'identityPolicies',
  'permissions-boundary': 'permissionsBoundary',
  'session-policy': 'sessionPolicies',
  'resource-policy': 'resourcePolicy',
  'access-point-policy': 'accessPointPolicy',
  'key-policy': 'keyPolicy',
  scp: 'serviceControlPolicies',
};

/** The case with the patch appended to the policy that `nearest` names, or to a new one. */
function patched(input: EvaluationCase, layer: string, policy: string | undefined, patch: Statement): EvaluationCase {
  const key = KEY_OF[layer]!;
  const append = (document: PolicyDocument | undefined): PolicyDocument => ({
    ...(document ?? { Version: '2012-10-17' }),
    Statement: [...((document?.Statement ?? []) as Statement[]), patch],
  });
  const value = input[key];
  if (!/ies$/.test(key)) return { ...input, [key]: append(value as PolicyDocument | undefined) };
  const list = (value ?? []) as readonly PolicyDocument[];
  const at = Number(/\[(\d+)\]/.exec(policy ?? '')?.[1] ?? 0);
  if (list.length === 0) return { ...input, [key]: [append(undefined)] };
  return { ...input, [key]: list.map((document, index) => (index === at ? append(document) : document)) };
}

describe('the patch of an implicit denial', () => {
  it('takes that layer out of the way, and nobody else gains by it', () => {
    let opened = 0;
    fc.assert(
      fc.property(soundCase, (input) => {
        const before = evaluate(input);
        if (before.reason !== 'implicit-deny' || before.nearest?.patch == null) return;
        const { layer, statement: nearest, patch } = before.nearest;
        const changed = patched(input, layer, nearest?.policy, patch);
        const after = evaluate(changed);
        expect(
          after.decision === 'allow' || after.layer !== layer,
          JSON.stringify({ changed, before, after }, null, 1),
        ).toBe(true);
        expect(after.reason).not.toBe('explicit-deny');
        if (after.decision === 'allow') opened++;
        if (patch.Principal === undefined && layer !== 'scp') return;
        for (const principal of CALLERS) {
          if (principal === input.request.principal) continue;
          // An SCP has no Principal: the sessions of one role are one to it.
          if (layer === 'scp' && /assumed-role/.test(principal)) continue;
          const other = { ...input.request, principal };
          if (evaluate({ ...input, request: other }).decision === 'allow') continue;
          expect(
            evaluate({ ...changed, request: other }).decision,
            `${principal} gains by ${JSON.stringify(patch)}`,
          ).toBe('deny');
        }
      }),
      { numRuns: 3000 },
    );
    expect(opened).toBeGreaterThan(300);
  });

  it('is null where a Deny has to go', () => {
    fc.assert(
      fc.property(soundCase, (input) => {
        const decision = evaluate(input);
        if (decision.reason === 'explicit-deny') expect(decision.nearest?.patch).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('one evaluator', () => {
  it('answers the same compiled once, asked alone, and explained', () => {
    fc.assert(
      fc.property(soundCase, fc.constantFrom(...CALLERS), (input, principal) => {
        const policies = compile(input);
        const request = { ...input.request, principal };
        const decision = policies.decide(request);
        expect(policies.allows(request)).toBe(decision.decision === 'allow');
        expect(policies.decide(request)).toEqual(evaluate({ ...input, request }));
        const { layers, ...same } = explain({ ...input, request });
        expect(same).toEqual(decision);
        if (decision.reason === 'explicit-deny') {
          expect(layers.find((one) => one.layer === decision.layer)?.effect).toBe('deny');
        }
        expect(new Set(layers.map((one) => one.layer)).size).toBe(layers.length);
      }),
      { numRuns: 2000 },
    );
  });
});
