import { roleName } from '../connection/names.js';
import type { Facts, ResolvedBucket, ResolvedConnection } from '../connection/types.js';
import { grants, limitedToPrefix, OPERATIONS, type Operation, onlyThroughAccessPoint } from './grants.js';

export type RowKind =
  | 'role'
  | 'user'
  | 'bucket'
  | 'access-point'
  | 'assume.external-id'
  | 'assume.no-external-id'
  | 'assume.wrong-external-id'
  | Operation
  | 'multipart'
  | 'list.outside-prefix'
  | 'get.outside-prefix'
  | 'put.outside-prefix'
  | 'delete.outside-prefix'
  | 'policy'
  | 'public'
  | 'tls'
  | 'cors'
  | 'cors.foreign-origin'
  | 'access-point.list'
  | 'access-point.get'
  | 'access-point.put'
  | 'put.direct'
  | 'get.direct'
  | 'notification';

/** One row that must hold. */
export interface ExpectedRow {
  readonly id: string;
  readonly kind: RowKind;
  readonly what: string;
  readonly expect: 'allow' | 'deny';
  /** The entry that it is about; absent for the role, the user and `assume.*`. */
  readonly bucket?: ResolvedBucket;
  /** Of the role, user, bucket or access point. */
  readonly name?: string;
  /** For `assume.external-id`: the ID that must open the role; undefined where none is needed. */
  readonly externalId?: string | undefined;
  /** There is an external ID, but nobody here knows it. */
  readonly externalIdUnknown?: true;
  readonly origin?: string;
}

export interface ExpectedOptions {
  /** The external IDs that open the role: the file's and flags', else those of the live trust policy. */
  readonly externalIds: readonly string[];
  /** Whether the role is assumed by whoever verifies or by the vendor; false for an existing role that a service uses. */
  readonly assumed: boolean;
  /** Buckets whose live policy has a TLS-only statement. */
  readonly tlsOnly: ReadonlySet<string>;
  /** Roles and users of the own account that the connection names as principals of a bucket policy. */
  readonly principals?: readonly { readonly kind: 'role' | 'user'; readonly name: string }[];
}

/**
 * Every row that must hold for a connection, in a stable order: what exists, who may assume, then bucket by bucket.
 * Pure: the same connection and facts give the same rows.
 */
export function expectedRows(c: ResolvedConnection, facts: Facts, o: ExpectedOptions): readonly ExpectedRow[] {
  return [
    ...existenceRows(c, facts, o.principals ?? []),
    ...(o.assumed ? assumeRows(c, o.externalIds) : []),
    ...c.buckets.flatMap((bucket) => bucketRows(c, bucket, o)),
  ];
}

/** A bucket's name, or `BUCKET/PREFIX/` where the bucket appears several times in the connection. */
export function subjectOf(c: ResolvedConnection, bucket: ResolvedBucket): string {
  const several = c.buckets.filter(({ name }) => name === bucket.name).length > 1;
  return several ? `${bucket.name}/${bucket.prefix}` : bucket.name;
}

function existenceRows(
  c: ResolvedConnection,
  facts: Facts,
  principals: NonNullable<ExpectedOptions['principals']>,
): ExpectedRow[] {
  const rows: ExpectedRow[] = principals.map(({ kind, name }) => ({
    id: `${kind}:${name}`,
    kind,
    name,
    what: `the ${kind} ${name} exists`,
    expect: 'allow',
  }));
  if (c.role !== undefined && (c.method === 'role' || c.method === 'existing-role')) {
    const name = roleName(c, facts);
    rows.push({ id: `role:${name}`, kind: 'role', name, what: `the role ${name} exists`, expect: 'allow' });
  }
  if (c.user !== undefined && c.method === 'user') {
    const { name } = c.user;
    rows.push({ id: `user:${name}`, kind: 'user', name, what: `the user ${name} exists`, expect: 'allow' });
  }
  const seen = new Set<string>();
  for (const bucket of c.buckets) {
    const { name } = bucket;
    if (!seen.has(name)) {
      seen.add(name);
      rows.push({
        id: `bucket:${name}`,
        kind: 'bucket',
        name,
        bucket,
        what: `the bucket ${name} exists`,
        expect: 'allow',
      });
    }
    const point = bucket.accessPoint?.name;
    if (point !== undefined) {
      const id = `access-point:${point}`;
      const what = `the access point ${point} of ${name} exists`;
      rows.push({ id, kind: 'access-point', name: point, bucket, what, expect: 'allow' });
    }
  }
  return rows;
}

function assumeRows(c: ResolvedConnection, externalIds: readonly string[]): ExpectedRow[] {
  const kind = 'assume.external-id';
  const needsOne = externalIds.length > 0 || c.externalId.mode === 'required';
  if (!needsOne) return [{ id: kind, kind, what: 'the vendor may assume the role', expect: 'allow' }];
  const what = 'the vendor may assume the role with its external ID';
  const rows: ExpectedRow[] =
    externalIds.length === 0
      ? [{ id: kind, kind, what, expect: 'allow', externalIdUnknown: true }]
      : externalIds.map((externalId, i) => ({
          id: externalIds.length === 1 ? kind : `${kind}:${i + 1}`,
          kind,
          what: externalIds.length === 1 ? what : `${what} ${externalId}`,
          expect: 'allow',
          externalId,
        }));
  rows.push(
    {
      id: 'assume.no-external-id',
      kind: 'assume.no-external-id',
      what: 'nobody may assume the role without an external ID',
      expect: 'deny',
    },
    {
      id: 'assume.wrong-external-id',
      kind: 'assume.wrong-external-id',
      what: 'nobody may assume the role with another external ID',
      expect: 'deny',
    },
  );
  return rows;
}

const WHAT: Readonly<Record<Operation, string>> = {
  location: 'ask for the region of',
  list: 'list',
  get: 'read objects of',
  put: 'write objects to',
  delete: 'delete objects of',
  acl: 'change the ACL of objects of',
};

function bucketRows(c: ResolvedConnection, bucket: ResolvedBucket, o: ExpectedOptions): ExpectedRow[] {
  const subject = subjectOf(c, bucket);
  const place = `${bucket.name}${bucket.prefix === '' ? '' : ` under ${bucket.prefix}`}`;
  const open = c.method === 'anonymous' || bucket.publicPlayback;
  const rows: ExpectedRow[] = [];
  const add = (kind: RowKind, expect: 'allow' | 'deny', what: string, at: string = subject, more = {}) => {
    rows.push({ id: `${kind}:${at}`, kind, what, expect, bucket, ...more });
  };
  const may = (expect: 'allow' | 'deny', doing: string) => `${expect === 'allow' ? 'may' : 'must not'} ${doing}`;
  const expects = (operation: Operation) =>
    grants(bucket, operation) || (operation === 'get' && bucket.publicPlayback) ? 'allow' : 'deny';

  for (const operation of OPERATIONS) {
    const expect = expects(operation);
    add(operation, expect, may(expect, `${WHAT[operation]} ${operation === 'location' ? bucket.name : place}`));
  }
  if (grants(bucket, 'put')) add('multipart', 'allow', `may upload in parts to ${place}`);
  // Another entry of the same bucket may free an action from every prefix; then this one can't be limited either.
  const sameBucket = c.buckets.filter(({ name }) => name === bucket.name);
  for (const operation of ['list', 'get', 'put', 'delete'] as const) {
    const limited = sameBucket.every((other) => limitedToPrefix(other, operation));
    if (grants(bucket, operation) && limited) {
      add(`${operation}.outside-prefix`, 'deny', `must not ${WHAT[operation]} ${bucket.name} outside ${bucket.prefix}`);
    }
  }
  add('policy', 'deny', `must not rewrite the bucket policy of ${bucket.name}`);
  add(
    'public',
    open ? 'allow' : 'deny',
    open ? `anybody may read ${place}` : `nobody may read ${bucket.name} unsigned`,
  );
  if (o.tlsOnly.has(bucket.name)) add('tls', 'deny', `${bucket.name} refuses plain http`);
  rows.push(...corsRows(c, bucket));
  if (bucket.accessPoint !== undefined) {
    const { name } = bucket.accessPoint;
    for (const operation of ['list', 'get', 'put'] as const) {
      const expect = expects(operation);
      add(`access-point.${operation}`, expect, may(expect, `${WHAT[operation]} ${place} through ${name}`), name);
    }
    if (onlyThroughAccessPoint(bucket)) {
      add('put.direct', 'deny', `must not write to ${bucket.name} past the access point`);
      if (!open) add('get.direct', 'deny', `must not read ${bucket.name} past the access point`);
    }
  }
  if (bucket.notifications !== undefined) {
    add('notification', 'allow', `events of ${place} reach ${bucket.notifications.snsTopic}`);
  }
  return rows;
}

/** The CORS rows of one bucket; also what `cors check` asks. */
export function corsRows(c: ResolvedConnection, bucket: ResolvedBucket): ExpectedRow[] {
  if (bucket.cors === undefined) return [];
  const subject = subjectOf(c, bucket);
  const rows: ExpectedRow[] = bucket.cors.allowedOrigins.map((origin) => ({
    id: `cors:${subject}:${origin}`,
    kind: 'cors',
    what: `a page of ${origin} may load from ${bucket.name}`,
    expect: 'allow',
    bucket,
    origin,
  }));
  if (!bucket.cors.allowedOrigins.includes('*')) {
    rows.push({
      id: `cors.foreign-origin:${subject}`,
      kind: 'cors.foreign-origin',
      what: `a page of another origin must not load from ${bucket.name}`,
      expect: 'deny',
      bucket,
    });
  }
  return rows;
}

const EXISTENCE: ReadonlySet<RowKind> = new Set(['role', 'user', 'bucket', 'access-point']);
const WITHOUT_IDENTITY: ReadonlySet<RowKind> = new Set(['public', 'cors', 'cors.foreign-origin', 'notification']);
const WRITING: ReadonlySet<RowKind> = new Set([
  'put',
  'delete',
  'acl',
  'multipart',
  'put.outside-prefix',
  'delete.outside-prefix',
  'policy',
  'access-point.put',
  'put.direct',
]);

export const isExistence = (kind: RowKind): boolean => EXISTENCE.has(kind);
export const isAssume = (kind: RowKind): boolean => kind.startsWith('assume.');
/** Asked as the connection's identity, so skipped where that is missing. */
export const needsIdentity = (kind: RowKind): boolean => !EXISTENCE.has(kind) && !WITHOUT_IDENTITY.has(kind);
/** Comes from the evaluator with `--no-write`. */
export const isWriting = (kind: RowKind): boolean => WRITING.has(kind);
