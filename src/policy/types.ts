/** IAM JSON policy grammar (IAM User Guide, "Grammar of the IAM JSON policy language"), as data. */
export type OneOrMany<T> = T | readonly T[];
export type Scalar = string | number | boolean;
export type PrincipalElement = '*' | Readonly<Record<string, OneOrMany<string>>>;
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMany<Scalar>>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: OneOrMany<Statement>;
}

export type Layer =
  | 'trust-policy'
  | 'identity-policy'
  | 'permissions-boundary'
  | 'session-policy'
  | 'resource-policy'
  | 'access-point-policy'
  | 'key-policy'
  | 'scp'
  | 'rcp'
  | 'block-public-access';

export type ContextValues = Readonly<Record<string, OneOrMany<string>>>;

export interface EvaluationRequest {
  /** ARN (user, role, role session, account root), `*` for an anonymous caller, or a service name. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount?: string;
  /** Name of the bucket behind an access point. */
  readonly bucket?: string;
  readonly context?: ContextValues;
}

/** AWS's own four keys (S3 User Guide, "Blocking public access to your Amazon S3 storage"). */
export interface BlockPublicAccess {
  readonly BlockPublicAcls?: boolean;
  readonly IgnorePublicAcls?: boolean;
  readonly BlockPublicPolicy?: boolean;
  readonly RestrictPublicBuckets?: boolean;
}

/** All documents that decide; an absent one is not there (no SCP, no boundary …). */
export interface PolicySet {
  readonly trustPolicy?: PolicyDocument;
  readonly identityPolicies?: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
  readonly sessionPolicies?: readonly PolicyDocument[];
  readonly resourcePolicy?: PolicyDocument;
  readonly accessPointPolicy?: PolicyDocument;
  readonly keyPolicy?: PolicyDocument;
  readonly serviceControlPolicies?: readonly PolicyDocument[];
  readonly resourceControlPolicies?: readonly PolicyDocument[];
  readonly blockPublicAccess?: {
    readonly account?: BlockPublicAccess;
    readonly bucket?: BlockPublicAccess;
    readonly accessPoint?: BlockPublicAccess;
  };
}

/** One case of `policy eval FILE`. */
export interface EvaluationCase extends PolicySet {
  readonly request: EvaluationRequest;
}

export interface StatementRef {
  /** `identityPolicies[0]`, `resourcePolicy` …: the key of the case. */
  readonly policy: string;
  /** From 0. */
  readonly index: number;
  readonly sid: string | null;
}

export interface Nearest {
  readonly layer: Layer;
  readonly statement: StatementRef | null;
  /** The one thing that did not match, in words. */
  readonly mismatch: string;
  /** A statement to append to that layer's policy so that the request is allowed and nobody else gains; null where a Deny has to go. */
  readonly patch: Statement | null;
}

/** The answer of `policy eval --json`, to the letter. */
export interface Decision {
  readonly decision: 'allow' | 'deny';
  readonly reason: 'allowed' | 'explicit-deny' | 'implicit-deny';
  readonly layer: Layer;
  readonly statement: StatementRef | null;
  readonly nearest: Nearest | null;
}

export interface LayerEffect {
  readonly layer: Layer;
  readonly effect: 'allow' | 'deny' | 'none' | 'unknown';
  readonly statement: StatementRef | null;
}

export type Severity = 'error' | 'warning' | 'advice';

/** One finding of `policy lint`, `template check` and `plan`. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly file: string | null;
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly line: number | null;
  readonly message: string;
  readonly why: string;
  readonly remedy: string;
  readonly source: string;
}

export type PolicyKind = 'trust' | 'identity' | 'bucket' | 'access-point' | 'topic' | 'key';
