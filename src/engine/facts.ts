import type { AwsAccess } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import {
  type Facts,
  GENERATED_EXTERNAL_ID,
  type ResolvedBucket,
  type ResolvedConnection,
} from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { externalIdsIn } from '../resources/role.js';
import { candidates, isGlob, pickRole } from './globs.js';
import { type Caller, callerOf, type Run, readOnce, startRun } from './run.js';

export interface FactsOptions {
  /** Cached reads of this run; a fresh cache where absent. */
  readonly run?: Run;
  /** Check the caller's account against the connection's (default true). */
  readonly guard?: boolean;
  /** A missing bucket is an error (default true); `create: true` never is one. */
  readonly requireBuckets?: boolean;
  /** Buckets that another connection of this run makes. */
  readonly madeBuckets?: ReadonlySet<string>;
  /** A missing role is an error (default true). Where things are taken away, what is gone is no obstacle. */
  readonly requireRoles?: boolean;
  readonly secretFile?: string;
}

type FoundBucket = { readonly region: string; readonly account: string | undefined };

function guardAccount(expected: string | undefined, caller: Caller, what: string, path: string): void {
  if (expected === undefined || expected === caller.account) return;
  throw new S3ConnectError(
    'WrongAccount',
    `${what} belongs to the account ${expected}, but the credentials are of ${caller.account} (${caller.arn}).`,
    { path, hint: 'Use the profile of that account, or correct "account".' },
  );
}

/** Roles of the account, listed once; globs and candidates come from it. */
function rolesOf(run: Run, c: ResolvedConnection) {
  return readOnce(run, c.site, 'ListRoles', (ports) => ports.iam.listRoles());
}

/** The roles that may have been meant; nothing where they can't be listed. */
async function nearRoles(run: Run, c: ResolvedConnection, name: string): Promise<string> {
  try {
    return candidates(name, await rolesOf(run, c));
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return '';
    throw e;
  }
}

async function existingRole(run: Run, c: ResolvedConnection, o: FactsOptions): Promise<Facts['role']> {
  if (c.method !== 'existing-role' || c.role === undefined) return undefined;
  const path = c.pointer === '' ? '--role-name' : `${c.pointer}/role/name`;
  if (isGlob(c.role.name)) {
    const found = pickRole(c.role.name, await rolesOf(run, c), path);
    return { name: found.name, arn: found.arn };
  }
  const { name } = c.role;
  const found = await readOnce(run, c.site, `GetRole ${name}`, (ports) => ports.iam.getRole(name));
  if (found !== undefined) return { name: found.name, arn: found.arn };
  if (o.requireRoles === false) return undefined;
  const near = await nearRoles(run, c, name);
  throw new S3ConnectError('RoleNotFound', `There is no role ${name} in the account${near}.`, {
    path,
    hint: 'Check the name and the account; a pattern such as "my-app-*" may be given, too.',
  });
}

async function principalGlobs(run: Run, c: ResolvedConnection, o: FactsOptions): Promise<Facts['principals']> {
  const globs = (c.trust.principals ?? []).map((text, index) => ({ text, index }));
  const found: Record<string, string> = {};
  for (const { text, index } of globs) {
    if (!text.startsWith('role/')) continue;
    const path = c.pointer === '' ? '--principal' : `${c.pointer}/trust/principals/${index}`;
    try {
      found[text] = pickRole(text.slice('role/'.length), await rolesOf(run, c), path).arn;
    } catch (e) {
      if (o.requireRoles !== false || !(e instanceof S3ConnectError)) throw e;
      // Only stands in for statements that are taken away by their mark.
      const { partition, account } = await callerOf(run, c.site);
      found[text] = `arn:${partition}:iam::${account}:${text}`;
    }
  }
  return found;
}

/** External IDs that an earlier apply put into our own trust statement, kept where the file gives none. */
async function liveExternalIds(run: Run, c: ResolvedConnection): Promise<readonly string[]> {
  const role = c.role;
  if (c.method !== 'role' || role === undefined) return [];
  if (c.externalId.mode === 'none' || c.trust.externalIds.length > 0) return [];
  const live = await readOnce(run, c.site, `GetRole ${role.name}`, (ports) => ports.iam.getRole(role.name));
  if (live === undefined || live.tags[TAG_CONNECTION] !== c.owner.tag) return [];
  return [...new Set(externalIdsIn(live.trustPolicy, c.owner.mark))].filter((id) => id !== GENERATED_EXTERNAL_ID);
}

/** Does a bucket that refuses to be looked at belong to somebody else? Undefined where the caller may not list. */
async function isListed(run: Run, bucket: ResolvedBucket): Promise<boolean | undefined> {
  try {
    return (await readOnce(run, bucket.site, 'ListBuckets', (ports) => ports.s3.listBuckets())).includes(bucket.name);
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return undefined;
    throw e;
  }
}

function inOtherAccount(bucket: ResolvedBucket, account: string): S3ConnectError {
  return new S3ConnectError(
    'BucketInOtherAccount',
    `The bucket ${bucket.name} exists, but not in the account ${account}.`,
    {
      path: bucket.pointer === '' ? '--bucket' : `${bucket.pointer}/name`,
      hint: 'Bucket names are shared by all accounts: choose another name, or name its "account" and "profile".',
    },
  );
}

/**
 * A bucket of another account may let itself be looked at (HeadBucket needs s3:ListBucket only) and refuse the rest:
 * what then looks like a missing permission is the wrong account.
 */
export async function explainDenial(
  run: Run,
  c: ResolvedConnection,
  facts: Facts,
  denial: S3ConnectError,
): Promise<S3ConnectError> {
  if (denial.code !== 'AccessDenied' || !denial.message.startsWith('s3:')) return denial;
  for (const bucket of c.buckets) {
    if (facts.buckets?.[bucket.name] === undefined) continue;
    if ((await isListed(run, bucket)) === false) return inOtherAccount(bucket, bucket.site.account ?? facts.account);
  }
  return denial;
}

async function findBucket(
  run: Run,
  bucket: ResolvedBucket,
  caller: Promise<Caller>,
  o: FactsOptions,
): Promise<FoundBucket | undefined> {
  const guarded = o.guard !== false;
  const flags = !bucket.pointer.startsWith('/');
  const [found, who] = await Promise.all([
    readOnce(run, bucket.site, `HeadBucket ${bucket.name}`, (ports) => ports.s3.headBucket(bucket.name)),
    caller,
  ]);
  if (guarded)
    guardAccount(
      bucket.site.account,
      who,
      `The bucket ${bucket.name}`,
      flags ? '--bucket' : `${bucket.pointer}/account`,
    );
  if (found === undefined) {
    if (bucket.create || o.requireBuckets === false || o.madeBuckets?.has(bucket.name) === true) return undefined;
    throw new S3ConnectError('BucketNotFound', `There is no bucket ${bucket.name}.`, {
      path: flags ? '--bucket' : `${bucket.pointer}/name`,
      hint: 'Check the name, or let s3connect make it: "create": true in the file, or --create-bucket.',
    });
  }
  if (guarded && !found.accessible && (await isListed(run, bucket)) === false) {
    throw inOtherAccount(bucket, who.account);
  }
  if (guarded && found.region !== bucket.site.region && bucket.site.regionGiven !== false) {
    throw new S3ConnectError(
      'BadValue',
      `The bucket ${bucket.name} is in the region ${found.region}, not in ${bucket.site.region}.`,
      {
        path: flags ? '--region' : `${bucket.pointer}/region`,
        hint: `Set "region" to ${JSON.stringify(found.region)} (--region ${found.region}).`,
      },
    );
  }
  return { region: found.region, account: bucket.site.account ?? who.account };
}

async function findBuckets(run: Run, c: ResolvedConnection, o: FactsOptions): Promise<Record<string, FoundBucket>> {
  const byName = new Map(c.buckets.map((bucket) => [bucket.name, bucket]));
  const found = await Promise.all(
    [...byName.values()].map(
      async (bucket) => [bucket.name, await findBucket(run, bucket, callerOf(run, bucket.site), o)] as const,
    ),
  );
  return Object.fromEntries(found.filter((entry): entry is readonly [string, FoundBucket] => entry[1] !== undefined));
}

async function accessPointAliases(run: Run, c: ResolvedConnection, account: string): Promise<Record<string, string>> {
  const points = c.buckets.filter((bucket) => bucket.accessPoint !== undefined);
  const aliases = await Promise.all(
    points.map(async ({ accessPoint, site }) => {
      const name = accessPoint?.name ?? '';
      const owner = site.account ?? account;
      const found = await readOnce(run, site, `GetAccessPoint ${owner} ${name}`, (ports) =>
        ports.s3control.getAccessPoint(owner, name),
      );
      return [name, found?.alias] as const;
    }),
  );
  return Object.fromEntries(aliases.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

async function accessKey(run: Run, c: ResolvedConnection): Promise<string | undefined> {
  const user = c.user;
  if (c.method !== 'user' || user === undefined) return undefined;
  const keys = await readOnce(run, c.site, `ListAccessKeys ${user.name}`, (ports) =>
    ports.iam.listAccessKeys(user.name),
  );
  return (keys.find((key) => key.status === 'Active') ?? keys[0])?.id;
}

/**
 * What only the account can tell about a connection: who the caller is, which buckets, roles and external IDs there
 * are. Everything that doesn't wait for something else is asked at the same time; each document once per run.
 *
 * @throws S3ConnectError WrongAccount, BucketNotFound, BucketInOtherAccount, BadValue (region), RoleNotFound, RoleAmbiguous
 */
export async function gatherFacts(c: ResolvedConnection, aws: AwsAccess, o: FactsOptions = {}): Promise<Facts> {
  const run = o.run ?? startRun(aws);
  const caller = callerOf(run, c.site).then((who) => {
    if (o.guard !== false) guardAccount(c.site.account, who, `The connection ${c.name}`, `${c.pointer}/account`);
    return who;
  });
  // The guard speaks first: what a wrong account doesn't have is no news.
  const after = async <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = ask();
    answer.catch(() => undefined);
    await caller;
    return answer;
  };
  const [who, buckets, role, principals, ids, aliases, accessKeyId] = await Promise.all([
    caller,
    after(() => findBuckets(run, c, o)),
    after(() => existingRole(run, c, o)),
    after(() => principalGlobs(run, c, o)),
    after(() => liveExternalIds(run, c)),
    caller.then(({ account }) => accessPointAliases(run, c, account)),
    after(() => accessKey(run, c)),
  ]);
  return {
    account: o.guard === false ? (c.site.account ?? who.account) : who.account,
    partition: who.partition,
    buckets,
    ...(role === undefined ? {} : { role }),
    ...(principals === undefined ? {} : { principals }),
    ...(ids.length === 0 ? {} : { liveExternalIds: ids }),
    accessPointAliases: aliases,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(o.secretFile === undefined ? {} : { secretFile: o.secretFile }),
  };
}
