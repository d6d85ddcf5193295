import type { CorsRule, TopicConfiguration } from '../connection/types.js';
import type { BlockPublicAccess, PolicyDocument } from '../policy/types.js';

/**
 * Narrow ports: only the calls that s3connect uses, documents already decoded and parsed, absence as `undefined`
 * (NoSuchEntity, NoSuchBucketPolicy, NoSuchCORSConfiguration, 404), every failure an S3ConnectError.
 */
export type Tags = Readonly<Record<string, string>>;

export interface RoleRecord {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  readonly description: string | undefined;
  readonly maxSessionDuration: number | undefined;
  readonly permissionsBoundary: string | undefined;
  readonly trustPolicy: PolicyDocument;
  readonly tags: Tags;
}

export interface UserRecord {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
  readonly permissionsBoundary: string | undefined;
  readonly tags: Tags;
}

export interface ManagedPolicyRecord {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly description: string | undefined;
  readonly defaultVersionId: string;
  readonly document: PolicyDocument;
  readonly tags: Tags;
}

export interface AccessKeyRecord {
  readonly id: string;
  readonly status: 'Active' | 'Inactive';
  readonly createDate: Date | undefined;
}

export interface IamPort {
  getRole(name: string): Promise<RoleRecord | undefined>;
  /** All roles of the account, without tags (ListRoles gives none). */
  listRoles(): Promise<readonly Omit<RoleRecord, 'tags'>[]>;
  listRoleTags(name: string): Promise<Tags>;
  createRole(input: Omit<RoleRecord, 'arn'>): Promise<string>;
  updateAssumeRolePolicy(name: string, document: PolicyDocument): Promise<void>;
  updateRole(
    name: string,
    settings: { readonly description: string; readonly maxSessionDuration: number | undefined },
  ): Promise<void>;
  putRolePermissionsBoundary(name: string, arn: string): Promise<void>;
  deleteRolePermissionsBoundary(name: string): Promise<void>;
  tagRole(name: string, tags: Tags): Promise<void>;
  untagRole(name: string, keys: readonly string[]): Promise<void>;
  deleteRole(name: string): Promise<void>;
  listRolePolicies(name: string): Promise<readonly string[]>;
  getRolePolicy(role: string, policy: string): Promise<PolicyDocument | undefined>;
  putRolePolicy(role: string, policy: string, document: PolicyDocument): Promise<void>;
  deleteRolePolicy(role: string, policy: string): Promise<void>;
  listAttachedRolePolicies(name: string): Promise<readonly { readonly name: string; readonly arn: string }[]>;
  attachRolePolicy(role: string, policyArn: string): Promise<void>;
  detachRolePolicy(role: string, policyArn: string): Promise<void>;
  listInstanceProfilesForRole(name: string): Promise<readonly string[]>;
  getPolicy(arn: string): Promise<ManagedPolicyRecord | undefined>;
  createPolicy(input: {
    readonly name: string;
    readonly path: string;
    readonly description: string | undefined;
    readonly document: PolicyDocument;
    readonly tags: Tags;
  }): Promise<string>;
  /** A new default version; the oldest non-default one is removed first where five exist. */
  createPolicyVersion(arn: string, document: PolicyDocument): Promise<void>;
  /** Back to the newest older version with that very text, where one is left; the present default version is removed. */
  restorePolicyVersion(arn: string, document: PolicyDocument): Promise<boolean>;
  tagPolicy(arn: string, tags: Tags): Promise<void>;
  untagPolicy(arn: string, keys: readonly string[]): Promise<void>;
  /** With all its versions. */
  deletePolicy(arn: string): Promise<void>;
  getUser(name: string): Promise<UserRecord | undefined>;
  listUsers(): Promise<readonly Omit<UserRecord, 'tags'>[]>;
  listUserTags(name: string): Promise<Tags>;
  createUser(input: Omit<UserRecord, 'arn'>): Promise<string>;
  putUserPermissionsBoundary(name: string, arn: string): Promise<void>;
  deleteUserPermissionsBoundary(name: string): Promise<void>;
  tagUser(name: string, tags: Tags): Promise<void>;
  untagUser(name: string, keys: readonly string[]): Promise<void>;
  deleteUser(name: string): Promise<void>;
  listUserPolicies(name: string): Promise<readonly string[]>;
  getUserPolicy(user: string, policy: string): Promise<PolicyDocument | undefined>;
  putUserPolicy(user: string, policy: string, document: PolicyDocument): Promise<void>;
  deleteUserPolicy(user: string, policy: string): Promise<void>;
  listAttachedUserPolicies(name: string): Promise<readonly { readonly name: string; readonly arn: string }[]>;
  attachUserPolicy(user: string, policyArn: string): Promise<void>;
  detachUserPolicy(user: string, policyArn: string): Promise<void>;
  listGroupsForUser(user: string): Promise<readonly string[]>;
  /** A group's inline documents, and the ARNs of its managed policies. */
  listGroupPolicies(
    group: string,
  ): Promise<{ readonly documents: readonly PolicyDocument[]; readonly attached: readonly string[] }>;
  listAccessKeys(user: string): Promise<readonly AccessKeyRecord[]>;
  createAccessKey(user: string): Promise<{ readonly id: string; readonly secret: string }>;
  updateAccessKey(user: string, id: string, status: 'Active' | 'Inactive'): Promise<void>;
  deleteAccessKey(user: string, id: string): Promise<void>;
}

export interface AssumedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly assumedRoleArn: string;
}

export interface StsPort {
  getCallerIdentity(): Promise<{ readonly account: string; readonly arn: string; readonly userId: string }>;
  assumeRole(input: {
    readonly roleArn: string;
    readonly sessionName: string;
    readonly externalId?: string;
    readonly durationSeconds?: number;
  }): Promise<AssumedCredentials>;
}

export interface PublicAccessBlock extends Required<BlockPublicAccess> {}

export interface S3Port {
  /** Region from `x-amz-bucket-region`, whatever the permissions; undefined where no such bucket exists. */
  headBucket(bucket: string): Promise<{ readonly region: string; readonly accessible: boolean } | undefined>;
  listBuckets(): Promise<readonly string[]>;
  createBucket(bucket: string, region: string, ownership: string): Promise<void>;
  deleteBucket(bucket: string): Promise<void>;
  /** True where a listing of one version or one multipart upload shows that the bucket holds something. */
  holdsObjects(bucket: string): Promise<boolean>;
  getBucketTags(bucket: string): Promise<Tags>;
  putBucketTags(bucket: string, tags: Tags): Promise<void>;
  getPublicAccessBlock(bucket: string): Promise<PublicAccessBlock | undefined>;
  putPublicAccessBlock(bucket: string, settings: PublicAccessBlock): Promise<void>;
  getOwnershipControls(bucket: string): Promise<string | undefined>;
  putOwnershipControls(bucket: string, objectOwnership: string): Promise<void>;
  getBucketPolicy(bucket: string): Promise<PolicyDocument | undefined>;
  putBucketPolicy(bucket: string, document: PolicyDocument): Promise<void>;
  deleteBucketPolicy(bucket: string): Promise<void>;
  getBucketCors(bucket: string): Promise<readonly CorsRule[] | undefined>;
  putBucketCors(bucket: string, rules: readonly CorsRule[]): Promise<void>;
  deleteBucketCors(bucket: string): Promise<void>;
  getBucketNotification(bucket: string): Promise<NotificationDocument>;
  putBucketNotification(bucket: string, document: NotificationDocument): Promise<void>;
  getBucketVersioning(bucket: string): Promise<'Enabled' | 'Suspended' | undefined>;
  hasObjectLock(bucket: string): Promise<boolean>;
}

/** The bucket's whole notification configuration; what is not a topic configuration is carried through untouched. */
export interface NotificationDocument {
  readonly TopicConfigurations?: readonly TopicConfiguration[];
  readonly [other: string]: unknown;
}

export interface AccessPointRecord {
  readonly name: string;
  readonly bucket: string;
  readonly arn: string;
  readonly alias: string | undefined;
  readonly vpcId: string | undefined;
  readonly publicAccessBlock: PublicAccessBlock | undefined;
}

export interface S3ControlPort {
  getAccessPoint(account: string, name: string): Promise<AccessPointRecord | undefined>;
  createAccessPoint(
    account: string,
    input: {
      readonly name: string;
      readonly bucket: string;
      readonly bucketAccount?: string;
      readonly vpcId: string | undefined;
      readonly tags?: Tags;
    },
  ): Promise<void>;
  /** Tags of an access point; empty where the endpoint knows none. */
  getAccessPointTags(account: string, arn: string): Promise<Tags>;
  deleteAccessPoint(account: string, name: string): Promise<void>;
  listAccessPoints(account: string): Promise<readonly string[]>;
  getAccessPointPolicy(account: string, name: string): Promise<PolicyDocument | undefined>;
  putAccessPointPolicy(account: string, name: string, document: PolicyDocument): Promise<void>;
  deleteAccessPointPolicy(account: string, name: string): Promise<void>;
  getAccountPublicAccessBlock(account: string): Promise<PublicAccessBlock | undefined>;
}

export interface SnsPort {
  getTopic(arn: string): Promise<{ readonly policy: PolicyDocument; readonly owner: string } | undefined>;
  createTopic(name: string, tags: Tags): Promise<string>;
  deleteTopic(arn: string): Promise<void>;
  getTopicTags(arn: string): Promise<Tags>;
  tagTopic(arn: string, tags: Tags): Promise<void>;
  untagTopic(arn: string, keys: readonly string[]): Promise<void>;
  setTopicPolicy(arn: string, document: PolicyDocument): Promise<void>;
  listSubscriptions(
    topicArn: string,
  ): Promise<readonly { readonly arn: string; readonly protocol: string; readonly endpoint: string }[]>;
  subscribe(topicArn: string, protocol: string, endpoint: string): Promise<string>;
  unsubscribe(subscriptionArn: string): Promise<void>;
  listTopics(): Promise<readonly string[]>;
}

/** All ports of one site (profile and region); each client is loaded and made at its first use. */
export interface AwsPorts {
  readonly region: string;
  readonly iam: IamPort;
  readonly sts: StsPort;
  readonly s3: S3Port;
  readonly s3control: S3ControlPort;
  readonly sns: SnsPort;
}

/** Static credentials for probing as somebody else; `anonymous` signs nothing. */
export type ProbeCredentials =
  | AssumedCredentials
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  | 'anonymous'
  | 'caller';

/** Raw answer of a probe: what AWS said, never an exception for an HTTP answer. */
export interface ProbeAnswer {
  /** HTTP status; 0 where the connection failed. */
  readonly status: number;
  /** AWS's error code, or null on success or without a body (HEAD). */
  readonly code: string | null;
  readonly message: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The object calls of verify's probes, as one identity, on a bucket name, an access point ARN or an alias. */
export interface ProbePort {
  headBucket(bucket: string): Promise<ProbeAnswer>;
  getBucketLocation(bucket: string): Promise<ProbeAnswer>;
  /** max-keys 1; `key` is the one listed key, if any. */
  listOne(bucket: string, prefix: string): Promise<ProbeAnswer & { readonly key: string | null }>;
  /** max-keys 0 would not prove anything on every endpoint; lists one key and drops its name. */
  head(bucket: string, key: string): Promise<ProbeAnswer>;
  get(bucket: string, key: string): Promise<ProbeAnswer>;
  /** `If-None-Match: *`; `versionId` when the bucket is versioned. */
  put(bucket: string, key: string, body: string): Promise<ProbeAnswer & { readonly versionId: string | null }>;
  putAcl(bucket: string, key: string): Promise<ProbeAnswer>;
  remove(bucket: string, key: string, versionId?: string): Promise<ProbeAnswer>;
  createMultipart(bucket: string, key: string): Promise<ProbeAnswer & { readonly uploadId: string | null }>;
  abortMultipart(bucket: string, key: string, uploadId: string): Promise<ProbeAnswer>;
  /** PutBucketPolicy with a body that is not JSON: 403 = denied, anything else = allowed; nothing is ever written. */
  putInvalidPolicy(bucket: string): Promise<ProbeAnswer>;
  /** Plain http (or the sandbox's header that says so) to prove a TLS-only statement. */
  getInsecure(bucket: string, key: string): Promise<ProbeAnswer>;
  /** An unsigned request as a browser sends it: OPTIONS with Access-Control-Request-*, or GET/HEAD with Origin. */
  browser(
    bucket: string,
    key: string,
    request: { readonly method: 'OPTIONS' | 'GET' | 'HEAD'; readonly headers: Readonly<Record<string, string>> },
  ): Promise<ProbeAnswer>;
}

export interface AwsCallRecord {
  readonly service: string;
  readonly operation: string;
  readonly ms: number;
  readonly status: number | undefined;
  readonly error: string | undefined;
}

export interface AwsSettings {
  readonly profile: string | undefined;
  /** `--profile` was given (it then outranks keys in the environment). */
  readonly profileFromFlag: boolean;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly concurrency: number;
  /** The process environment, passed in: nothing below cli/ reads it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onCall?: (call: AwsCallRecord) => void;
  /** Present at a terminal only. */
  readonly askMfa?: (serial: string) => Promise<string>;
}

/** Which credentials and region reach a place; see `Site` of the connections. */
export interface Reach {
  readonly profile?: string | undefined;
  readonly ownProfile?: boolean;
  readonly region?: string | undefined;
}

/** Hands out ports; one client per service, profile and region, connections kept alive. */
export interface AwsAccess {
  ports(site: Reach): AwsPorts;
  probe(site: Reach, as: ProbeCredentials): ProbePort;
  /** Ports with given credentials (verify assumes a role as somebody else). */
  portsAs(
    site: { readonly region?: string | undefined },
    credentials:
      | AssumedCredentials
      | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string },
  ): AwsPorts;
  close(): void;
}
