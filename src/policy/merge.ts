import { asList } from './documents.js';
import { carriesMark, markOf } from './sids.js';
import type { PolicyDocument, Statement } from './types.js';

/**
 * Puts one owner's statements into a document that is shared with others.
 * The owner's earlier statements (Sid begins with `mark`) are replaced whole, at the place of the first of them, or
 * added at the end; everything else, `Version` and `Id` included, stays the same object in the same order.
 * An empty `ours` takes the owner's statements away; undefined is returned when no statement is left.
 */
export function mergeOwned(
  doc: PolicyDocument | undefined,
  mark: string,
  ours: readonly Statement[],
): PolicyDocument | undefined {
  if (doc === undefined) return ours.length === 0 ? undefined : { Version: '2012-10-17', Statement: [...ours] };
  const statements = asList(doc.Statement);
  const foreign = statements.filter((statement) => !carriesMark(statement, mark));
  if (ours.length === 0 && foreign.length === statements.length) return statements.length === 0 ? undefined : doc;
  if (ours.length === 0 && foreign.length === 0) return undefined;
  if (ours.length === 0 && foreign.length === 1 && wasSingle(doc)) return { ...doc, Statement: foreign[0]! };
  const at = placeOf(doc, mark);
  return { ...doc, Statement: [...foreign.slice(0, at), ...ours, ...foreign.slice(at)] };
}

/** The statements of a document whose Sid begins with `mark`, in their order. */
export function ownedStatements(doc: PolicyDocument | undefined, mark: string): readonly Statement[] {
  return asList(doc?.Statement).filter((statement) => carriesMark(statement, mark));
}

/** Index among the statements of others at which the owner's go. */
function placeOf(doc: PolicyDocument, mark: string): number {
  const statements = asList(doc.Statement);
  const first = statements.findIndex((statement) => carriesMark(statement, mark));
  if (first >= 0) return first;
  return wasSingle(doc) ? statements.length - 1 : statements.length;
}

/**
 * Whether the one foreign statement was written as a single object, not as a list of one. Nothing in the merged
 * document could tell, so the place does: s3connect's statements stand before such a statement, and after a list.
 * That lets the last `destroy` give the document back to the byte.
 */
function wasSingle(doc: PolicyDocument): boolean {
  if (!Array.isArray(doc.Statement)) return true;
  const last = doc.Statement.length - 1;
  return last > 0 && doc.Statement.every((statement, i) => (markOf(statement?.Sid) === undefined) === (i === last));
}
