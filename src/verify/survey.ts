import type { AwsAccess } from '../aws/ports.js';
import { principalSources, roleArn, trustedPrincipals, userArn } from '../connection/names.js';
import type { Facts, ResolvedBucket, ResolvedConnection, Site } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { asList, statementsOf } from '../policy/documents.js';
import type { PolicyDocument } from '../policy/types.js';
import { asDenied } from './answers.js';
import { type Caller, callerOf, globTest, isGlob, ownIdentity, sessionTest } from './caller.js';
import type { Live } from './live.js';
import type { Keys } from './secret.js';

export interface Survey {
  /** Undefined where there are no credentials (anonymous, keys). */
  readonly caller: Caller | undefined;
  readonly facts: Facts;
  /** The caller is in the customer's account: IAM and S3 Control can be asked. */
  readonly own: boolean;
  /** Who may assume the role, as ARNs; for the method bucket-policy who is granted. */
  readonly principals: readonly string[];
  /** `role/GLOB` of `trust.principals` that no role matches. */
  readonly missingPrincipals: readonly string[];
  /** The role's name is a glob that no role matches. */
  readonly roleMissing: boolean;
  readonly externalIds: readonly string[];
}

/**
 * What only the account tells, read as the caller and never demanding more than the caller may read: a vendor sees
 * nothing but its own identity and the buckets' regions.
 *
 * @throws S3ConnectError RoleAmbiguous, NoCredentials (where the mode needs some) and whatever AWS refuses besides reading
 */
export async function survey(
  c: ResolvedConnection,
  aws: AwsAccess,
  live: Live,
  o: {
    readonly needsCaller: boolean;
    readonly keys?: Keys | undefined;
    /** The role's policies will be evaluated: they are read beside everything else. */
    readonly evaluated?: boolean;
  },
): Promise<Survey> {
  // The regions don't depend on who asks, so they are asked for at the same time.
  if (o.needsCaller) for (const bucket of c.buckets) live.bucket(bucket.site, bucket.name).catch(() => {});
  const caller = await whoAmI(aws, c.site, o.needsCaller);
  const holder = caller ?? (o.keys === undefined ? undefined : await holderOf(aws, c.site, o.keys));
  const partition = holder?.partition ?? 'aws';
  const account = c.site.account ?? holder?.account ?? '';
  const own = caller !== undefined && caller.account === account;
  const base: Facts = { account, partition };
  if (own && o.evaluated === true && c.method === 'role' && c.role !== undefined) {
    live.identity(c.site, 'role', c.role.name).catch(() => {});
  }

  const [role, found, buckets, external] = await Promise.all([
    findRole(c, live, caller, own),
    findPrincipals(c, live, caller, own, partition),
    findBuckets(c, aws, live, caller),
    liveExternalIds(c, live, own),
    // Asked for anyway a moment later; read beside the others it costs no time of its own.
    own && c.method === 'role' && c.role !== undefined ? live.role(c.site, c.role.name) : undefined,
  ]);
  const facts: Facts = {
    ...base,
    ...(role.found === undefined ? {} : { role: role.found }),
    principals: found.byGlob,
    liveExternalIds: external,
    buckets,
  };
  const principals = found.missing.length > 0 ? [...found.known] : knownPrincipals(c, facts, o.needsCaller);
  return {
    caller,
    facts,
    own,
    principals,
    missingPrincipals: found.missing,
    roleMissing: role.missing,
    externalIds: c.externalId.mode === 'none' ? [] : c.trust.externalIds.length > 0 ? c.trust.externalIds : external,
  };
}

async function whoAmI(aws: AwsAccess, site: Site, needed: boolean): Promise<Caller | undefined> {
  try {
    return callerOf(await aws.ports(site).sts.getCallerIdentity());
  } catch (error) {
    if (
      !needed &&
      error instanceof S3ConnectError &&
      (error.code === 'NoCredentials' || asDenied(error) !== undefined)
    ) {
      return undefined;
    }
    throw error;
  }
}

/** Whose access key it is; nobody's where it isn't accepted, which the user's row will say. */
async function holderOf(aws: AwsAccess, site: Site, keys: Keys): Promise<Caller | undefined> {
  try {
    return callerOf(await aws.portsAs({ region: site.region }, keys).sts.getCallerIdentity());
  } catch (error) {
    if (asDenied(error) !== undefined) return undefined;
    throw error;
  }
}

function knownPrincipals(c: ResolvedConnection, facts: Facts, needed: boolean): readonly string[] {
  if (c.method === 'user' || c.method === 'anonymous') return [];
  try {
    return trustedPrincipals(c, facts);
  } catch (error) {
    // An existing role may trust whom it likes: the template need not name anybody.
    if ((c.method === 'existing-role' || !needed) && error instanceof S3ConnectError) return [];
    throw error;
  }
}

interface RoleFinding {
  readonly found: { readonly name: string; readonly arn: string } | undefined;
  readonly missing: boolean;
}

async function findRole(
  c: ResolvedConnection,
  live: Live,
  caller: Caller | undefined,
  own: boolean,
): Promise<RoleFinding> {
  if (c.method !== 'existing-role' || c.role === undefined) return { found: undefined, missing: false };
  const { name } = c.role;
  const matches = globTest(name);
  // In `direct` mode the caller is a session of the role, and its own ARN says which one is meant.
  if (own && caller?.kind === 'role' && sessionTest(name)(caller.name)) {
    const record = await live.role(c.site, caller.name);
    const arn = record.readable && record.value !== undefined ? record.value.arn : undefined;
    return {
      found: { name: caller.name, arn: arn ?? `arn:${caller.partition}:iam::${caller.account}:role/${caller.name}` },
      missing: false,
    };
  }
  if (!own) return { found: undefined, missing: false };
  if (!isGlob(name)) {
    const record = await live.role(c.site, name);
    if (!record.readable) return { found: undefined, missing: false };
    const { value } = record;
    return { found: value && { name: value.name, arn: value.arn }, missing: value === undefined };
  }
  const roles = await live.roles(c.site);
  if (!roles.readable) {
    throw new S3ConnectError(
      'AccessDenied',
      `Which role "${name}" means can't be looked up: iam:ListRoles is denied.`,
      {
        path: `${c.pointer}/role/name`,
        hint: 'Give the full role name (--role-name), or verify as a session of the role itself.',
      },
    );
  }
  const hits = roles.value.filter((role) => matches(role.name, role.path));
  if (hits.length > 1) {
    throw new S3ConnectError(
      'RoleAmbiguous',
      `"${name}" matches ${hits.length} roles: ${hits.map((role) => role.name).join(', ')}.`,
      { path: `${c.pointer}/role/name`, hint: 'Narrow the glob so that exactly one role matches.' },
    );
  }
  const hit = hits[0];
  return { found: hit && { name: hit.name, arn: hit.arn }, missing: hit === undefined };
}

interface PrincipalFinding {
  readonly byGlob: Readonly<Record<string, string>>;
  readonly known: readonly string[];
  readonly missing: readonly string[];
}

async function findPrincipals(
  c: ResolvedConnection,
  live: Live,
  caller: Caller | undefined,
  own: boolean,
  partition: string,
): Promise<PrincipalFinding> {
  const sources = c.trust.principals === undefined ? [] : principalSources(c, partition);
  const byGlob: Record<string, string> = {};
  const missing: string[] = [];
  for (const source of sources.filter((each) => each.startsWith('role/'))) {
    const matches = globTest(source.slice('role/'.length));
    if (own && caller?.kind === 'role' && sessionTest(source)(caller.name)) {
      const record = await live.role(c.site, caller.name);
      const arn = record.readable ? record.value?.arn : undefined;
      byGlob[source] = arn ?? `arn:${partition}:iam::${caller.account}:role/${caller.name}`;
      continue;
    }
    if (!own) continue;
    const roles = await live.roles(c.site);
    const hits = roles.readable ? roles.value.filter((role) => matches(role.name, role.path)) : [];
    if (hits.length > 1) {
      throw new S3ConnectError(
        'RoleAmbiguous',
        `"${source}" matches ${hits.length} roles: ${hits.map((role) => role.name).join(', ')}.`,
        { path: `${c.pointer}/trust/principals`, hint: 'Narrow the glob so that exactly one role matches.' },
      );
    }
    if (hits[0] !== undefined) byGlob[source] = hits[0].arn;
    else if (roles.readable) missing.push(source);
  }
  const known = sources.flatMap((source) => byGlob[source] ?? (source.startsWith('arn:') ? source : []));
  return { byGlob, known, missing };
}

async function findBuckets(
  c: ResolvedConnection,
  aws: AwsAccess,
  live: Live,
  caller: Caller | undefined,
): Promise<NonNullable<Facts['buckets']>> {
  const found: Record<string, { region: string; account: string | undefined }> = {};
  await Promise.all(
    [...new Map(c.buckets.map((bucket) => [bucket.name, bucket])).values()].map(async (bucket) => {
      const head = caller === undefined ? await headUnsigned(aws, bucket) : await live.bucket(bucket.site, bucket.name);
      if (head !== undefined) found[bucket.name] = { region: head.region, account: bucket.site.account };
    }),
  );
  return found;
}

/** HeadBucket tells the region whatever the permissions (S3 API reference, HeadBucket: x-amz-bucket-region). */
async function headUnsigned(aws: AwsAccess, bucket: ResolvedBucket): Promise<{ region: string } | undefined> {
  const answer = await aws.probe(bucket.site, 'anonymous').headBucket(bucket.name);
  if (answer.status === 404) return undefined;
  return { region: answer.headers['x-amz-bucket-region'] ?? bucket.site.region };
}

/** External IDs that the live trust policy asks for, where neither file nor flags give one (issued `customer`, `after-role`). */
async function liveExternalIds(c: ResolvedConnection, live: Live, own: boolean): Promise<readonly string[]> {
  if (c.method !== 'role' || c.role === undefined || !own) return [];
  if (c.trust.externalIds.length > 0 || c.externalId.mode === 'none') return [];
  const role = await live.role(c.site, c.role.name);
  return role.readable && role.value !== undefined ? externalIdsOf(withoutSelf(role.value.trustPolicy, c)) : [];
}

function externalIdsOf(document: PolicyDocument): readonly string[] {
  const found = new Set<string>();
  for (const statement of statementsOf(document)) {
    if (statement.Effect !== 'Allow') continue;
    for (const [key, values] of Object.entries(statement.Condition?.StringEquals ?? {})) {
      if (key.toLowerCase() === 'sts:externalid') for (const value of asList(values)) found.add(String(value));
    }
  }
  return [...found];
}

/** Sid of the statement that mode `self` puts in for its own session begins with this. */
export const selfSid = (c: ResolvedConnection): string => `${c.owner.mark}SelfVerify`;

/** The trust policy without a statement that mode `self` left or is using. */
export function withoutSelf(document: PolicyDocument, c: ResolvedConnection): PolicyDocument {
  const sid = selfSid(c);
  const statements = statementsOf(document);
  const kept = statements.filter((statement) => statement.Sid?.startsWith(sid) !== true);
  return kept.length === statements.length ? document : { ...document, Statement: kept };
}

/** The identities of the customer's own account that the connection names as principals, for a row of their own. */
export function ownPrincipals(c: ResolvedConnection, s: Survey): readonly { kind: 'role' | 'user'; name: string }[] {
  if (c.method !== 'bucket-policy') return [];
  const named = s.principals.flatMap((principal) => ownIdentity(principal, s.facts.account) ?? []);
  return [...named, ...s.missingPrincipals.map((source) => ({ kind: 'role' as const, name: source.slice(5) }))];
}

/** ARNs of the identities that hold the grants. */
export function grantees(c: ResolvedConnection, s: Survey): readonly string[] {
  switch (c.method) {
    case 'role':
    case 'existing-role':
      return s.roleMissing ? [] : [roleArn(c, s.facts)];
    case 'user':
      return [userArn(c, s.facts)];
    case 'bucket-policy':
      return s.principals;
    case 'anonymous':
      return ['*'];
  }
}
