import type { ContextValues, PolicyDocument, PolicySet } from '../../policy/types.js';
import type { Caller, Decide, WireRequest } from '../types.js';
import type { BucketStore } from './buckets.js';
import type { IamStore } from './iam.js';

export type TagMap = Readonly<Record<string, string>>;

/** What users and roles have in common. Records are immutable: a change is a new record under the same id. */
export interface PrincipalRecord {
  /** AROA… or AIDA…, never used twice. */
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: TagMap;
  /** ARN of a managed policy. */
  readonly permissionsBoundary: string | undefined;
  /** By name; stored form. */
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  /** ARNs of managed policies in the order of attachment. */
  readonly attachedPolicies: readonly string[];
}

export interface Role extends PrincipalRecord {
  readonly kind: 'role';
  readonly description: string | undefined;
  readonly maxSessionDuration: number;
  /** Stored form: principals are unique ids (`World.storePolicy`). */
  readonly trustPolicy: PolicyDocument;
}

export interface User extends PrincipalRecord {
  readonly kind: 'user';
}

/** Carries at most one role. */
export interface InstanceProfile {
  /** AIPA… */
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly roleId: string | undefined;
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: PolicyDocument;
  readonly createdAt: number;
}

export interface ManagedPolicy {
  readonly kind: 'policy';
  /** ANPA… */
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: TagMap;
  readonly defaultVersionId: string;
  readonly versions: readonly PolicyVersion[];
  /** Number of the next version: ids are never used twice. */
  readonly nextVersion: number;
}

/** A long-term key of a user or root. `hidden` ones come from the sandbox's own door and show in no listing. */
export interface AccessKey {
  readonly kind: 'key';
  readonly id: string;
  readonly secret: string;
  readonly account: string;
  /** Unique id of the user, or undefined for the account's root. */
  readonly ownerId: string | undefined;
  readonly ownerArn: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: number;
  readonly hidden: boolean;
}

/** Temporary credentials (ASIA…): of a role session, of a user (GetSessionToken) or of a federated user. */
export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly account: string;
  /** ARN of the session as a principal. */
  readonly arn: string;
  /** `AROA…:NAME`, `AIDA…`. */
  readonly userId: string;
  readonly ownerId: string | undefined;
  readonly ownerArn: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly sessionPolicies: readonly string[];
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly owner: string;
  readonly protocol: string;
  readonly endpoint: string;
  confirmed: boolean;
  /** What the subscriber must send back. */
  readonly token: string;
  attributes: Readonly<Record<string, string>>;
}

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Stored form (`World.storePolicy`). */
  policy: PolicyDocument;
  tags: TagMap;
  attributes: Readonly<Record<string, string>>;
  readonly subscriptions: Map<string, Subscription>;
}

/** Seeded: the same seed gives the same ids, keys and delays for the same calls. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Upper-case letters and digits, as in unique ids. */
  id(length: number): string;
  hex(length: number): string;
  /** Letters and digits of both cases, as in secrets and version ids. */
  token(length: number): string;
  uuid(): string;
}

/** A message that an AWS service sends to a topic because of a resource (S3 event notifications). */
export interface ServiceEvent {
  /** `s3.amazonaws.com` */
  readonly service: string;
  readonly topicArn: string;
  /** ARN and account of the resource because of which the service acts. */
  readonly sourceArn: string;
  readonly sourceAccount: string;
  readonly subject: string;
  readonly message: string;
}

/** The sandbox's memory and the questions that every service asks it. */
export interface World {
  /** The account whose administrator is in `env`; all others exist as soon as they are named. */
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  /** `http://127.0.0.1:PORT`, once it listens. */
  endpoint: string;
  /** Epoch milliseconds. */
  clock(): number;
  readonly random: Random;
  /** The one evaluator. */
  readonly decide: Decide;

  readonly iam: IamStore;
  /** Buckets, access points and account-level Block Public Access (`store/buckets.ts`). */
  readonly s3: BucketStore;
  /** By ARN. */
  readonly topics: Map<string, Topic>;

  /**
   * The caller's own side: identity policies, boundary and session policies as they are visible now. Everything is
   * allowed for a principal of another account that was only named, and for an account's root; nothing for `*`.
   */
  policiesOf(caller: Caller): Pick<PolicySet, 'identityPolicies' | 'permissionsBoundary' | 'sessionPolicies'>;
  /** The global condition keys of a request (aws:PrincipalArn, aws:userid, aws:SourceIp, aws:SecureTransport …). */
  contextOf(request: WireRequest): ContextValues;
  /** Whether a policy may name this principal now (ARN, 12 digits, AROA…/AIDA…, `*`). */
  principalExists(principal: string): boolean;
  /** An ARN of a user or role to its unique id, a unique id to its ARN; undefined where there is no such principal. */
  resolvePrincipal(principal: string): string | undefined;
  /**
   * A resource policy in the form AWS keeps it: users and roles as unique ids, account ids as root ARNs, lists in
   * AWS's own order. Throws `UnknownPrincipal` where a principal doesn't exist.
   */
  storePolicy(document: PolicyDocument): PolicyDocument;
  /** What a GET returns and what is evaluated: ids as ARNs while the principal exists, bare ids afterwards. */
  renderPolicy(stored: PolicyDocument): PolicyDocument;
  /** 64 hex digits; the same for the same account. */
  canonicalId(account: string): string;
  /** Publishes as an AWS service: checked against the topic's policy, delivered to confirmed subscriptions. */
  publishEvent(event: ServiceEvent): Promise<'published' | 'denied' | 'no-such-topic'>;
}

/** A policy names a principal that doesn't exist: MalformedPolicyDocument in IAM, MalformedPolicy in S3. */
export class UnknownPrincipal extends Error {
  /** `"AWS":"arn:…"` */
  readonly principal: string;

  constructor(principal: string, kind = 'AWS') {
    super(`Invalid principal in policy: "${kind}":"${principal}"`);
    this.name = 'UnknownPrincipal';
    this.principal = principal;
  }
}
