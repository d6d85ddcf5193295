import { asList, statementsOf } from '../../policy/documents.js';
import type { OneOrMany, PolicyDocument, PrincipalElement, Statement } from '../../policy/types.js';
import { type IamStore, nameKey } from './iam.js';
import { UnknownPrincipal } from './types.js';

/** What the principals of a policy are looked up in. */
export interface PrincipalScope {
  readonly iam: IamStore;
  readonly partition: string;
  /** The sandbox's own account: its users and roles exist only when they were made. */
  readonly account: string;
}

const UNIQUE_ID = /^(?:AROA|AIDA)[A-Z0-9]{10,}$/;
const IAM_ARN = /^arn:([a-z-]+):iam::(\d{12}):(root|(?:user|role)\/(?:[\x21-\x7e]*\/)?[\w+=,.@-]+)$/;
const SESSION_ARN = /^arn:([a-z-]+):sts::(\d{12}):(?:assumed-role\/([\w+=,.@-]+)|federated-user)\/[\w+=,.@-]+$/;
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;
const LIST_KEYS = new Set(['Action', 'NotAction', 'Resource', 'NotResource']);

/** The unique id of a user or role that others can see now; those of other accounts exist as soon as they are named. */
export function idOfPrincipal(scope: PrincipalScope, arn: string): string | undefined {
  const match = IAM_ARN.exec(arn);
  if (match === null || match[1] !== scope.partition || match[3] === 'root') return undefined;
  const account = match[2]!;
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const table = match[3]!.startsWith('role/') ? scope.iam.roles : scope.iam.users;
  const key = nameKey(account, name);
  const made = table.visible(key);
  // In a Principal the name's case counts (IAM User Guide, "IAM JSON policy elements: Principal").
  if (made !== undefined) return made.arn === arn ? made.id : undefined;
  if (account === scope.account || table.newest(key) !== undefined) return undefined;
  return scope.iam.named.idOf(arn);
}

/** The ARN behind a unique id, while its owner exists. */
export function arnOfId(scope: PrincipalScope, id: string): string | undefined {
  const table = id.startsWith('AROA') ? scope.iam.roles : scope.iam.users;
  return table.visibleById(id)?.arn ?? scope.iam.named.arnOf(id);
}

/** The form that is kept of one `AWS` principal; undefined where it doesn't exist. */
export function storedPrincipal(scope: PrincipalScope, principal: string): string | undefined {
  if (principal === '*') return principal;
  if (/^\d{12}$/.test(principal)) return `arn:${scope.partition}:iam::${principal}:root`;
  if (UNIQUE_ID.test(principal)) return arnOfId(scope, principal) === undefined ? undefined : principal;
  const iam = IAM_ARN.exec(principal);
  if (iam !== null) {
    if (iam[1] !== scope.partition) return undefined;
    return iam[3] === 'root' ? principal : idOfPrincipal(scope, principal);
  }
  const session = SESSION_ARN.exec(principal);
  if (session === null || session[1] !== scope.partition) return undefined;
  if (session[3] !== undefined && session[2] === scope.account) {
    if (scope.iam.roles.visible(nameKey(session[2], session[3])) === undefined) return undefined;
  }
  return principal;
}

/**
 * A document as AWS keeps it: users and roles as unique ids (IAM User Guide, "Principal": the ARN is transformed to
 * the principal's unique ID when the policy is saved), account ids as root ARNs, a one-element list as a string, lists
 * in an order of AWS's own.
 *
 * @throws UnknownPrincipal where a principal doesn't exist
 */
export function toStoredPolicy(scope: PrincipalScope, document: PolicyDocument): PolicyDocument {
  return {
    ...document,
    Statement: statementsOf(document).map((statement) => toStoredStatement(scope, statement)),
  };
}

function toStoredStatement(scope: PrincipalScope, statement: Statement): Statement {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(statement)) {
    if (LIST_KEYS.has(key)) out[key] = reordered(value as OneOrMany<string>);
    else if (key === 'Condition') out[key] = reorderedConditions(value as Statement['Condition']);
    else if (key === 'Principal' || key === 'NotPrincipal') {
      out[key] = mapPrincipals(value as PrincipalElement, (kind, principal) => {
        const stored = storedOfKind(scope, kind, principal);
        if (stored === undefined) throw new UnknownPrincipal(principal, kind);
        return stored;
      });
    } else out[key] = value;
  }
  return out as unknown as Statement;
}

function storedOfKind(scope: PrincipalScope, kind: string, principal: string): string | undefined {
  if (kind === 'AWS') return storedPrincipal(scope, principal);
  if (kind === 'Service') return SERVICE.test(principal) ? principal : undefined;
  return principal;
}

/** The reverse for a GET and for a decision: a principal that is gone shows as its bare id. */
export function toRenderedPolicy(scope: PrincipalScope, stored: PolicyDocument): PolicyDocument {
  const render = (element: PrincipalElement): PrincipalElement =>
    mapPrincipals(element, (kind, principal) =>
      kind === 'AWS' && UNIQUE_ID.test(principal) ? (arnOfId(scope, principal) ?? principal) : principal,
    );
  return {
    ...stored,
    Statement: statementsOf(stored).map((statement) => ({
      ...statement,
      ...(statement.Principal === undefined ? {} : { Principal: render(statement.Principal) }),
      ...(statement.NotPrincipal === undefined ? {} : { NotPrincipal: render(statement.NotPrincipal) }),
    })),
  };
}

function mapPrincipals(element: PrincipalElement, map: (kind: string, principal: string) => string): PrincipalElement {
  if (typeof element === 'string') return element;
  const out: Record<string, OneOrMany<string>> = {};
  for (const [kind, value] of Object.entries(element)) {
    out[kind] = oneOrMany([...new Set(asList(value).map((principal) => map(kind, principal)))].sort(descending));
  }
  return out;
}

function reorderedConditions(block: Statement['Condition']): Statement['Condition'] {
  const out: Record<string, Record<string, OneOrMany<string | number | boolean>>> = {};
  for (const [operator, keys] of Object.entries(block ?? {})) {
    const under: Record<string, OneOrMany<string | number | boolean>> = {};
    for (const [key, value] of Object.entries(keys)) under[key] = reordered(value);
    out[operator] = under;
  }
  return out;
}

function reordered<T extends string | number | boolean>(value: OneOrMany<T>): OneOrMany<T> {
  return oneOrMany([...asList(value)].sort((a, b) => descending(String(a), String(b))));
}

function oneOrMany<T>(list: readonly T[]): OneOrMany<T> {
  return list.length === 1 ? list[0]! : list;
}

// Sorted, so that putting back what a GET returned changes nothing; descending, so that it is seldom the order that
// was sent.
function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
