import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/policy/evaluate.js';
import { compactStatements, fitOrThrow, policySize } from '../../src/policy/size.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';
import { arbOwned, arbRequest, MARK_A, MARK_B } from '../helpers/policies.js';

const read = (i: number, mark = MARK_A): Statement => ({
  Sid: `${mark}Read${i}`,
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: [`arn:aws:s3:::acme/department-${i}/*`],
});
const documentOf = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const many = (n: number, make = read) => Array.from({ length: n }, (_, i) => make(i));

describe('policySize', () => {
  it('counts without white space, bytes for buckets and characters for IAM (IAM and AWS STS quotas)', () => {
    const doc = documentOf([{ ...read(0), Resource: 'arn:aws:s3:::acme/ü/*' }]);
    const { used } = policySize(doc, 'inline');
    expect(used).toBe(JSON.stringify(doc).length);
    expect(policySize(doc, 'bucket')).toEqual({ used: used + 1, limit: 20_480 });
    expect(policySize(doc, 'trust').limit).toBe(2048);
    expect(policySize(doc, 'user').limit).toBe(2048);
    expect(policySize(doc, 'managed').limit).toBe(6144);
    expect(policySize(doc, 'inline').limit).toBe(10_240);
  });
});

describe('compactStatements', () => {
  it('joins what differs in one element only, and keeps the first Sid', () => {
    expect(compactStatements(many(3))).toEqual([
      {
        Sid: `${MARK_A}Read0`,
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [0, 1, 2].map((i) => `arn:aws:s3:::acme/department-${i}/*`),
      },
    ]);
  });

  it('joins in two directions', () => {
    const one = (action: string, i: number): Statement => ({
      ...read(i),
      Sid: `${MARK_A}${action}${i}`,
      Action: `s3:${action}`,
    });
    const [joined, ...rest] = compactStatements([one('Get', 0), one('Put', 0), one('Get', 1), one('Put', 1)]);
    expect(rest).toEqual([]);
    expect(joined).toMatchObject({ Action: ['s3:Get', 's3:Put'], Resource: { length: 2 } });
  });

  it('never touches or joins what belongs to others', () => {
    const foreign = { ...read(1), Sid: 'Theirs' };
    const other = read(2, MARK_B);
    expect(compactStatements([read(0), foreign, { ...foreign, Sid: 'Theirs2' }, other])).toEqual([
      read(0),
      foreign,
      { ...foreign, Sid: 'Theirs2' },
      other,
    ]);
  });

  it('does not join what has an exception', () => {
    const statements = [0, 1].map(
      (i): Statement => ({
        Effect: 'Deny',
        Action: 's3:PutObject',
        NotResource: `arn:aws:s3:::acme/${i}/*`,
      }),
    );
    expect(compactStatements(statements)).toEqual(statements);
  });

  it('decides every request as before', () => {
    fc.assert(
      fc.property(
        arbOwned(MARK_A, 8),
        fc.array(arbRequest, { minLength: 5, maxLength: 15 }),
        (statements, requests) => {
          const compacted = compactStatements(statements);
          expect(compacted.length).toBeLessThanOrEqual(statements.length);
          expect(compactStatements(compacted)).toEqual(compacted);
          const before = compile({ resourcePolicy: documentOf(statements) });
          const after = compile({ resourcePolicy: documentOf(compacted) });
          for (const request of requests) expect(after.allows(request)).toBe(before.allows(request));
        },
      ),
    );
  });
});

describe('fitOrThrow', () => {
  it('gives the document itself where it fits', () => {
    const doc = documentOf(many(3));
    expect(fitOrThrow(doc, 'inline', 'the policy')).toBe(doc);
  });

  it('compacts where it has to', () => {
    const doc = documentOf(many(90));
    expect(policySize(doc, 'inline').used).toBeGreaterThan(10_240);
    const fitted = fitOrThrow(doc, 'inline', 'the policy');
    expect(policySize(fitted, 'inline').used).toBeLessThanOrEqual(10_240);
    expect(fitted.Statement).toHaveLength(1);
  });

  it('says by how much it does not fit', () => {
    const doc = documentOf(many(400));
    const { used } = policySize(
      { ...doc, Statement: compactStatements(doc.Statement as readonly Statement[]) },
      'inline',
    );
    expect(() => fitOrThrow(doc, 'inline', 'The policy of role acme')).toThrow(
      expect.objectContaining({
        code: 'TooLarge',
        message: `The policy of role acme is ${used - 10_240} characters too large: ${used} characters of at most 10240.`,
      }),
    );
    expect(() => fitOrThrow(documentOf(many(2)), 'inline', 'x', 10_200)).toThrow(
      expect.objectContaining({ code: 'TooLarge' }),
    );
  });
});
