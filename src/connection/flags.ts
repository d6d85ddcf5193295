import { S3ConnectError } from '../errors.js';
import { nearest } from '../template/nearest.js';
import { typedValue } from '../template/parameters.js';
import { printable } from '../template/text.js';
import type { AccessLevel, Method, Template } from '../template/types.js';
import { connectionPointer, type Places } from './places.js';
import type { BucketEntry, ConnectionEntry, ConnectionFlags, ConnectionsFile } from './types.js';

/** Which connection the flags change or make, and which ones the command is about. */
export interface Selection {
  /** Names in the order of the command, else of the file. */
  readonly names: readonly string[];
  /** The one that the flags change; undefined where no flag changes anything. */
  readonly target: string | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether any flag says something about a connection. */
function anyFlag(flags: ConnectionFlags): boolean {
  return Object.entries(flags).some(([key, value]) => {
    if (key === 'name' || value === undefined || value === false) return false;
    return !Array.isArray(value) || value.length > 0;
  });
}

/**
 * Which connections a command means: the names given, else the one of `--name`, else all of the file.
 *
 * @throws S3ConnectError UnknownConnection with the nearest name; BadUsage where the flags don't say which one they change
 */
export function selectConnections(
  data: ConnectionsFile | undefined,
  flags: ConnectionFlags,
  names: readonly string[],
  templateId: string | undefined,
): Selection {
  const known = data === undefined ? [] : Object.keys(data.connections);
  const changes = anyFlag(flags);
  const wanted = [...new Set(names)];

  let target: string | undefined;
  if (changes) {
    const single = wanted.length === 1 ? wanted[0] : undefined;
    const only = known.length === 1 && wanted.length === 0 ? known[0] : undefined;
    target = flags.name ?? single ?? only ?? templateId;
    if (target === undefined) {
      if (known.length === 0) throw noTemplate(data);
      throw new S3ConnectError('BadUsage', 'The flags change one connection, and the file has several.', {
        path: '--name',
        hint: `Say which with --name: ${known.map(printable).join(', ')}.`,
      });
    }
    if (!known.includes(target) && flags.template === undefined) throw unknownConnection(target, known);
  }
  const all = target !== undefined && !known.includes(target) ? [...known, target] : known;
  for (const name of wanted) if (!all.includes(name)) throw unknownConnection(name, all);
  if (flags.name !== undefined && !all.includes(flags.name)) throw unknownConnection(flags.name, all);
  if (wanted.length > 0) return { names: wanted, target };
  if (flags.name !== undefined) return { names: [flags.name], target };
  if (target !== undefined && !known.includes(target)) return { names: [target], target };
  if (all.length === 0) throw noTemplate(data);
  return { names: all, target };
}

function noTemplate(data: ConnectionsFile | undefined): S3ConnectError {
  return new S3ConnectError(
    'BadUsage',
    data === undefined
      ? 'There is no connections file here, and no --template.'
      : 'The file has no connection, and there is no --template.',
    { path: '--template', hint: 'Give -f FILE, or --template ID --bucket NAME; s3connect init asks for everything.' },
  );
}

function unknownConnection(name: string, known: readonly string[]): S3ConnectError {
  const best = nearest(name, known);
  return new S3ConnectError('UnknownConnection', `There is no connection "${printable(name)}".`, {
    hint: `${best === undefined ? '' : `Did you mean "${best}"? `}Known: ${known.map(printable).join(', ') || 'none'}.`,
  });
}

/**
 * The entry with the flags applied: lists are added to, single values put in place.
 *
 * @param entry as in the file; undefined where the flags make a new one
 * @param name the connection's name
 * @param template the template that parameters are typed by
 * @param places notes what came by a flag
 */
export function applyFlags(
  entry: ConnectionEntry | undefined,
  name: string,
  flags: ConnectionFlags,
  template: Template,
  places: Places,
): ConnectionEntry {
  const at = connectionPointer(name);
  const out: Mutable<ConnectionEntry> =
    entry === undefined ? { template: flags.template ?? '', buckets: [] } : { ...entry };
  if (flags.template !== undefined) {
    out.template = flags.template;
    places.note(`${at}/template`, '--template');
  }
  if (flags.method !== undefined) {
    out.method = flags.method as Method;
    places.note(`${at}/method`, '--method');
  }
  if (flags.roleName !== undefined) {
    out.role = { ...out.role, name: flags.roleName };
    places.note(`${at}/role/name`, '--role-name');
  }
  if (flags.userName !== undefined) {
    out.user = { ...out.user, name: flags.userName };
    places.note(`${at}/user/name`, '--user-name');
  }
  const trust: Mutable<NonNullable<ConnectionEntry['trust']>> = { ...out.trust };
  const add = (
    key: 'principals' | 'externalIds' | 'verifiers',
    values: readonly string[] | undefined,
    flag: string,
  ) => {
    if (values === undefined || values.length === 0) return;
    const list = [...(trust[key] ?? [])];
    for (const value of values) {
      if (list.includes(value)) continue;
      places.note(`${at}/trust/${key}/${list.length}`, flag);
      list.push(value);
    }
    if (entry?.trust?.[key] === undefined) places.note(`${at}/trust/${key}`, flag);
    trust[key] = list;
  };
  if (flags.removeExternalId !== undefined && flags.removeExternalId.length > 0) {
    const gone = new Set(flags.removeExternalId);
    const missing = [...gone].find((id) => trust.externalIds?.includes(id) !== true);
    if (missing !== undefined) {
      throw new S3ConnectError(
        'BadValue',
        `--remove-external-id: ${printable(missing)} is none of the connection's external IDs.`,
        {
          path: '--remove-external-id',
          hint: `It has: ${(trust.externalIds ?? []).map(printable).join(', ') || 'none'}.`,
        },
      );
    }
    trust.externalIds = (trust.externalIds ?? []).filter((id) => !gone.has(id));
  }
  add('principals', flags.principal, '--principal');
  add('externalIds', flags.externalId, '--external-id');
  add('verifiers', flags.verifier, '--verifier');
  if (Object.keys(trust).length > 0) out.trust = trust;

  applyParams(out, at, flags, template, places);
  applyBuckets(out, at, flags, places);
  return out;
}

function applyParams(
  out: Mutable<ConnectionEntry>,
  at: string,
  flags: ConnectionFlags,
  template: Template,
  places: Places,
): void {
  for (const pair of flags.param ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new S3ConnectError('BadUsage', `--param: "${printable(pair)}" is not NAME=VALUE.`, {
        path: '--param',
        hint: 'Write --param NAME=VALUE, once for each parameter.',
      });
    }
    const key = pair.slice(0, equals);
    const parameters = template.parameters ?? {};
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    const value = typedValue(parameter, pair.slice(equals + 1));
    out.params = Object.fromEntries([...Object.entries(out.params ?? {}), [key, value]]);
    places.note(`${at}/params/${key}`, '--param');
  }
}

function applyBuckets(out: Mutable<ConnectionEntry>, at: string, flags: ConnectionFlags, places: Places): void {
  const buckets: Mutable<BucketEntry>[] = out.buckets.map((bucket) => ({ ...bucket }));
  const named = new Set<number>();
  for (const text of flags.bucket ?? []) {
    const given = bucketFlag(text);
    let i = buckets.findIndex((bucket) => bucket.name === given.name && folder(bucket.prefix) === folder(given.prefix));
    if (i >= 0) {
      if (given.access !== undefined) buckets[i] = { ...(buckets[i] as BucketEntry), access: given.access };
    } else {
      i = buckets.push(given) - 1;
      places.note(`${at}/buckets/${i}`, '--bucket');
    }
    if (given.access !== undefined) places.note(`${at}/buckets/${i}/access`, '--bucket');
    named.add(i);
  }
  const meant = named.size > 0 ? [...named] : buckets.map((_, i) => i);
  if (flags.accessPoint !== undefined && meant.length !== 1) {
    throw new S3ConnectError(
      'BadUsage',
      `--access-point names one access point, and there are ${meant.length} buckets.`,
      {
        path: '--access-point',
        hint: 'Name the bucket with --bucket, or write accessPoint into the connections file.',
      },
    );
  }
  for (const i of meant) {
    const bucket = buckets[i];
    if (bucket === undefined) continue;
    const pointer = `${at}/buckets/${i}`;
    if (flags.createBucket === true) {
      bucket.create = true;
      places.note(`${pointer}/create`, '--create-bucket');
    }
    if (flags.accessPoint !== undefined) {
      bucket.accessPoint = { ...bucket.accessPoint, name: flags.accessPoint };
      places.note(`${pointer}/accessPoint`, '--access-point');
    }
    if (flags.snsTopic !== undefined) {
      bucket.notifications = { ...bucket.notifications, snsTopic: flags.snsTopic };
      places.note(`${pointer}/notifications`, '--sns-topic');
    }
  }
  for (const [i, bucket] of buckets.entries()) {
    if (flags.origin === undefined || flags.origin.length === 0) break;
    const origins = [...(bucket.cors?.allowedOrigins ?? [])];
    for (const origin of flags.origin) {
      if (origins.includes(origin)) continue;
      places.note(`${at}/buckets/${i}/cors/allowedOrigins/${origins.length}`, '--origin');
      origins.push(origin);
    }
    if (bucket.cors === undefined) places.note(`${at}/buckets/${i}/cors`, '--origin');
    bucket.cors = { ...bucket.cors, allowedOrigins: origins };
  }
  out.buckets = buckets;
}

function folder(prefix: string | undefined): string {
  return prefix === undefined || prefix === '' || prefix.endsWith('/') ? (prefix ?? '') : `${prefix}/`;
}

/** `NAME[:ACCESS[:PREFIX]]`, ACCESS perhaps `read+list+write`. */
function bucketFlag(text: string): BucketEntry {
  const first = text.indexOf(':');
  if (first < 0) return { name: text };
  const name = text.slice(0, first);
  const rest = text.slice(first + 1);
  const second = rest.indexOf(':');
  const access = second < 0 ? rest : rest.slice(0, second);
  const prefix = second < 0 ? '' : rest.slice(second + 1);
  const levels = access.split('+') as AccessLevel[];
  const only = levels.length === 1 ? levels[0] : undefined;
  return {
    name,
    ...(access === '' ? {} : { access: only === 'input' || only === 'output' ? only : levels }),
    ...(prefix === '' ? {} : { prefix }),
  };
}
