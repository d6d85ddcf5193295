import { parseArn } from '../arn.js';
import { isRecord, member, stringsOf } from '../documents.js';
import { type Caller, roleKey } from './caller.js';

/**
 * How a Principal element names a caller. It decides what an Allow is worth in the same account: `account`
 * delegates to identity policies, `role` is cut by boundary and session policy, the others are not
 * (IAM User Guide, "Policy evaluation logic", "Permissions boundaries for IAM entities").
 */
export type Naming = 'session' | 'user' | 'any' | 'role' | 'account' | 'other';

/** A Principal or NotPrincipal element, compiled. */
export interface PrincipalMatcher {
  readonly negated: boolean;
  /** The principals as the document writes them. */
  readonly listed: readonly string[];
  readonly any: boolean;
  readonly accounts: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
}

/** Compiles the element; `undefined` where it is none (a string other than `*`, a list, no known kind). */
export function compilePrincipal(element: unknown, negated: boolean): PrincipalMatcher | undefined {
  const aws = element === '*' ? ['*'] : isRecord(element) ? stringsOf(member(element, 'AWS')) : undefined;
  if (aws === undefined) return undefined;
  const services = isRecord(element) ? stringsOf(member(element, 'Service')) : [];
  const federated = isRecord(element) ? stringsOf(member(element, 'Federated')) : [];
  const canonical = isRecord(element) ? stringsOf(member(element, 'CanonicalUser')) : [];
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const roles = new Set<string>();
  for (const text of aws) {
    const arn = parseArn(text);
    if (/^\d{12}$/.test(text)) accounts.add(text);
    else if (arn?.service === 'iam' && arn.resource === 'root') accounts.add(arn.account);
    else if (arn?.service === 'iam' && arn.resource.startsWith('role/')) {
      roles.add(roleKey(arn.partition, arn.account, arn.resource.slice(arn.resource.lastIndexOf('/') + 1)));
    } else arns.add(text);
  }
  return {
    negated,
    listed: [...aws, ...services, ...federated, ...canonical],
    any: aws.includes('*'),
    accounts,
    arns,
    roles,
    services: new Set(services),
    federated: new Set(federated),
  };
}

/** The strongest way in which the element names the caller; `undefined` where it does not. */
export function namingOf(matcher: PrincipalMatcher, caller: Caller): Naming | undefined {
  if (caller.kind === 'service' && matcher.services.has(caller.text)) return 'other';
  if ((caller.kind === 'service' || caller.kind === 'federated') && matcher.federated.has(caller.text)) return 'other';
  if (caller.kind !== 'role' && caller.kind !== 'root' && matcher.arns.has(caller.text)) {
    return caller.kind === 'user' ? 'user' : 'session';
  }
  if (matcher.any) return 'any';
  if (namesRole(matcher, caller)) return 'role';
  return caller.account !== undefined && matcher.accounts.has(caller.account) ? 'account' : undefined;
}

/**
 * Whether a Deny with NotPrincipal spares the caller. It must list the account, and the role of a session, and
 * the principal itself: AWS may ask for each of them; whoever has a permissions boundary is never spared
 * (IAM User Guide, "NotPrincipal", "Permissions boundaries for IAM entities").
 */
export function isSpared(matcher: PrincipalMatcher, caller: Caller, hasBoundary: boolean): boolean {
  if (matcher.any) return true;
  if (caller.kind === 'service') return matcher.services.has(caller.text) || matcher.federated.has(caller.text);
  if (caller.kind === 'federated') return matcher.federated.has(caller.text);
  if (hasBoundary || caller.account === undefined || !matcher.accounts.has(caller.account)) return false;
  switch (caller.kind) {
    case 'root':
      return true;
    case 'role':
      return namesRole(matcher, caller);
    case 'role-session':
      return namesRole(matcher, caller) && matcher.arns.has(caller.text);
    default:
      return matcher.arns.has(caller.text);
  }
}

function namesRole(matcher: PrincipalMatcher, caller: Caller): boolean {
  // The session's ARN has no path, but role names are unique in an account whatever their path.
  return matcher.roles.size > 0 && matcher.roles.has(caller.roleKey ?? '');
}
