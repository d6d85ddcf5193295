import type { Tags } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import { asList } from '../policy/documents.js';
import { markOf } from '../policy/sids.js';
import type { PolicyDocument } from '../policy/types.js';
import type { Reader, ResourceKind } from './kind.js';
import { marked, sortedTags } from './ownership.js';

export interface TopicLive {
  readonly arn: string;
  readonly exists: boolean;
  readonly tags: Tags;
  /** Marks in its policy: the connections whose buckets tell it something. */
  readonly users: readonly string[];
}

/** The one read of a topic that it, its policy and its subscriptions share. */
export function readTopic(
  reader: Reader,
  arn: string,
): Promise<{ readonly policy: PolicyDocument; readonly owner: string } | undefined> {
  return reader.once(`GetTopicAttributes ${arn}`, (ports) => ports.sns.getTopic(arn));
}

export function readTopicTags(reader: Reader, arn: string): Promise<Tags> {
  return reader.once(`ListTagsForResource ${arn}`, (ports) => ports.sns.getTopicTags(arn));
}

/** SNS topics (Amazon SNS API Reference, CreateTopic). One that is there already is used and never deleted. */
export const topic: ResourceKind<'topic', TopicLive> = {
  type: 'topic',
  shared: false,
  identify: (desired) => desired.arn,
  dependsOn: () => [],
  async read({ arn }, reader) {
    const [found, tags] = await Promise.all([
      readTopic(reader, arn),
      reader.goal === 'absent' ? readTopicTags(reader, arn) : {},
    ]);
    const marks = asList(found?.policy.Statement).flatMap(({ Sid: sid }) => markOf(sid) ?? []);
    return { arn, exists: found !== undefined, tags, users: [...new Set(marks)] };
  },
  refresh: async (live, { arn }, { ports }) => ({ ...live, exists: (await ports.sns.getTopic(arn)) !== undefined }),
  put: (live, desired, by) => (live.exists ? live : { ...live, exists: true, tags: marked(desired.tags, by) }),
  take(live, desired, by, outlook) {
    if (!live.exists) return { live };
    const owner = live.tags[TAG_CONNECTION];
    const leaving = outlook.leaving('topic-policy', live.arn);
    if (owner === by.owner.tag && live.users.some((mark) => mark !== by.owner.mark && !leaving.has(mark)))
      return { live, left: `the topic ${desired.name} is used by another connection` };
    if (owner === by.owner.tag) return { live: { ...live, exists: false, tags: {} } };
    const whose = owner === undefined ? 'was there before' : `was made by the connection ${owner}`;
    return { live, foreign: true, left: `the topic ${desired.name} ${whose}` };
  },
  show: ({ arn, exists, tags }) => (exists ? { arn, tags: sortedTags(tags) } : null),
  same: (a, b) => a.exists === b.exists,
  async write(before, after, desired, { sns }) {
    if (after.exists) await sns.createTopic(desired.name, after.tags);
    else if (before.exists) await sns.deleteTopic(desired.arn);
  },
};
