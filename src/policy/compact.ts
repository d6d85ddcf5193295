import { asList } from './documents.js';
import { canonicalPolicy } from './equal.js';
import { markOf } from './sids.js';
import type { OneOrMany, PrincipalElement, Statement } from './types.js';

/** The elements in which a list is an OR, so that two statements that differ in one of them only are one. */
const MERGEABLE = ['Action', 'Resource', 'Principal'] as const;

/**
 * The same grants and denials in fewer statements: statements that differ in their actions, their resources or their
 * principals only are joined. Conditions, `NotAction`, `NotResource` and `NotPrincipal` are never widened, a statement
 * is joined with one of the same owner only (or both have no Sid), and the first one's Sid stays.
 */
export function compactStatements(statements: readonly Statement[]): readonly Statement[] {
  let result = statements;
  for (let before = -1; before !== result.length; ) {
    before = result.length;
    for (const element of MERGEABLE) result = joinBy(element, result);
  }
  return result;
}

/** Joins the statements that are the same but for this element, each group at the place of its first. */
function joinBy(element: (typeof MERGEABLE)[number], statements: readonly Statement[]): readonly Statement[] {
  const groups = new Map<string, Statement>();
  statements.forEach((statement, i) => {
    const owner = ownerKey(statement);
    const value = statement[element];
    if (owner === undefined || value === undefined || (element === 'Principal' && typeof value !== 'object')) {
      groups.set(`alone ${i}`, statement);
      return;
    }
    const key = `${owner} ${canonicalPolicy({ Statement: { ...without(statement, element), Sid: '' } })}`;
    const first = groups.get(key);
    groups.set(key, first === undefined ? statement : joinTwo(element, first, statement));
  });
  return [...groups.values()];
}

function joinTwo(element: (typeof MERGEABLE)[number], a: Statement, b: Statement): Statement {
  if (element === 'Principal') return { ...a, Principal: joinPrincipals(a.Principal, b.Principal) };
  return { ...a, [element]: union(a[element], b[element]) };
}

/** What only statements of one owner share; undefined for a statement that somebody gave a Sid of their own. */
function ownerKey(statement: Statement): string | undefined {
  return statement.Sid === undefined ? 'none' : markOf(statement.Sid);
}

function without(statement: Statement, element: keyof Statement): Statement {
  const { [element]: _, ...rest } = statement;
  return rest as Statement;
}

function joinPrincipals(
  a: PrincipalElement | undefined,
  b: PrincipalElement | undefined,
): Readonly<Record<string, OneOrMany<string>>> {
  const [left, right] = [typeof a === 'object' ? a : {}, typeof b === 'object' ? b : {}];
  const types = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.fromEntries(types.map((type) => [type, union(left[type], right[type])]));
}

function union(a: OneOrMany<string> | undefined, b: OneOrMany<string> | undefined): OneOrMany<string> {
  const all = [...new Set([...asList(a), ...asList(b)])];
  return all.length === 1 ? all[0]! : all;
}
