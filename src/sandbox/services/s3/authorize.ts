import { asList } from '../../../policy/documents.js';
import { isPublicPolicy } from '../../../policy/public.js';
import type { BlockPublicAccess, Decision, PolicyDocument, PolicySet, Statement } from '../../../policy/types.js';
import type { Grant, ObjectVersion } from '../../store/buckets.js';
import type { WireError } from '../../types.js';
import { aclStatements } from './acl-grants.js';
import { calledBucketArn, calledObjectArn, type S3Call, type ServiceCall } from './call.js';
import { contextOf, type Extra } from './context.js';
import { denial } from './denials.js';

export interface Asked {
  /** Another key than the request's (DeleteObjects). */
  readonly key?: string;
  /** The object that the request is about, where there is one: its owner and ACL count. */
  readonly object?: ObjectVersion | undefined;
  /** Condition keys that this action carries. */
  readonly context?: Extra;
}

/** Block Public Access of account, bucket and access point, as the evaluator takes it. */
function blockOf(call: S3Call): NonNullable<PolicySet['blockPublicAccess']> {
  const account = call.world.s3.accountBlocks.get(call.bucket.account);
  return {
    ...(account === undefined ? {} : { account }),
    ...(call.bucket.publicAccessBlock === undefined ? {} : { bucket: call.bucket.publicAccessBlock }),
    ...(call.accessPoint === undefined ? {} : { accessPoint: call.accessPoint.publicAccessBlock }),
  };
}

/** Whether one of the levels has the setting on: the most restrictive combination applies. */
export function isBlocked(call: S3Call, setting: keyof BlockPublicAccess): boolean {
  return Object.values(blockOf(call)).some((level) => level?.[setting] === true);
}

/** Account that owns an object: the bucket owner's where ACLs are off. */
export function ownerOf(call: S3Call, object: ObjectVersion | undefined): string {
  return object === undefined || call.bucket.ownership === 'BucketOwnerEnforced' ? call.bucket.account : object.owner;
}

function withStatements(document: PolicyDocument | undefined, more: readonly Statement[]): PolicyDocument | undefined {
  if (more.length === 0) return document;
  return { Version: document?.Version ?? '2012-10-17', Statement: [...asList(document?.Statement), ...more] };
}

function policiesFor(call: S3Call, asked: Asked, aclGrants: readonly Statement[]): PolicySet {
  const stored = call.bucket.policy;
  const shown = stored === undefined ? undefined : call.world.renderPolicy(stored);
  const foreignObject = ownerOf(call, asked.object) !== call.bucket.account;
  // S3 User Guide, "How S3 authorizes a request for an object operation": Allows of a bucket policy do not reach an
  // object of another owner, its Denies do.
  const own =
    foreignObject && shown !== undefined
      ? { ...shown, Statement: asList(shown.Statement).filter((statement) => statement.Effect === 'Deny') }
      : shown;
  const resourcePolicy = withStatements(own, aclGrants);
  const pointPolicy = call.accessPoint?.policy;
  return {
    ...call.world.policiesOf(call.request.caller),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    ...(pointPolicy === undefined ? {} : { accessPointPolicy: call.world.renderPolicy(pointPolicy) }),
    blockPublicAccess: restrictOnlyPolicies(call, shown, blockOf(call), aclGrants),
  };
}

/** RestrictPublicBuckets looks at policies only: an ACL that is written as a statement here must not make it bite. */
function restrictOnlyPolicies(
  call: S3Call,
  policy: PolicyDocument | undefined,
  block: NonNullable<PolicySet['blockPublicAccess']>,
  aclGrants: readonly Statement[],
): NonNullable<PolicySet['blockPublicAccess']> {
  if (aclGrants.length === 0 || call.accessPoint !== undefined) return block;
  if (policy !== undefined && isPublicPolicy(policy, 'bucket')) return block;
  return Object.fromEntries(
    Object.entries(block).map(([level, settings]) => [level, { ...settings, RestrictPublicBuckets: false }]),
  );
}

/** A grant to the owner itself says nothing that its identity policies don't. */
function grantsThatCount(call: S3Call, grants: readonly Grant[], owner: string | undefined): readonly Grant[] {
  if (call.bucket.ownership === 'BucketOwnerEnforced') return [];
  const ignorePublic = isBlocked(call, 'IgnorePublicAcls');
  return grants.filter(({ grantee }) => (grantee.kind === 'user' ? grantee.account !== owner : !ignorePublic));
}

/** Asks the evaluator, with everything that S3 knows about the request. */
function decision(call: S3Call, action: string, asked: Asked = {}): Decision {
  const key = asked.key ?? call.key;
  const resource = key === '' ? calledBucketArn(call) : calledObjectArn(call, key);
  const statements = aclStatements(action, resource, {
    bucket: grantsThatCount(call, call.bucket.acl, call.bucket.account),
    object: grantsThatCount(call, asked.object?.acl ?? [], asked.object?.owner),
    partition: resource.split(':')[1] ?? 'aws',
    callerAccount: call.request.caller.account,
  });
  return call.world.decide(policiesFor(call, asked, statements), {
    principal: call.request.caller.arn,
    action,
    resource,
    resourceAccount: ownerOf(call, asked.object),
    ...(call.accessPoint === undefined ? {} : { bucket: call.bucket.name }),
    context: contextOf(call, asked.context ?? {}),
  });
}

/** Whether the caller may. */
export function may(call: S3Call, action: string, asked: Asked = {}): boolean {
  return refusalBeforePolicies(call) === undefined && decision(call, action, asked).decision === 'allow';
}

/**
 * Lets the request through or refuses it.
 *
 * @throws AccessDenied (403) in AWS's words
 */
export function authorize(call: S3Call, action: string, asked: Asked = {}): void {
  const early = refusalBeforePolicies(call);
  if (early !== undefined) throw early;
  const answer = decision(call, action, asked);
  if (answer.decision === 'allow') return;
  const key = asked.key ?? call.key;
  throw denial(call.request.caller, {
    action,
    resource: key === '' ? calledBucketArn(call) : calledObjectArn(call, key),
    account: ownerOf(call, asked.object),
    decision: answer,
  });
}

/**
 * For what a caller may do without being allowed to (its own multipart upload): only an explicit Deny stands in the way.
 *
 * @throws AccessDenied (403)
 */
export function refuseExplicitDeny(call: S3Call, action: string): void {
  const early = refusalBeforePolicies(call);
  if (early !== undefined) throw early;
  const answer = decision(call, action);
  if (answer.reason !== 'explicit-deny') return;
  throw denial(call.request.caller, {
    action,
    resource: calledObjectArn(call),
    account: call.bucket.account,
    decision: answer,
  });
}

/**
 * Access points take only requests with a Signature Version 4 over TLS, and those of a VPC none from the internet (S3 User Guide,
 * "Access points: restrictions and limitations", "Creating access points restricted to a VPC").
 */
function refusalBeforePolicies(call: S3Call): WireError | undefined {
  const point = call.accessPoint;
  if (point === undefined) return undefined;
  const { caller, secure } = call.request;
  const unsigned = caller.arn === '*' || caller.signatureVersion !== undefined;
  const refused = !secure || unsigned || point.vpcId !== undefined;
  return refused ? denial(call.request.caller, undefined) : undefined;
}

/**
 * Lets a request through that is about no bucket, or about one of no policy yet (ListBuckets, CreateBucket).
 *
 * @throws AccessDenied (403)
 */
export function authorizeOwn(
  call: ServiceCall,
  action: string,
  resource: string,
  context: Extra = {},
  account: string | undefined = call.request.caller.account,
): void {
  const { caller } = call.request;
  if (account === undefined) throw denial(caller, undefined);
  const answer = call.world.decide(call.world.policiesOf(caller), {
    principal: caller.arn,
    action,
    resource,
    resourceAccount: account,
    context: contextOf(call, context),
  });
  if (answer.decision !== 'allow') throw denial(caller, { action, resource, account, decision: answer });
}
