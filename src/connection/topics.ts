import { S3ConnectError } from '../errors.js';
import type { Statement } from '../policy/types.js';
import { sidOf } from './grants.js';
import { bucketAccount, topicArn } from './names.js';
import type { PlacedBucket } from './sites.js';
import type { DesiredResource, Facts, ResolvedConnection, Site, TopicConfiguration } from './types.js';

interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly site: Site;
  /** False for a topic of another account: its policy is its owner's business. */
  readonly own: boolean;
  readonly statements: Statement[];
  readonly endpoints: Set<string>;
}

/** The ARN of the topic that a bucket entry tells. */
function entryTopicArn(entry: PlacedBucket, facts: Facts): string | undefined {
  const topic = entry.bucket.notifications?.snsTopic;
  if (topic === undefined) return undefined;
  return topicArn(facts.partition, entry.site.region, bucketAccount(entry.bucket, facts), topic);
}

/**
 * Topics, their policies and subscriptions, and the buckets' notifications (S3 User Guide, "Granting permissions to publish
 * event notification messages to a destination": both aws:SourceArn and aws:SourceAccount, as a bucket's ARN has no account).
 */
export function notificationResources(
  c: ResolvedConnection,
  facts: Facts,
  groups: readonly (readonly PlacedBucket[])[],
  tags: Readonly<Record<string, string>>,
): readonly DesiredResource[] {
  const topics = new Map<string, Topic>();
  const notifications: DesiredResource[] = [];
  for (const entries of groups) {
    const configurations: TopicConfiguration[] = [];
    for (const entry of entries) {
      const settings = entry.bucket.notifications;
      const arn = entryTopicArn(entry, facts);
      if (settings === undefined || arn === undefined) continue;
      const account = bucketAccount(entry.bucket, facts);
      const topic = topicOf(topics, arn, entry, account);
      addPublisher(topic, c, entry, account);
      if (settings.subscribe !== undefined) topic.endpoints.add(settings.subscribe);
      const rules = [
        ...(entry.bucket.prefix === '' ? [] : [{ Name: 'prefix', Value: entry.bucket.prefix }]),
        ...(settings.suffix === undefined ? [] : [{ Name: 'suffix', Value: settings.suffix }]),
      ];
      configurations.push({
        Id: sidOf(c, 'Notify', entry.bucket),
        TopicArn: arn,
        Events: settings.events,
        ...(rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } }),
      });
    }
    const first = entries[0];
    if (first !== undefined && configurations.length > 0) {
      notifications.push({
        kind: 'notification',
        site: first.site,
        desired: { bucket: first.bucket.name, configurations },
      });
    }
  }
  const made = [...topics.values()].flatMap((topic): DesiredResource[] => [
    ...(topic.own
      ? [
          { kind: 'topic' as const, site: topic.site, desired: { name: topic.name, arn: topic.arn, tags } },
          {
            kind: 'topic-policy' as const,
            site: topic.site,
            desired: { arn: topic.arn, statements: topic.statements },
          },
        ]
      : []),
    ...[...topic.endpoints].map((endpoint) => ({
      kind: 'subscription' as const,
      site: topic.site,
      desired: { topicArn: topic.arn, protocol: 'https' as const, endpoint },
    })),
  ]);
  return [...made, ...notifications];
}

function topicOf(topics: Map<string, Topic>, arn: string, entry: PlacedBucket, account: string): Topic {
  const known = topics.get(arn);
  if (known !== undefined) return known;
  const [, , , region, owner, name] = arn.split(':');
  if (region !== entry.site.region) {
    throw new S3ConnectError(
      'BadValue',
      `The topic ${arn} is in ${region}, the bucket "${entry.bucket.name}" in ${entry.site.region}.`,
      {
        path: entry.bucket.pointer.startsWith('/') ? `${entry.bucket.pointer}/notifications/snsTopic` : '--sns-topic',
        hint: `Name a topic in ${entry.site.region}: S3 tells only topics of the bucket's region.`,
      },
    );
  }
  const topic: Topic = {
    arn,
    name: name ?? '',
    site: entry.site,
    own: owner === account,
    statements: [],
    endpoints: new Set(),
  };
  topics.set(arn, topic);
  return topic;
}

function addPublisher(topic: Topic, c: ResolvedConnection, entry: PlacedBucket, account: string): void {
  const source = entry.direct.bucket;
  if (topic.statements.some((one) => one.Condition?.ArnLike?.['aws:SourceArn'] === source)) return;
  topic.statements.push({
    Sid: sidOf(c, 'Publish', entry.bucket),
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topic.arn,
    Condition: { ArnLike: { 'aws:SourceArn': source }, StringEquals: { 'aws:SourceAccount': account } },
  });
}
