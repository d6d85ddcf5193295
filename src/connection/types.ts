import type { Statement } from '../policy/types.js';
import type {
  AccessLevel,
  ExternalIdRule,
  Method,
  ParameterValue,
  Template,
  TemplateAction,
} from '../template/types.js';

/** The connections file of the contract (design/connections.md), after schema validation, before any default. */
export interface ConnectionsFile {
  readonly $schema?: string;
  readonly namespace?: string;
  readonly defaults?: {
    readonly account?: string;
    readonly profile?: string;
    readonly region?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
  readonly connections: Readonly<Record<string, ConnectionEntry>>;
}

export interface ConnectionEntry {
  readonly template: string;
  readonly method?: Method;
  readonly account?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly role?: {
    readonly name?: string;
    readonly path?: string;
    readonly description?: string;
    readonly permissionsBoundary?: string;
    readonly maxSessionDuration?: number;
  };
  readonly user?: { readonly name?: string; readonly path?: string; readonly permissionsBoundary?: string };
  readonly policy?: { readonly kind?: 'inline' | 'managed'; readonly name?: string; readonly description?: string };
  readonly trust?: {
    readonly principals?: readonly string[];
    readonly externalIds?: readonly string[];
    readonly verifiers?: readonly string[];
  };
  readonly params?: Readonly<Record<string, ParameterValue>>;
  readonly pinAccount?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly buckets: readonly BucketEntry[];
}

export interface BucketEntry {
  readonly name: string;
  readonly access?: AccessLevel | readonly AccessLevel[];
  readonly prefix?: string;
  readonly create?: boolean;
  readonly confine?: boolean;
  readonly account?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly params?: Readonly<Record<string, ParameterValue>>;
  readonly kmsKeyArns?: readonly string[];
  readonly accessPoint?: { readonly name: string; readonly vpcId?: string; readonly direct?: boolean };
  readonly cors?: {
    readonly allowedOrigins: readonly string[];
    readonly allowedMethods?: readonly string[];
    readonly allowedHeaders?: readonly string[];
    readonly exposeHeaders?: readonly string[];
    readonly maxAgeSeconds?: number;
  };
  readonly notifications?: {
    readonly snsTopic: string;
    readonly events?: readonly string[];
    readonly suffix?: string;
    readonly subscribe?: string;
  };
  readonly publicPlayback?: boolean;
}

/** Who owns a mark in the account (design/connections.md, "Ownership, without a state file"). */
export interface Owner {
  readonly namespace: string | null;
  readonly name: string;
  /** Value of the tag `s3connect:connection`: `NAMESPACE/NAME` or `NAME`. */
  readonly tag: string;
  /** `S3Connect` + 12 characters of a hash of namespace and name; begins every Sid, CORS rule id and notification id of ours. */
  readonly mark: string;
}

/** Which credentials and region reach a resource. */
export interface Site {
  /** Guard and ARN part; undefined until the caller is known. */
  readonly account: string | undefined;
  readonly profile: string | undefined;
  /**
   * The profile is a bucket's own, for another account than the connection's: no pair of keys is of two accounts, so it
   * goes before `--profile` and keys in the environment.
   */
  readonly ownProfile?: boolean;
  readonly region: string;
  /** False where nobody named a region and a default stands in: then the one that is found is right. */
  readonly regionGiven?: boolean;
}

export interface CorsSettings {
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

/** One bucket of a connection with everything that template, file and flags say about it. */
export interface ResolvedBucket {
  readonly name: string;
  /** JSON pointer of the entry, for errors. */
  readonly pointer: string;
  readonly access: readonly AccessLevel[];
  /** Union of the template's lists for `access`; complete. */
  readonly actions: readonly TemplateAction[];
  /** '' or ends with '/'. */
  readonly prefix: string;
  readonly create: boolean;
  readonly confine: boolean;
  readonly site: Site;
  /** True where the bucket is in another account than the role, user or caller. */
  readonly otherAccount: boolean;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly objectOwnership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  readonly accessPoint:
    | { readonly name: string; readonly vpcId: string | undefined; readonly direct: boolean }
    | undefined;
  readonly cors: CorsSettings | undefined;
  readonly notifications:
    | {
        readonly snsTopic: string;
        readonly events: readonly string[];
        readonly suffix: string | undefined;
        readonly subscribe: string | undefined;
      }
    | undefined;
  readonly publicPlayback: boolean;
}

/** A connection with template, file, defaults and flags joined; still without anything that only the account knows. */
export interface ResolvedConnection {
  readonly name: string;
  /** JSON pointer of the entry, or '' where the connection comes from flags alone. */
  readonly pointer: string;
  readonly owner: Owner;
  readonly template: Template;
  /** False for a template that did not come with s3connect: its lint errors refuse `apply`. */
  readonly builtin: boolean;
  readonly method: Method;
  /** The customer's account, profile and region. */
  readonly site: Site;
  readonly role:
    | {
        /** For existing-role perhaps a glob. */
        readonly name: string;
        readonly path: string;
        readonly description: string | undefined;
        readonly permissionsBoundary: string | undefined;
        readonly maxSessionDuration: number | undefined;
      }
    | undefined;
  readonly user:
    | { readonly name: string; readonly path: string; readonly permissionsBoundary: string | undefined }
    | undefined;
  readonly policy: {
    readonly kind: 'inline' | 'managed';
    readonly name: string;
    readonly description: string | undefined;
  };
  readonly trust: {
    /** As written: account id, user or role ARN, `role/GLOB`; undefined means the template's for the partition. */
    readonly principals: readonly string[] | undefined;
    readonly externalIds: readonly string[];
    /** Taken away by a flag: not kept although the trust policy still has them. */
    readonly removedExternalIds?: readonly string[];
    readonly verifiers: readonly string[];
  };
  readonly externalId: ExternalIdRule;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly pinAccount: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly buckets: readonly ResolvedBucket[];
}

/** What only the account (or `--account`, `--partition`) can tell; `connection/compile` is pure given these. */
export interface Facts {
  readonly account: string;
  readonly partition: string;
  /** The role that `role.name` matched (existing-role), with its ARN as IAM spells it. */
  readonly role?: { readonly name: string; readonly arn: string };
  /** `role/GLOB` of trust.principals -> ARN. */
  readonly principals?: Readonly<Record<string, string>>;
  /** External IDs that our own live trust statement has; kept where file and flags give none (customer, after-role). */
  readonly liveExternalIds?: readonly string[];
  /** Region and account of each bucket as found, by name; a missing bucket is absent. */
  readonly buckets?: Readonly<Record<string, { readonly region: string; readonly account: string | undefined }>>;
  /** Alias by access point name, once it exists. */
  readonly accessPointAliases?: Readonly<Record<string, string>>;
  readonly accessKeyId?: string;
  readonly secretFile?: string;
}

/**
 * Stands in desired documents where apply makes a random external ID (issued `customer` or `after-role`),
 * so that the same input gives the same plan and fingerprint; engine/apply puts the real value in.
 */
export const GENERATED_EXTERNAL_ID = 's3connect:made-by-apply';

/** What each kind of resource should be. `ref` fields name it; the rest is its desired content. */
export interface DesiredByKind {
  role: {
    readonly name: string;
    readonly path: string;
    readonly description: string | undefined;
    readonly permissionsBoundary: string | undefined;
    readonly maxSessionDuration: number | undefined;
    readonly tags: Readonly<Record<string, string>>;
    /** Trust statements, each with a Sid that begins with the owner's mark. */
    readonly statements: readonly Statement[];
  };
  /** A managed policy of ours, attached to the role or the user. */
  'managed-policy': {
    readonly name: string;
    readonly path: string;
    readonly description: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
    readonly statements: readonly Statement[];
    readonly attachTo: { readonly role: string } | { readonly user: string };
  };
  /** Inline. On a role that we made it is ours whole; on an existing or adopted role its statements are owned by Sid. */
  'role-policy': { readonly role: string; readonly name: string; readonly statements: readonly Statement[] };
  user: {
    readonly name: string;
    readonly path: string;
    readonly permissionsBoundary: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  };
  'user-policy': { readonly user: string; readonly name: string; readonly statements: readonly Statement[] };
  'access-key': { readonly user: string; readonly path?: string; readonly secretFile: string | undefined };
  bucket: {
    readonly bucket: string;
    readonly region: string;
    readonly create: boolean;
    readonly tags: Readonly<Record<string, string>>;
  };
  /** Only for buckets that this connection makes (all four on), or where publicPlayback/anonymous opens one. */
  'public-access-block': {
    readonly bucket: string;
    readonly settings: {
      readonly BlockPublicAcls: boolean;
      readonly IgnorePublicAcls: boolean;
      readonly BlockPublicPolicy: boolean;
      readonly RestrictPublicBuckets: boolean;
    };
    /** `made`: part of a bucket that we make, removed with it. `opened`: loosened for public reading; destroy leaves all on. */
    readonly purpose: 'made' | 'opened';
  };
  'ownership-controls': { readonly bucket: string; readonly objectOwnership: string };
  'bucket-policy': { readonly bucket: string; readonly statements: readonly Statement[] };
  /** One rule of ours per connection and bucket; `ID` begins with the owner's mark. */
  cors: { readonly bucket: string; readonly rules: readonly CorsRule[] };
  'access-point': { readonly name: string; readonly bucket: string; readonly vpcId: string | undefined };
  'access-point-policy': { readonly name: string; readonly statements: readonly Statement[] };
  topic: { readonly name: string; readonly arn: string; readonly tags: Readonly<Record<string, string>> };
  'topic-policy': { readonly arn: string; readonly statements: readonly Statement[] };
  subscription: { readonly topicArn: string; readonly protocol: 'https' | 'http'; readonly endpoint: string };
  notification: { readonly bucket: string; readonly configurations: readonly TopicConfiguration[] };
}

/** S3's own spelling (API reference, CORSRule). */
export interface CorsRule {
  readonly ID?: string;
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAgeSeconds?: number;
}

/** S3's own spelling (API reference, TopicConfiguration). */
export interface TopicConfiguration {
  readonly Id?: string;
  readonly TopicArn: string;
  readonly Events: readonly string[];
  readonly Filter?: {
    readonly Key?: { readonly FilterRules?: readonly { readonly Name: string; readonly Value: string }[] };
  };
}

export type ResourceType = keyof DesiredByKind;

/** One desired resource: plain data, the same for plan, apply, generate and export. */
export type DesiredResource = {
  readonly [K in ResourceType]: { readonly kind: K; readonly site: Site; readonly desired: DesiredByKind[K] };
}[ResourceType];

export interface CompiledConnection {
  readonly connection: ResolvedConnection;
  readonly facts: Facts;
  readonly resources: readonly DesiredResource[];
}

export interface HandoffItem {
  readonly title: string;
  readonly bucket: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  } | null;
  readonly curl: string | null;
}

export interface Handoff {
  readonly name: string;
  readonly status: 'ready' | 'incomplete';
  readonly missing: readonly string[];
  readonly items: readonly HandoffItem[];
}

/** What the command line adds to or puts in place of the file. */
export interface ConnectionFlags {
  readonly name?: string;
  readonly template?: string;
  readonly method?: string;
  /** `NAME[:ACCESS[:PREFIX]]` */
  readonly bucket?: readonly string[];
  readonly createBucket?: boolean;
  readonly roleName?: string;
  readonly userName?: string;
  readonly externalId?: readonly string[];
  readonly removeExternalId?: readonly string[];
  readonly principal?: readonly string[];
  readonly verifier?: readonly string[];
  readonly origin?: readonly string[];
  readonly accessPoint?: string;
  readonly snsTopic?: string;
  /** `k=v` */
  readonly param?: readonly string[];
}
