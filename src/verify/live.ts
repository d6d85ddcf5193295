import type {
  AccessPointRecord,
  AwsAccess,
  AwsPorts,
  NotificationDocument,
  PublicAccessBlock,
  RoleRecord,
  UserRecord,
} from '../aws/ports.js';
import type { CorsRule, Site } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { PolicyDocument } from '../policy/types.js';
import { asDenied } from './answers.js';

/** A document as it is now, or the word that the caller may not read it. */
export type Seen<T> =
  | { readonly readable: true; readonly value: T }
  | { readonly readable: false; readonly why: string };

export interface NamedPolicy {
  /** The inline policy's name, or the managed one's. */
  readonly name: string;
  readonly kind: 'inline' | 'managed';
  readonly document: PolicyDocument;
}

export interface IdentityDocuments {
  readonly policies: readonly NamedPolicy[];
  readonly permissionsBoundary: PolicyDocument | undefined;
}

type Place = Pick<Site, 'profile' | 'region'>;

/** The live documents of a run, each read once; `fresh()` gives a view that reads again what is older than now. */
export interface Live {
  fresh(): Live;
  role(site: Place, name: string): Promise<Seen<RoleRecord | undefined>>;
  roles(site: Place): Promise<Seen<readonly { readonly name: string; readonly path: string; readonly arn: string }[]>>;
  user(site: Place, name: string): Promise<Seen<UserRecord | undefined>>;
  identity(site: Place, kind: 'role' | 'user', name: string): Promise<Seen<IdentityDocuments | undefined>>;
  bucket(site: Place, name: string): Promise<{ readonly region: string } | undefined>;
  bucketPolicy(site: Place, name: string): Promise<Seen<PolicyDocument | undefined>>;
  bucketBlock(site: Place, name: string): Promise<Seen<PublicAccessBlock | undefined>>;
  accountBlock(site: Place, account: string): Promise<Seen<PublicAccessBlock | undefined>>;
  cors(site: Place, name: string): Promise<Seen<readonly CorsRule[] | undefined>>;
  notification(site: Place, name: string): Promise<Seen<NotificationDocument>>;
  versioning(site: Place, name: string): Promise<Seen<'Enabled' | 'Suspended' | undefined>>;
  objectLock(site: Place, name: string): Promise<Seen<boolean>>;
  accessPoint(site: Place, account: string, name: string): Promise<Seen<AccessPointRecord | undefined>>;
  accessPointPolicy(site: Place, account: string, name: string): Promise<Seen<PolicyDocument | undefined>>;
  topic(site: Place, arn: string): Promise<Seen<{ readonly policy: PolicyDocument } | undefined>>;
}

interface Entry {
  readonly at: number;
  readonly answer: Promise<unknown>;
}

/**
 * Reads documents as the caller. Only a refusal is turned into `readable: false`; every other failure is thrown.
 *
 * @param limit bounds the calls under way
 */
export function observe(aws: AwsAccess, limit: <T>(call: () => Promise<T>) => Promise<T>): Live {
  const entries = new Map<string, Entry>();
  let turn = 0;

  const view = (notBefore: number): Live => {
    const once = <T>(site: Place, key: string, ask: (ports: AwsPorts) => Promise<T>): Promise<T> => {
      const full = `${site.profile ?? ''}|${site.region}|${key}`;
      const known = entries.get(full);
      if (known !== undefined && known.at >= notBefore) return known.answer as Promise<T>;
      const answer = limit(() => ask(aws.ports(site)));
      entries.set(full, { at: turn, answer });
      return answer;
    };
    const seen = async <T>(site: Place, key: string, ask: (ports: AwsPorts) => Promise<T>): Promise<Seen<T>> => {
      try {
        return { readable: true, value: await once(site, key, ask) };
      } catch (error) {
        const denied = asDenied(error) ?? withoutCredentials(error);
        if (denied !== undefined) return { readable: false, why: denied.awsCode ?? denied.code };
        throw error;
      }
    };
    const live: Live = {
      fresh: () => view(++turn),
      role: (site, name) => seen(site, `role ${name}`, ({ iam }) => iam.getRole(name)),
      roles: (site) => seen(site, 'roles', ({ iam }) => iam.listRoles()),
      user: (site, name) => seen(site, `user ${name}`, ({ iam }) => iam.getUser(name)),
      identity: (site, kind, name) => identityOf(live, seen, site, kind, name),
      bucket: (site, name) => once(site, `bucket ${name}`, ({ s3 }) => s3.headBucket(name)),
      bucketPolicy: (site, name) => seen(site, `policy ${name}`, ({ s3 }) => s3.getBucketPolicy(name)),
      bucketBlock: (site, name) => seen(site, `block ${name}`, ({ s3 }) => s3.getPublicAccessBlock(name)),
      accountBlock: (site, account) =>
        seen(site, `block of ${account}`, ({ s3control }) => s3control.getAccountPublicAccessBlock(account)),
      cors: (site, name) => seen(site, `cors ${name}`, ({ s3 }) => s3.getBucketCors(name)),
      notification: (site, name) => seen(site, `events ${name}`, ({ s3 }) => s3.getBucketNotification(name)),
      versioning: (site, name) => seen(site, `versioning ${name}`, ({ s3 }) => s3.getBucketVersioning(name)),
      objectLock: (site, name) => seen(site, `lock ${name}`, ({ s3 }) => s3.hasObjectLock(name)),
      accessPoint: (site, account, name) =>
        seen(site, `point ${name}`, ({ s3control }) => s3control.getAccessPoint(account, name)),
      accessPointPolicy: (site, account, name) =>
        seen(site, `point policy ${name}`, ({ s3control }) => s3control.getAccessPointPolicy(account, name)),
      topic: (site, arn) => seen(site, `topic ${arn}`, ({ sns }) => sns.getTopic(arn)),
    };
    return live;
  };
  return view(0);
}

/** Who has nothing but the user's key, or nothing at all, reads no documents. */
function withoutCredentials(error: unknown): S3ConnectError | undefined {
  return error instanceof S3ConnectError && error.code === 'NoCredentials' ? error : undefined;
}

type See = <T>(site: Place, key: string, ask: (ports: AwsPorts) => Promise<T>) => Promise<Seen<T>>;

/** Everything that an identity's own side says: inline and attached policies, and the boundary. */
async function identityOf(
  live: Live,
  seen: See,
  site: Place,
  kind: 'role' | 'user',
  name: string,
): Promise<Seen<IdentityDocuments | undefined>> {
  const [record, inlineNames, attached] = await Promise.all([
    kind === 'role' ? live.role(site, name) : live.user(site, name),
    orMissing(
      seen(site, `${kind} inline ${name}`, ({ iam }) =>
        kind === 'role' ? iam.listRolePolicies(name) : iam.listUserPolicies(name),
      ),
    ),
    orMissing(
      seen(site, `${kind} attached ${name}`, ({ iam }) =>
        kind === 'role' ? iam.listAttachedRolePolicies(name) : iam.listAttachedUserPolicies(name),
      ),
    ),
  ]);
  if (!record.readable) return record;
  if (record.value === undefined) return { readable: true, value: undefined };
  if (!inlineNames.readable) return inlineNames;
  if (!attached.readable) return attached;
  const boundaryArn = record.value.permissionsBoundary;
  const managed = (arn: string) => seen(site, `managed ${arn}`, ({ iam }) => iam.getPolicy(arn));
  const [inline, managedPolicies, boundary] = await Promise.all([
    Promise.all(
      inlineNames.value.map((policy) =>
        seen(site, `${kind} policy ${name}/${policy}`, ({ iam }) =>
          kind === 'role' ? iam.getRolePolicy(name, policy) : iam.getUserPolicy(name, policy),
        ),
      ),
    ),
    Promise.all(attached.value.map(({ arn }) => managed(arn))),
    boundaryArn === undefined ? undefined : managed(boundaryArn),
  ]);
  const policies: NamedPolicy[] = [];
  for (const [i, policy] of inline.entries()) {
    if (!policy.readable) return policy;
    if (policy.value !== undefined) {
      policies.push({ name: inlineNames.value[i] ?? '', kind: 'inline', document: policy.value });
    }
  }
  for (const [i, policy] of managedPolicies.entries()) {
    if (!policy.readable) return policy;
    if (policy.value !== undefined) {
      policies.push({ name: attached.value[i]?.name ?? '', kind: 'managed', document: policy.value.document });
    }
  }
  if (boundary !== undefined && !boundary.readable) return boundary;
  return { readable: true, value: { policies, permissionsBoundary: boundary?.value?.document } };
}

/** The listings run beside GetRole and GetUser; where the identity is missing they fail, and GetRole has said so. */
async function orMissing<T>(listing: Promise<Seen<readonly T[]>>): Promise<Seen<readonly T[]>> {
  try {
    return await listing;
  } catch (error) {
    if ((error as { awsCode?: unknown }).awsCode === 'NoSuchEntity') return { readable: true, value: [] };
    throw error;
  }
}
