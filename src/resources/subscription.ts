import { createHash } from 'node:crypto';
import type { Tags } from '../aws/ports.js';
import type { ResourceKind } from './kind.js';
import { readTopic, readTopicTags, type TopicLive } from './topic.js';

export interface SubscriptionLive {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly arn: string | undefined;
  readonly exists: boolean;
  /** Tags of the topic: a subscription has none, so its mark is one of the topic's. */
  readonly topicTags: Tags;
  /** Key of the mark. */
  readonly mark: string | undefined;
}

/** Marks a subscription that we made: destroy must not take away one that was there before. */
export function subscriptionMark(connectionMark: string, protocol: string, endpoint: string): string {
  const hash = createHash('sha256').update(`${protocol} ${endpoint}`).digest('hex').slice(0, 12);
  return `s3connect:subscription:${connectionMark}:${hash}`;
}

/** `PendingConfirmation` stands in the ARN's place until the endpoint answers; SNS drops it after two days. */
function isConfirmed(arn: string): boolean {
  return arn.startsWith('arn:');
}

/** Subscriptions of a topic (Amazon SNS API Reference, Subscribe); an https endpoint confirms by itself. */
export const subscription: ResourceKind<'subscription', SubscriptionLive> = {
  type: 'subscription',
  shared: false,
  identify: (desired) => `${desired.topicArn}/${desired.endpoint}`,
  dependsOn: (desired) => [
    { kind: 'topic', id: desired.topicArn },
    { kind: 'topic-policy', id: desired.topicArn },
  ],
  async read({ topicArn, protocol, endpoint }, reader) {
    const [, list, topicTags] = await Promise.all([
      readTopic(reader, topicArn),
      reader.once(`ListSubscriptionsByTopic ${topicArn}`, (ports) => ports.sns.listSubscriptions(topicArn)),
      reader.goal === 'absent' ? readTopicTags(reader, topicArn) : {},
    ]);
    const found = list.find((one) => one.protocol === protocol && one.endpoint === endpoint);
    return {
      topicArn,
      protocol,
      endpoint,
      arn: found?.arn,
      exists: found !== undefined,
      topicTags,
      mark: undefined,
    };
  },
  refresh: async (live, { topicArn, protocol, endpoint }, { ports }) => {
    const found = (await ports.sns.listSubscriptions(topicArn)).find(
      (one) => one.protocol === protocol && one.endpoint === endpoint,
    );
    // One that was never confirmed can't be taken back; it ends by itself.
    const ending = !live.exists && found !== undefined && !isConfirmed(found.arn);
    return { ...live, arn: found?.arn, exists: found !== undefined && !ending };
  },
  put: (live, desired, by) =>
    live.exists
      ? live
      : { ...live, exists: true, mark: subscriptionMark(by.owner.mark, desired.protocol, desired.endpoint) },
  take(live, desired, by, outlook) {
    if (!live.exists) return { live };
    const mark = subscriptionMark(by.owner.mark, desired.protocol, desired.endpoint);
    const topic = outlook.planned('topic', desired.topicArn) as TopicLive | undefined;
    if (topic?.exists === false || live.topicTags[mark] !== undefined)
      return { live: { ...live, exists: false, mark } };
    return { live, left: `the subscription of ${desired.endpoint} was there before` };
  },
  note: (before, after) =>
    before.arn !== undefined && !after.exists && !isConfirmed(before.arn)
      ? 'it was never confirmed, so that SNS drops it by itself within two days'
      : undefined,
  show: ({ exists, topicArn, protocol, endpoint }) => (exists ? { topicArn, protocol, endpoint } : null),
  same: (a, b) => a.exists === b.exists,
  async write(before, after, desired, { sns }) {
    const { topicArn, protocol, endpoint } = desired;
    if (after.exists) {
      // The mark first: a subscription without it could never be taken back.
      if (after.mark !== undefined) await sns.tagTopic(topicArn, { [after.mark]: 'true' });
      await sns.subscribe(topicArn, protocol, endpoint);
      return;
    }
    if (before.arn !== undefined && isConfirmed(before.arn)) await sns.unsubscribe(before.arn);
    if (after.mark !== undefined) await sns.untagTopic(topicArn, [after.mark]);
  },
};
