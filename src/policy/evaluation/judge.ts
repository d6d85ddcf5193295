import type { Layer } from '../types.js';
import type { RequestContext } from './context.js';
import type { CompiledLayer } from './policies.js';
import type { Naming } from './principal.js';
import { RCP_SERVICES } from './rcp-services.js';
import { firstApplying, firstDenying, type Grant, grantsOf, type Situation } from './situation.js';
import type { CompiledStatement } from './statement.js';
import type { Resource } from './target.js';

/** What was decided, and where. */
export interface Verdict {
  readonly decision: 'allow' | 'deny';
  readonly reason: 'allowed' | 'explicit-deny' | 'implicit-deny';
  readonly layer: Layer;
  readonly statement: CompiledStatement | undefined;
}

/** A policy of the resource's side, and the resource as that policy names it. */
export interface Side {
  readonly layer: CompiledLayer;
  readonly resource: Resource;
  readonly sameAccount: boolean;
}

/**
 * Decides a request in AWS's order (IAM User Guide, "Policy evaluation logic" and "Cross-account policy
 * evaluation logic"): an explicit Deny anywhere, then the organization, then whether the resource's side and
 * the caller's side grant it, and last S3's Block Public Access.
 */
export function judge(situation: Situation): Verdict {
  if (situation.target.action === 'sts:getcalleridentity' && situation.identified) {
    // STS API Reference, "GetCallerIdentity": no permission is needed, and no explicit Deny takes it away.
    return allowed('identity-policy', undefined);
  }
  const denied = explicitDeny(situation);
  if (denied !== undefined) return denied;
  if (isUnderScp(situation) && firstApplying(situation.set.scp.allows, situation) === undefined) {
    return lacking('scp');
  }
  const granted = judgeSides(situation);
  if (granted.decision === 'allow' && isCutAsPublic(situation)) {
    return { decision: 'deny', reason: 'explicit-deny', layer: 'block-public-access', statement: undefined };
  }
  return granted;
}

/** The policies of the resource's side: the access point's and the bucket's where the request comes through one. */
export function sidesOf({ set, target, caller }: Situation): readonly Side[] {
  const layer = target.layer === 'trust-policy' ? set.trust : target.layer === 'key-policy' ? set.key : set.resource;
  const sameAccount = caller.account !== undefined && caller.account === target.account;
  const { accessPoint } = target;
  if (accessPoint === undefined) return [{ layer, resource: target.resource, sameAccount }];
  return [
    { layer: set.accessPoint, resource: target.resource, sameAccount: caller.account === accessPoint.account },
    { layer: set.resource, resource: accessPoint.behind, sameAccount },
  ];
}

/** Whether SCPs bind this request: those of the caller's account, when there are any. */
export function isUnderScp({ set, caller, identified }: Situation): boolean {
  return identified && set.scp.documents > 0 && !caller.serviceLinked;
}

/** Whether RCPs bind this request ("Resource control policies": only some services, never service-linked roles). */
export function isUnderRcp({ set, caller, target }: Situation): boolean {
  return set.rcp.documents > 0 && !caller.serviceLinked && RCP_SERVICES.has(target.service);
}

/** The RCP statement that denies; through an access point the bucket behind it counts as well. */
export function rcpDeny(situation: Situation): CompiledStatement | undefined {
  if (!isUnderRcp(situation)) return undefined;
  const { set, target } = situation;
  const direct = firstDenying(set.rcp, target.resource, situation);
  if (direct !== undefined || target.accessPoint === undefined) return direct;
  return firstDenying(set.rcp, target.accessPoint.behind, situation);
}

/** The Deny of a resource's own policy. The owner's root user can always repair a bucket policy. */
export function sideDeny(side: Side, situation: Situation): CompiledStatement | undefined {
  const { caller, target } = situation;
  if (caller.kind === 'root' && side.sameAccount && REPAIRS.has(target.action)) return undefined;
  return firstDenying(side.layer, side.resource, situation);
}

const REPAIRS = new Set(['s3:getbucketpolicy', 's3:putbucketpolicy', 's3:deletebucketpolicy']);

function explicitDeny(situation: Situation): Verdict | undefined {
  const { set } = situation;
  const byRcp = rcpDeny(situation);
  if (byRcp !== undefined) return denied('rcp', byRcp);
  if (isUnderScp(situation)) {
    const statement = firstApplying(set.scp.denies, situation);
    if (statement !== undefined) return denied('scp', statement);
  }
  for (const side of sidesOf(situation)) {
    const statement = side.layer.denies.length === 0 ? undefined : sideDeny(side, situation);
    if (statement !== undefined) return denied(side.layer.layer, statement);
  }
  if (!situation.identified) return undefined;
  for (const layer of [set.identity, set.boundary, set.session]) {
    const statement = layer.denies.length === 0 ? undefined : firstApplying(layer.denies, situation);
    if (statement !== undefined) return denied(layer.layer, statement);
  }
  return undefined;
}

/** What the caller's own account says: where the first Allow is missing, and the statement that grants. */
interface CallerSide {
  readonly statement: CompiledStatement | undefined;
  readonly identity: boolean;
  readonly boundary: boolean;
  readonly session: boolean;
  readonly lacks: Layer | undefined;
}

function callerSide(situation: Situation): CallerSide {
  const { set, caller } = situation;
  const root = caller.kind === 'root';
  const statement = firstApplying(set.identity.allows, situation);
  const identity = root || statement !== undefined;
  const boundary = root || set.boundary.documents === 0 || firstApplying(set.boundary.allows, situation) !== undefined;
  // A role session without session policy passes, a federated user's does not.
  const limited = set.session.documents > 0 || caller.kind === 'federated-user';
  const session = root || !limited || firstApplying(set.session.allows, situation) !== undefined;
  const lacks = !identity
    ? 'identity-policy'
    : !boundary
      ? 'permissions-boundary'
      : session
        ? undefined
        : 'session-policy';
  return { statement, identity, boundary, session, lacks };
}

function judgeSides(situation: Situation): Verdict {
  const sides = sidesOf(situation);
  if (situation.target.accessPoint !== undefined && situation.caller.kind === 'anonymous') {
    // "Access points restrictions": no anonymous access.
    return lacking('access-point-policy');
  }
  const own = situation.identified ? callerSide(situation) : undefined;
  const [first, second] = sides;
  const one = judgeSide(first!, own, situation);
  if (second === undefined) return one;
  const other = judgeSide(second, own, situation);
  if (one.decision === 'allow' && other.decision === 'allow') return one;
  // The access point grants by itself and the bucket does not, or the reverse: that policy is what is missing.
  if (one.decision === 'allow') return other.layer === 'identity-policy' ? lacking('resource-policy') : other;
  if (other.decision === 'allow') return one.layer === 'identity-policy' ? lacking('access-point-policy') : one;
  return one;
}

function judgeSide(side: Side, own: CallerSide | undefined, situation: Situation): Verdict {
  const { strict } = situation.target;
  const layer = side.layer.layer;
  const grants = grantsOf(side.layer, side.resource, situation);
  if (own === undefined) {
    return grants.length > 0 ? allowed(layer, grants[0]!.statement) : lacking(layer);
  }
  if (!side.sameAccount) {
    if (grants.length === 0) return lacking(layer);
    return own.lacks === undefined ? allowed(layer, strongest(grants).statement) : lacking(own.lacks);
  }
  const limits = grants.map((grant) => limitOf(grant.naming, own, situation));
  const free = limits.indexOf(undefined);
  if (free >= 0) return allowed(layer, grants[free]!.statement);
  if (strict) {
    if (grants.length === 0) return lacking(layer);
    if (own.lacks === undefined) return allowed(layer, strongest(grants).statement);
  } else if (own.lacks === undefined) {
    return allowed('identity-policy', own.statement);
  }
  const cut = limits.find((limit) => limit !== 'identity-policy');
  return lacking(cut ?? own.lacks);
}

/**
 * What keeps a grant of a resource policy in the caller's own account from being enough; `undefined` where
 * nothing does. Naming the account delegates; a role's grant is cut by what boundary and session policy do not
 * allow, a user's or a session's is not, except that in a role trust policy the boundary always counts
 * ("Permissions boundaries for IAM entities", "Session policies", "Update a role trust policy").
 */
function limitOf(naming: Naming, own: CallerSide, { caller, target }: Situation): Layer | undefined {
  if (naming === 'other') return undefined;
  if (naming === 'account') return caller.kind === 'root' ? undefined : 'identity-policy';
  const trust = target.layer === 'trust-policy';
  if ((naming === 'role' || trust) && !own.boundary) return 'permissions-boundary';
  if ((naming === 'role' || naming === 'user' || trust) && !own.session) return 'session-policy';
  return undefined;
}

/**
 * Whether RestrictPublicBuckets cuts the request: a public policy, and a caller from outside the owner's account.
 * An access point that takes requests of a VPC only is never public, whatever its policy says ("Managing public
 * access to access points for general purpose buckets").
 */
export function isCutAsPublic({ set, caller, target, context }: Situation): boolean {
  if (target.service !== 's3' || caller.kind === 'service') return false;
  const { blockPublicAccess, publicBucket, publicAccessPoint } = set;
  const via = target.accessPoint;
  const cut =
    via === undefined
      ? blockPublicAccess.bucket && publicBucket
      : blockPublicAccess.accessPoint && (publicBucket || (publicAccessPoint && !isOfVpc(context)));
  if (!cut) return false;
  return caller.account === undefined || (caller.account !== target.account && caller.account !== via?.account);
}

function isOfVpc(context: RequestContext): boolean {
  return context.values('s3:accesspointnetworkorigin')?.[0] === 'VPC';
}

const STRENGTH: Readonly<Record<Naming, number>> = { session: 5, user: 4, other: 4, any: 3, role: 2, account: 1 };

function strongest(grants: readonly Grant[]): Grant {
  let best = grants[0]!;
  for (const grant of grants) if (STRENGTH[grant.naming] > STRENGTH[best.naming]) best = grant;
  return best;
}

function allowed(layer: Layer, statement: CompiledStatement | undefined): Verdict {
  return { decision: 'allow', reason: 'allowed', layer, statement };
}

function denied(layer: Layer, statement: CompiledStatement): Verdict {
  return { decision: 'deny', reason: 'explicit-deny', layer, statement };
}

function lacking(layer: Layer): Verdict {
  return { decision: 'deny', reason: 'implicit-deny', layer, statement: undefined };
}
