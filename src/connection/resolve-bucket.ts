import { levelOf, onlyReads } from '../template/actions.js';
import { nearest } from '../template/nearest.js';
import { parameterValues } from '../template/parameters.js';
import { substitute } from '../template/substitute.js';
import { ended, printable, sentence } from '../template/text.js';
import type {
  AccessLevel,
  Method,
  ParameterValue,
  Template,
  TemplateAction,
  TemplateSettings,
} from '../template/types.js';
import type { Places } from './places.js';
import type { BucketEntry, CorsSettings, ResolvedBucket, Site } from './types.js';
import {
  accessPointNameFault,
  bucketNameFault,
  corsHeaderFault,
  corsMethodFault,
  type Fault,
  originFault,
  prefixFault,
  regionFault,
  S3_EVENTS,
  subscribeFault,
  topicFault,
  vpcFault,
} from './values.js';

/** What a bucket takes from its connection. */
export interface BucketContext {
  readonly connection: string;
  readonly template: Template;
  readonly settings: TemplateSettings;
  readonly method: Method;
  readonly site: Site;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly places: Places;
}

const LIST_LEVELS: readonly AccessLevel[] = ['read', 'list', 'write', 'delete'];

/**
 * One bucket of a connection, checked, with everything that template and connection add to it.
 *
 * @param entry as file and flags say
 * @param pointer where it stands
 */
export function resolveBucket(entry: BucketEntry, pointer: string, context: BucketContext): ResolvedBucket {
  const { settings, method, places, template } = context;
  const check = (at: string, fault: Fault | undefined) => {
    if (fault !== undefined) places.fail(`${pointer}${at}`, ended(fault.message), fault.hint);
  };
  const fail = (at: string, message: string, hint: string) => places.fail(`${pointer}${at}`, message, hint);

  check('/name', bucketNameFault(entry.name, entry.create === true));
  if (settings.bucket?.dots === false && entry.name.includes('.')) {
    fail(
      '/name',
      `${template.vendor} can't use the bucket "${entry.name}": its name has dots.`,
      'Use a bucket without dots in its name.',
    );
  }
  const prefix = folderOf(entry.prefix ?? '');
  check('/prefix', prefixFault(prefix));
  if (entry.region !== undefined) check('/region', regionFault(entry.region));
  if (entry.kmsKeyArns !== undefined) {
    fail(
      '/kmsKeyArns',
      'kmsKeyArns is not supported yet.',
      'Grant the key by hand, or use a bucket that is encrypted with S3-managed keys.',
    );
  }
  const region = entry.region ?? context.site.region;
  const regionGiven = entry.region !== undefined || context.site.regionGiven === true;
  const regions = settings.bucket?.regions;
  if (regions !== undefined && (regionGiven || entry.create === true) && !regions.includes(region)) {
    fail(
      '/region',
      `${template.vendor} can't use a bucket in ${region}; the template allows ${regions.join(', ')}.`,
      `Use a bucket in one of ${regions.join(', ')}.`,
    );
  }
  const access = accessOf(entry, pointer, context);
  const actions = actionsFor(access, settings);
  if (method === 'anonymous') {
    const writing = actions.find((action) => !onlyReads(action.action));
    if (writing !== undefined) {
      fail(
        '/access',
        `Anonymous access only reads, and this access has ${writing.action}.`,
        'Use read or list, or another method.',
      );
    }
  }
  if (entry.confine === true) {
    if (prefix === '')
      fail('/confine', 'confine needs a prefix to confine to.', 'Give the bucket a prefix, or remove confine.');
    if (method === 'anonymous') fail('/confine', 'Nobody in particular can be confined.', 'Remove confine.');
    if (!actions.some((action) => levelOf(action.action) === 'object')) {
      fail('/confine', 'confine needs an access to objects.', 'Remove confine.');
    }
  }
  const params = bucketParams(entry, pointer, context);
  const accessPoint = accessPointOf(entry, pointer, context);
  const account = entry.account ?? context.site.account;
  return {
    name: entry.name,
    pointer: places.pathOf(pointer),
    access,
    actions,
    prefix,
    create: entry.create === true,
    confine: entry.confine === true,
    site: { account, profile: entry.profile ?? context.site.profile, region, regionGiven },
    otherAccount: entry.account !== undefined && entry.account !== context.site.account,
    params,
    objectOwnership: settings.bucket?.objectOwnership ?? 'BucketOwnerEnforced',
    accessPoint,
    cors: corsOf(entry, pointer, context, params, region),
    notifications: notificationsOf(entry, pointer, context),
    publicPlayback: entry.publicPlayback === true,
  };
}

function folderOf(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

function accessOf(entry: BucketEntry, pointer: string, context: BucketContext): readonly AccessLevel[] {
  const { settings, places, template, method } = context;
  const offered = Object.keys(settings.access) as AccessLevel[];
  if (entry.access === undefined) return offered.slice(0, 1);
  const isList = Array.isArray(entry.access);
  const levels = [...new Set(typeof entry.access === 'string' ? [entry.access] : entry.access)];
  const at = `${pointer}/access`;
  if (levels.length === 0)
    places.fail(at, 'The list of access is empty.', `Name one of ${offered.join(', ')}, or remove the key.`);
  for (const level of levels) {
    if (isList && !LIST_LEVELS.includes(level) && (level === 'input' || level === 'output')) {
      places.fail(
        at,
        `"${level}" stands alone, not in a list.`,
        `Write "access": "${level}", or list ${LIST_LEVELS.join(', ')}.`,
      );
    }
    if (offered.includes(level)) continue;
    const best = nearest(level, offered);
    places.fail(
      at,
      `The template ${template.id} doesn't offer the access "${printable(level)}" with the method ${method}.`,
      `${best === undefined ? '' : `Did you mean "${best}"? `}It offers ${offered.join(', ')}.`,
    );
  }
  return levels;
}

/** The union of the lists, in their order; an action that one list doesn't limit to the prefix isn't limited. */
function actionsFor(access: readonly AccessLevel[], settings: TemplateSettings): readonly TemplateAction[] {
  const out = new Map<string, TemplateAction>();
  for (const level of access) {
    for (const entry of settings.access[level] ?? []) {
      const known = out.get(entry.action);
      if (known === undefined) out.set(entry.action, entry);
      else if (entry.prefix === false) out.set(entry.action, { ...known, prefix: false });
    }
  }
  return [...out.values()];
}

function bucketParams(
  entry: BucketEntry,
  pointer: string,
  context: BucketContext,
): Readonly<Record<string, ParameterValue>> {
  if (entry.params === undefined) return context.params;
  const result = parameterValues(context.template, { ...context.params, ...entry.params });
  if ('fault' in result) {
    return context.places.fail(
      `${pointer}/params/${result.fault.name}`,
      sentence(result.fault.message),
      result.fault.hint,
    );
  }
  return result.values;
}

function accessPointOf(entry: BucketEntry, pointer: string, context: BucketContext): ResolvedBucket['accessPoint'] {
  const { settings, places, template, method } = context;
  const use = settings.accessPoint?.use ?? 'optional';
  if (entry.accessPoint === undefined) {
    if (use === 'required') {
      places.fail(
        pointer,
        `${template.vendor} needs an access point for the bucket "${entry.name}".`,
        'Give it: "accessPoint": { "name": … }, or --access-point NAME.',
      );
    }
    return undefined;
  }
  const at = `${pointer}/accessPoint`;
  if (method === 'anonymous')
    places.fail(at, 'An access point lets nobody in without credentials.', 'Remove the access point.');
  if (use === 'none') places.fail(at, `${template.vendor} can't use an access point.`, 'Remove it.');
  const named = accessPointNameFault(entry.accessPoint.name);
  if (named !== undefined) places.fail(`${at}/name`, sentence(named.message), named.hint);
  if (entry.accessPoint.vpcId !== undefined) {
    const vpc = vpcFault(entry.accessPoint.vpcId);
    if (vpc !== undefined) places.fail(`${at}/vpcId`, sentence(vpc.message), vpc.hint);
  }
  return { name: entry.accessPoint.name, vpcId: entry.accessPoint.vpcId, direct: entry.accessPoint.direct === true };
}

function corsOf(
  entry: BucketEntry,
  pointer: string,
  context: BucketContext,
  params: Readonly<Record<string, ParameterValue>>,
  region: string,
): CorsSettings | undefined {
  const { settings, places, template } = context;
  const own = settings.cors;
  const use = own?.use ?? 'optional';
  const at = `${pointer}/cors`;
  if (entry.cors === undefined && (use !== 'required' || own?.allowedOrigins === undefined)) {
    if (use === 'required') {
      places.fail(
        pointer,
        `${template.vendor} needs CORS on the bucket "${entry.name}".`,
        'Give the origins: "cors": { "allowedOrigins": […] }, or --origin.',
      );
    }
    return undefined;
  }
  if (entry.cors !== undefined && use === 'none')
    places.fail(at, `${template.vendor} has no use for CORS.`, 'Remove cors.');
  const lookup = (path: string): unknown => {
    if (path === 'connection.name') return context.connection;
    if (path === 'bucket.name') return entry.name;
    if (path === 'bucket.region' || path === 'aws.region') return region;
    if (path === 'aws.account') return context.site.account;
    return path.startsWith('params.') && Object.hasOwn(params, path.slice(7)) ? params[path.slice(7)] : undefined;
  };
  const given = entry.cors?.allowedOrigins ?? [];
  const templated =
    given.length > 0 ? [] : (own?.allowedOrigins ?? []).map((origin) => substitutedOrigin(origin, lookup, at, places));
  const origins = [...new Set([...given, ...templated])];
  if (origins.length === 0)
    places.fail(
      `${at}/allowedOrigins`,
      'CORS needs at least one origin.',
      'Give the origin of the page: https://av.example.com.',
    );
  origins.forEach((origin, i) => {
    const wrong = originFault(origin);
    if (wrong !== undefined) places.fail(`${at}/allowedOrigins/${i}`, sentence(wrong.message), wrong.hint);
  });
  if (own?.nullOrigin === true && !origins.includes('*') && !origins.includes('null')) origins.push('null');
  const methods = entry.cors?.allowedMethods ?? own?.allowedMethods ?? ['GET', 'HEAD'];
  if (methods.length === 0)
    places.fail(`${at}/allowedMethods`, 'CORS needs at least one method.', 'Give GET, PUT, POST, DELETE or HEAD.');
  const allowed = entry.cors?.allowedHeaders ?? own?.allowedHeaders ?? [];
  const exposed = entry.cors?.exposeHeaders ?? own?.exposeHeaders ?? [];
  const lists = [
    ['allowedMethods', methods, corsMethodFault],
    ['allowedHeaders', allowed, (header: string) => corsHeaderFault(header, true)],
    ['exposeHeaders', exposed, (header: string) => corsHeaderFault(header, false)],
  ] as const;
  for (const [key, list, faultOf] of lists) {
    list.forEach((item, i) => {
      const wrong = faultOf(item);
      if (wrong !== undefined) places.fail(`${at}/${key}/${i}`, sentence(wrong.message), wrong.hint);
    });
  }
  const cors: CorsSettings = {
    allowedOrigins: origins,
    allowedMethods: methods,
    allowedHeaders: allowed,
    exposeHeaders: exposed,
    maxAgeSeconds: entry.cors?.maxAgeSeconds ?? own?.maxAgeSeconds,
  };
  if (JSON.stringify(cors).length > 64_000)
    places.fail(at, 'The CORS rule is larger than the 64 KB that S3 allows.', 'List fewer origins, or use a *.');
  return cors;
}

/** An origin of the template with its parameters; a value must not bring a wildcard of its own. */
function substitutedOrigin(origin: string, lookup: (path: string) => unknown, at: string, places: Places): string {
  const plain = (path: string): unknown => {
    const value = lookup(path);
    if (typeof value === 'string' && value.includes('*')) {
      places.fail(at, `A value for an origin has a wildcard: "${printable(value)}".`, 'Give the exact origin.');
    }
    return value;
  };
  const value = substitute(origin, plain);
  return typeof value === 'string'
    ? value
    : places.fail(
        at,
        'An origin of the template has no value.',
        'Give the origins: "cors": { "allowedOrigins": […] }, or --origin.',
      );
}

function notificationsOf(entry: BucketEntry, pointer: string, context: BucketContext): ResolvedBucket['notifications'] {
  const { settings, places, template } = context;
  const use = settings.notifications?.use ?? 'optional';
  const given = entry.notifications;
  const at = `${pointer}/notifications`;
  if (given === undefined) {
    if (use === 'required') {
      places.fail(
        pointer,
        `${template.vendor} needs notifications of the bucket "${entry.name}".`,
        'Give the topic: "notifications": { "snsTopic": … }, or --sns-topic NAME.',
      );
    }
    return undefined;
  }
  if (use === 'none') places.fail(at, `${template.vendor} has no use for notifications.`, 'Remove them.');
  const topic = topicFault(given.snsTopic);
  if (topic !== undefined) places.fail(`${at}/snsTopic`, sentence(topic.message), topic.hint);
  const events = given.events ?? settings.notifications?.events ?? ['s3:ObjectCreated:*'];
  if (events.length === 0)
    places.fail(`${at}/events`, 'The list of events is empty.', 'Name events, or remove the key.');
  events.forEach((event, i) => {
    if (S3_EVENTS.includes(event)) return;
    const best = nearest(event, S3_EVENTS);
    places.fail(
      `${at}/events/${i}`,
      `S3 knows no event "${printable(event)}".`,
      best === undefined ? 'See the S3 API reference.' : `Did you mean "${best}"?`,
    );
  });
  if (given.subscribe !== undefined) {
    const url = subscribeFault(given.subscribe);
    if (url !== undefined) places.fail(`${at}/subscribe`, sentence(url.message), url.hint);
  }
  if (given.suffix !== undefined && (/[*?]/.test(given.suffix) || printable(given.suffix) !== given.suffix)) {
    places.fail(
      `${at}/suffix`,
      'A suffix takes no wildcards and no control characters.',
      'Give the end of the keys: .mp4.',
    );
  }
  return { snsTopic: given.snsTopic, events: [...new Set(events)], suffix: given.suffix, subscribe: given.subscribe };
}
