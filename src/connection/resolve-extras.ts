import { nearest } from '../template/nearest.js';
import { substitute } from '../template/substitute.js';
import { printable, sentence } from '../template/text.js';
import type { ParameterValue } from '../template/types.js';
import type { Places } from './places.js';
import type { BucketContext } from './resolve-bucket.js';
import type { BucketEntry, CorsSettings, ResolvedBucket } from './types.js';
import {
  accessPointNameFault,
  corsHeaderFault,
  corsMethodFault,
  originFault,
  S3_EVENTS,
  subscribeFault,
  topicFault,
  vpcFault,
} from './values.js';

export function corsOf(
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
  if (JSON.stringify(cors).length > 64_000) {
    const message = 'The CORS rule is larger than the 64 KB that S3 allows.';
    places.fail(at, message, 'List fewer origins, or use a *.', 'TooLarge');
  }
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

export function notificationsOf(
  entry: BucketEntry,
  pointer: string,
  context: BucketContext,
): ResolvedBucket['notifications'] {
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

export function accessPointOf(
  entry: BucketEntry,
  pointer: string,
  context: BucketContext,
): ResolvedBucket['accessPoint'] {
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
