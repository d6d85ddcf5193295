import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samePolicy } from '../../src/policy/equal.js';
import { mergeOwned, ownedStatements } from '../../src/policy/merge.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';
import { arbForeignDocument, arbOwned, MARK_A, MARK_B } from '../helpers/policies.js';

const ours = (mark: string, purpose = 'Read'): Statement => ({
  Sid: `${mark}${purpose}`,
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::222222222222:root' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::acme/x/*',
});
const foreign: Statement = { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' };

describe('mergeOwned', () => {
  it('makes a document where there is none and nothing where nothing is left', () => {
    const doc = mergeOwned(undefined, MARK_A, [ours(MARK_A)]);
    expect(doc).toEqual({ Version: '2012-10-17', Statement: [ours(MARK_A)] });
    expect(mergeOwned(doc, MARK_A, [])).toBeUndefined();
    expect(mergeOwned(undefined, MARK_A, [])).toBeUndefined();
  });

  it('adds at the end, and replaces at the place of what was ours', () => {
    const other = { ...foreign, Sid: 'Other' };
    const doc = mergeOwned({ Version: '2008-10-17', Id: 'x', Statement: [foreign] }, MARK_A, [ours(MARK_A)])!;
    expect(doc).toEqual({ Version: '2008-10-17', Id: 'x', Statement: [foreign, ours(MARK_A)] });
    const grown = { ...doc, Statement: [...(doc.Statement as readonly Statement[]), other] };
    const changed = mergeOwned(grown, MARK_A, [ours(MARK_A, 'Write'), ours(MARK_A, 'List')])!;
    expect(changed.Statement).toEqual([foreign, ours(MARK_A, 'Write'), ours(MARK_A, 'List'), other]);
    expect((changed.Statement as readonly Statement[])[0]).toBe(foreign);
  });

  it('gives the very document back where there is nothing of ours to remove', () => {
    const doc: PolicyDocument = { Statement: foreign };
    expect(mergeOwned(doc, MARK_A, [])).toBe(doc);
  });

  it('leaves a longer foreign Sid that only resembles the mark alone', () => {
    const doc: PolicyDocument = { Statement: [{ ...foreign, Sid: `x${MARK_A}` }] };
    expect(mergeOwned(doc, MARK_A, [])).toBe(doc);
    expect(ownedStatements(doc, MARK_A)).toEqual([]);
  });

  it('gives a single statement object back as it was, whichever of two connections leaves first', () => {
    const doc: PolicyDocument = { Version: '2012-10-17', Statement: foreign };
    const both = mergeOwned(mergeOwned(doc, MARK_A, [ours(MARK_A)]), MARK_B, [ours(MARK_B)]);
    for (const order of [
      [MARK_A, MARK_B],
      [MARK_B, MARK_A],
    ])
      expect(JSON.stringify(mergeOwned(mergeOwned(both, order[0]!, []), order[1]!, []))).toBe(JSON.stringify(doc));
  });

  it('apply and destroy is the identity on foreign documents, to the byte', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbOwned(MARK_A), (doc, statements) => {
        const applied = mergeOwned(doc, MARK_A, statements);
        expect(ownedStatements(applied, MARK_A)).toEqual(statements);
        expect(JSON.stringify(mergeOwned(applied, MARK_A, []))).toBe(JSON.stringify(doc));
      }),
    );
  });

  it('two connections come and go in any order and leave the foreign document to the byte', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbOwned(MARK_A), arbOwned(MARK_B), fc.boolean(), (doc, a, b, aFirst) => {
        const both = mergeOwned(mergeOwned(doc, MARK_A, a), MARK_B, b);
        const [first, second] = aFirst ? [MARK_A, MARK_B] : [MARK_B, MARK_A];
        expect(JSON.stringify(mergeOwned(mergeOwned(both, first, []), second, []))).toBe(JSON.stringify(doc));
      }),
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbOwned(MARK_A), arbOwned(MARK_B), (doc, a, b) => {
        const applied = mergeOwned(mergeOwned(doc, MARK_A, a), MARK_B, b);
        expect(JSON.stringify(mergeOwned(applied, MARK_A, a))).toBe(JSON.stringify(applied));
        expect(JSON.stringify(mergeOwned(applied, MARK_B, b))).toBe(JSON.stringify(applied));
      }),
    );
  });

  it('two connections commute', () => {
    fc.assert(
      fc.property(arbForeignDocument, arbOwned(MARK_A), arbOwned(MARK_B), (doc, a, b) => {
        const ab = mergeOwned(mergeOwned(doc, MARK_A, a), MARK_B, b);
        const ba = mergeOwned(mergeOwned(doc, MARK_B, b), MARK_A, a);
        expect(samePolicy(ab, ba)).toBe(true);
      }),
    );
  });
});
