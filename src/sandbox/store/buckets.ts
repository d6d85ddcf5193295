import type { BlockPublicAccess, PolicyDocument } from '../../policy/types.js';

type Versioning = 'Enabled' | 'Suspended';
export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

/** Object Lock of a bucket; without a rule nothing is locked by itself. */
interface ObjectLock {
  readonly rule?: { readonly mode: RetentionMode; readonly days: number; readonly unit: 'Days' | 'Years' };
}

/** One grant of an access control list: an account's canonical user, or a predefined group by its URI. */
export interface Grant {
  readonly grantee:
    | { readonly kind: 'user'; readonly account: string }
    | { readonly kind: 'group'; readonly uri: string };
  readonly permission: 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP';
}

export interface Checksum {
  readonly algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  readonly value: string;
}

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  /** `null` where the bucket had no versioning when it was written. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly body: Buffer;
  /** With its quotes. */
  readonly etag: string;
  readonly modified: Date;
  /** Account that owns it (the writer's, unless the bucket's ownership setting hands it to the bucket owner). */
  readonly owner: string;
  /** Content-Type, Cache-Control and the other headers that come back as they were sent; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly checksum: Checksum | undefined;
  readonly partSizes: readonly number[] | undefined;
  /** Asked for by the writer, else the bucket's default as it was when this was written. */
  retention?: { readonly mode: RetentionMode; readonly until: Date } | undefined;
  /** Whether a legal hold lies on it. */
  legalHold?: boolean;
  tags: ReadonlyMap<string, string>;
  acl: readonly Grant[];
}

export interface UploadPart {
  readonly body: Buffer;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly modified: Date;
}

/** A multipart upload that was neither completed nor aborted. */
export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  /** ARN of the caller who began it: it may list and abort its parts without a further right. */
  readonly initiator: string;
  readonly owner: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly retention?: ObjectVersion['retention'];
  readonly legalHold?: boolean;
  readonly tags: ReadonlyMap<string, string>;
  readonly acl: readonly Grant[];
  readonly checksumAlgorithm: Checksum['algorithm'] | undefined;
  readonly checksumType: Checksum['type'] | undefined;
  readonly parts: Map<number, UploadPart>;
}

export interface CorsRule {
  readonly ID?: string;
  readonly AllowedHeaders?: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedOrigins: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAgeSeconds?: number;
}

export interface NotificationTarget {
  readonly kind: 'Topic' | 'Queue' | 'CloudFunction';
  readonly Id: string;
  /** The Id was not given: S3 made it up. */
  readonly generatedId: boolean;
  readonly arn: string;
  readonly events: readonly string[];
  readonly filter: readonly { readonly name: 'prefix' | 'suffix'; readonly value: string }[];
}

/** An element of a configuration that is kept as it was put. */
export interface SettingNode {
  readonly name: string;
  readonly value: string | readonly SettingNode[];
}

export interface LifecycleRule {
  readonly id: string;
  /** The ID was not given: S3 made it up. */
  readonly generatedId: boolean;
  readonly content: readonly SettingNode[];
}

interface NotificationConfiguration {
  readonly targets: readonly NotificationTarget[];
  readonly eventBridge: boolean;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  /** Versions of each key, the newest last. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
  versioning: Versioning | undefined;
  /** Stored form (`World.storePolicy`). */
  policy: PolicyDocument | undefined;
  cors: readonly CorsRule[] | undefined;
  publicAccessBlock: BlockPublicAccess | undefined;
  ownership: ObjectOwnership | undefined;
  tags: ReadonlyMap<string, string> | undefined;
  /** Undefined where Object Lock was never switched on. */
  objectLock?: ObjectLock;
  notification: NotificationConfiguration;
  lifecycle?: readonly LifecycleRule[] | undefined;
  /** BucketKeyEnabled of the default encryption; undefined where none was put. */
  bucketKey?: boolean | undefined;
  acl: readonly Grant[];
}

export interface AccessPoint {
  readonly name: string;
  /** The account that made it (not always the bucket's). */
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly bucketAccount: string;
  readonly vpcId: string | undefined;
  readonly alias: string;
  readonly created: Date;
  readonly publicAccessBlock: BlockPublicAccess;
  tags: ReadonlyMap<string, string>;
  /** Stored form (`World.storePolicy`). */
  policy: PolicyDocument | undefined;
}

/** Everything that S3 and S3 Control keep. Bucket names are one namespace over all accounts. */
export interface BucketStore {
  readonly buckets: Map<string, Bucket>;
  /** By `ACCOUNT:REGION:NAME`. */
  readonly accessPoints: Map<string, AccessPoint>;
  /** Account-level Block Public Access, by account. */
  readonly accountBlocks: Map<string, BlockPublicAccess>;
}

/** All four settings of S3 Block Public Access on, as every new bucket has them since April 2023. */
export const BLOCK_ALL: BlockPublicAccess = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** An empty store. */
export function createBucketStore(): BucketStore {
  return { buckets: new Map(), accessPoints: new Map(), accountBlocks: new Map() };
}

/** Forgets everything. */
export function clearBucketStore(store: BucketStore): void {
  store.buckets.clear();
  store.accessPoints.clear();
  store.accountBlocks.clear();
}

/** Key of an access point in the store: its name is unique in one account and region. */
export function accessPointKey(account: string, region: string, name: string): string {
  return `${account}:${region}:${name}`;
}

/** The newest version of a key that is no delete marker, or undefined. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.objects.get(key)?.at(-1);
  return newest === undefined || newest.deleteMarker ? undefined : newest;
}
