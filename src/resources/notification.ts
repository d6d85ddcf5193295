import type { NotificationDocument } from '../aws/ports.js';
import type { TopicConfiguration } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { isThere } from './bucket-reads.js';
import type { ResourceKind } from './kind.js';

export interface NotificationLive {
  readonly document: NotificationDocument;
}

interface Configuration {
  readonly Id?: string;
  readonly Events?: readonly string[];
  readonly Filter?: TopicConfiguration['Filter'];
}

const LISTS = ['TopicConfigurations', 'QueueConfigurations', 'LambdaFunctionConfigurations'] as const;

function configurationsOf(document: NotificationDocument, list: (typeof LISTS)[number]): readonly Configuration[] {
  return (document[list] as readonly Configuration[] | undefined) ?? [];
}

function rulesOf({ Filter: filter }: Configuration): { readonly prefix: string; readonly suffix: string } {
  const value = (name: string): string =>
    filter?.Key?.FilterRules?.find((rule) => rule.Name.toLowerCase() === name)?.Value ?? '';
  return { prefix: value('prefix'), suffix: value('suffix') };
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
function eventsOverlap(a: string, b: string): boolean {
  const covers = (wide: string, narrow: string): boolean =>
    wide === narrow || (wide.endsWith('*') && narrow.startsWith(wide.slice(0, -1)));
  return covers(a, b) || covers(b, a);
}

/** S3 User Guide, "Configuring event notifications using object key name filtering": such a pair is refused. */
function overlap(a: Configuration, b: Configuration): boolean {
  const [x, y] = [rulesOf(a), rulesOf(b)];
  return (
    (a.Events ?? []).some((one) => (b.Events ?? []).some((other) => eventsOverlap(one, other))) &&
    (x.prefix.startsWith(y.prefix) || y.prefix.startsWith(x.prefix)) &&
    (x.suffix.endsWith(y.suffix) || y.suffix.endsWith(x.suffix))
  );
}

function isOurs(configuration: Configuration, mark: string): boolean {
  return configuration.Id?.startsWith(mark) === true;
}

function merge(live: NotificationDocument, mark: string, ours: readonly TopicConfiguration[]): NotificationDocument {
  const topics = live.TopicConfigurations ?? [];
  const foreign = topics.filter((one) => !isOurs(one, mark));
  const first = topics.findIndex((one) => isOurs(one, mark));
  const at = first < 0 ? foreign.length : first;
  const merged = [...foreign.slice(0, at), ...ours, ...foreign.slice(at)];
  const { TopicConfigurations: _topics, ...rest } = live;
  return merged.length === 0 ? rest : { ...rest, TopicConfigurations: merged };
}

/** The same for any order of events, filter rules and configurations, and for AWS's spellings of a rule's name. */
function canonical(document: NotificationDocument): string {
  const parts = Object.entries(document).flatMap(([key, value]) =>
    Array.isArray(value)
      ? (value as Configuration[]).map((one) => {
          const { Events: events, Filter: _filter, ...rest } = one;
          return JSON.stringify([key, Object.entries(rest).sort(), [...(events ?? [])].sort(), rulesOf(one)]);
        })
      : value === undefined
        ? []
        : [JSON.stringify([key, value])],
  );
  return parts.sort().join('\n');
}

/** Event notifications of a bucket (Amazon S3 API Reference, PutBucketNotificationConfiguration): merged, never replaced. */
export const notification: ResourceKind<'notification', NotificationLive> = {
  type: 'notification',
  shared: true,
  bornEmptyIn: 'bucket',
  identify: (desired) => desired.bucket,
  dependsOn: (desired) => [
    { kind: 'bucket', id: desired.bucket },
    ...desired.configurations.flatMap(({ TopicArn: id }) => [
      { kind: 'topic' as const, id },
      { kind: 'topic-policy' as const, id },
    ]),
  ],
  read: async ({ bucket }, reader) => ({
    document: isThere(reader, bucket)
      ? await reader.once(`GetBucketNotification ${bucket}`, (ports) => ports.s3.getBucketNotification(bucket))
      : {},
  }),
  refresh: async (_live, { bucket }, { ports }) => ({ document: await ports.s3.getBucketNotification(bucket) }),
  put({ document }, desired, by) {
    const { mark } = by.owner;
    for (const list of LISTS) {
      for (const other of configurationsOf(document, list).filter((one) => !isOurs(one, mark))) {
        const mine = desired.configurations.find((one) => overlap(one, other));
        if (mine === undefined) continue;
        throw new S3ConnectError(
          'BadValue',
          `The notifications of ${desired.bucket} overlap with ${other.Id ?? 'a configuration without an id'}: both take ${(other.Events ?? []).join(', ')} under ${JSON.stringify(rulesOf(other).prefix)}.`,
          {
            path: `${by.pointer}/buckets`,
            hint: 'S3 tells about an event only once: choose another prefix, suffix or other events.',
          },
        );
      }
    }
    return { document: merge(document, mark, desired.configurations) };
  },
  take: ({ document }, _desired, by) => ({ live: { document: merge(document, by.owner.mark, []) } }),
  show: ({ document }) => (Object.keys(document).length === 0 ? null : document),
  same: (a, b) => canonical(a.document) === canonical(b.document),
  async write(_before, { document }, desired, { s3 }) {
    await s3.putBucketNotification(desired.bucket, document);
  },
};
