import { S3ConnectError } from '../errors.js';
import { settingsFor } from '../template/settings.js';
import { type Lookup, placeholdersIn, substitute } from '../template/substitute.js';
import { printableValue } from '../template/text.js';
import type { HandoffItemTemplate } from '../template/types.js';
import { curlOf } from './curl.js';
import {
  accessPointArn,
  bucketAccount,
  bucketArn,
  bucketRegion,
  roleArn,
  roleName,
  topicArn,
  userArn,
} from './names.js';
import { externalIdsOf } from './trust.js';
import {
  type Facts,
  GENERATED_EXTERNAL_ID,
  type Handoff,
  type HandoffItem,
  type ResolvedBucket,
  type ResolvedConnection,
} from './types.js';

/** What `bucket.allows` means in actions of S3. */
const ALLOWS: Readonly<Record<string, string>> = {
  read: 's3:GetObject',
  list: 's3:ListBucket',
  write: 's3:PutObject',
  delete: 's3:DeleteObject',
};

/**
 * What to give to the vendor: works before `apply` and offline. A value that isn't known yet is null and listed.
 *
 * @param c a resolved connection
 * @param facts account and partition at least; the account may be '' where nobody knows it
 * @param several what to do where the vendor takes one external ID and there are several: `refuse`, or count it as
 *   `missing` (while one replaces another, both are trusted)
 * @throws S3ConnectError BadValue for several external IDs where the vendor takes one
 */
export function handoffOf(c: ResolvedConnection, facts: Facts, several: 'refuse' | 'missing' = 'refuse'): Handoff {
  const missing = new Set<string>();
  const items: HandoffItem[] = [];
  for (const item of settingsFor(c.template, c.method).handoff ?? []) {
    if (item.methods !== undefined && !item.methods.includes(c.method)) continue;
    if (item.per === 'connection') {
      if (c.buckets.some((bucket) => offers(item, bucket)))
        items.push(itemOf(item, c, undefined, facts, missing, several));
      continue;
    }
    for (const bucket of c.buckets) {
      if (offers(item, bucket)) items.push(itemOf(item, c, bucket, facts, missing, several));
    }
  }
  return { name: c.name, status: missing.size === 0 ? 'ready' : 'incomplete', missing: [...missing], items };
}

function offers(item: HandoffItemTemplate, bucket: ResolvedBucket): boolean {
  return item.access === undefined || bucket.access.some((level) => item.access?.includes(level));
}

function itemOf(
  item: HandoffItemTemplate,
  c: ResolvedConnection,
  bucket: ResolvedBucket | undefined,
  facts: Facts,
  missing: Set<string>,
  several: 'refuse' | 'missing',
): HandoffItem {
  const lookup: Lookup = (path) => {
    const value =
      path === 'externalId' || path === 'externalIds'
        ? externalId(path, c, facts, several)
        : valueOfPath(path, c, bucket, facts);
    if (value === null) missing.add(path);
    return value;
  };
  const title = text(item.title, lookup) ?? item.title;
  const fields = printableValue(substitute(item.fields, lookup) as Record<string, unknown>);
  const name = bucket?.name ?? null;
  if (item.request === undefined) return { title, bucket: name, fields, request: null, curl: null };
  const written = item.request.headers ?? {};
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(written)) {
    const filled = text(value, lookup);
    if (filled !== undefined) headers[header] = filled;
  }
  const body = item.request.body === undefined ? null : printableValue(substitute(item.request.body, lookup));
  if (body !== null && !Object.keys(headers).some((header) => header.toLowerCase() === 'content-type')) {
    headers['Content-Type'] = 'application/json';
  }
  const request = { method: item.request.method, url: text(item.request.url, lookup, true) ?? '', headers, body };
  return { title, bucket: name, fields, request, curl: curlOf(request, written) };
}

/** A text with its values; undefined where it is one placeholder that resolves to nothing. */
function text(template: string, lookup: Lookup, url = false): string | undefined {
  const escaped: Lookup = (path) => {
    const value = lookup(path);
    return url && typeof value === 'string' ? encodeURIComponent(value) : value;
  };
  const value = substitute(template, escaped);
  if (value === undefined) return undefined;
  // An unknown part of a title, header or address can't be null: its name shows what is missing.
  if (value === null)
    return placeholdersIn(template).reduce((out, path) => out.replace(/\{\{[^{}]*\}\}/, `<${path}>`), template);
  return printableValue(Array.isArray(value) ? value.join(',') : String(value));
}

/** Null where it isn't known yet, undefined where there is no such thing. */
function valueOfPath(path: string, c: ResolvedConnection, bucket: ResolvedBucket | undefined, facts: Facts): unknown {
  const known = <T>(ask: () => T): T | null => {
    try {
      return ask();
    } catch (error) {
      if (error instanceof S3ConnectError && error.code === 'BadUsage') return null;
      throw error;
    }
  };
  if (path.startsWith('params.')) {
    const params = bucket?.params ?? c.params;
    const name = path.slice('params.'.length);
    return Object.hasOwn(params, name) ? params[name] : undefined;
  }
  switch (path) {
    case 'aws.partition':
      return facts.partition;
    case 'aws.account':
      return facts.account === '' ? null : facts.account;
    case 'aws.region':
      return c.site.region;
    case 'connection.name':
      return c.name;
    case 'role.arn':
      return c.role === undefined ? undefined : known(() => roleArn(c, facts));
    case 'role.name':
      return c.role === undefined ? undefined : /[*?]/.test(roleName(c, facts)) ? null : roleName(c, facts);
    case 'user.arn':
      return c.user === undefined ? undefined : known(() => userArn(c, facts));
    case 'user.name':
      return c.user?.name;
    case 'user.accessKeyId':
      return c.user === undefined ? undefined : (facts.accessKeyId ?? null);
    case 'user.secretFile':
      return c.user === undefined ? undefined : (facts.secretFile ?? null);
    default:
      return bucket === undefined ? undefined : valueOfBucket(path, bucket, facts, known);
  }
}

/** What `apply` puts into the trust policy until the vendor has given its own. */
const MADE_BY_APPLY = /^[0-9a-f]{32}$/;

function externalId(
  path: 'externalId' | 'externalIds',
  c: ResolvedConnection,
  facts: Facts,
  several: 'refuse' | 'missing',
): unknown {
  if (c.method !== 'role' && c.method !== 'existing-role') return undefined;
  const ids = externalIdsOf(c, facts, 'placeholder');
  if (ids.length === 0) return undefined;
  if (ids.includes(GENERATED_EXTERNAL_ID)) return null;
  // Nobody is to know the one that keeps the role shut until the vendor answers.
  const pending = c.externalId.issued === 'after-role' && c.trust.externalIds.length === 0;
  if (pending && ids.every((id) => MADE_BY_APPLY.test(id))) return null;
  if (path === 'externalIds') return ids;
  if (ids.length === 1) return ids[0];
  if (several === 'missing') return null;
  throw new S3ConnectError('BadValue', `The vendor takes one external ID, and ${c.name} has ${ids.length}.`, {
    path: c.pointer === '' ? '--external-id' : `${c.pointer}/trust/externalIds`,
    hint: 'Remove the old one once the vendor uses the new one (--remove-external-id), or make one connection for each.',
  });
}

function valueOfBucket(
  path: string,
  bucket: ResolvedBucket,
  facts: Facts,
  known: <T>(ask: () => T) => T | null,
): unknown {
  const region = bucketRegion(bucket, facts);
  const point = bucket.accessPoint;
  switch (path) {
    case 'bucket.name':
      return bucket.name;
    case 'bucket.arn':
      return bucketArn(facts.partition, bucket.name);
    case 'bucket.region':
      return region;
    case 'bucket.prefix':
      return bucket.prefix;
    case 'bucket.access':
      return bucket.access.length === 1 ? bucket.access[0] : bucket.access;
    case 'accessPoint.arn':
      return point === undefined
        ? undefined
        : known(() => accessPointArn(facts.partition, region, bucketAccount(bucket, facts), point.name));
    case 'accessPoint.alias': {
      if (point === undefined) return undefined;
      const aliases = facts.accessPointAliases;
      return aliases !== undefined && Object.hasOwn(aliases, point.name) ? aliases[point.name] : null;
    }
    case 'topic.arn': {
      const topic = bucket.notifications?.snsTopic;
      return topic === undefined
        ? undefined
        : known(() =>
            topic.startsWith('arn:') ? topic : topicArn(facts.partition, region, bucketAccount(bucket, facts), topic),
          );
    }
    default: {
      const action = ALLOWS[path.replace('bucket.allows.', '')];
      return action === undefined ? undefined : bucket.actions.some((entry) => entry.action === action);
    }
  }
}
