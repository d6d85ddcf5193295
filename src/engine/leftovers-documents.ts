import type { Site } from '../connection/types.js';
import { asList } from '../policy/documents.js';
import { isPublicPolicy } from '../policy/public.js';
import type { Statement } from '../policy/types.js';
import { subscriptionMark } from '../resources/subscription.js';
import { ownMarks, ownTag, readable, type Search, sidsOf } from './leftover-search.js';
import { readOnce } from './run.js';

const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

export async function inBucket(search: Search, at: Site, account: string, name: string): Promise<void> {
  const { run } = search;
  const head = await readable(readOnce(run, at, `HeadBucket ${name}`, (ports) => ports.s3.headBucket(name)));
  if (head === undefined) return;
  const site: Site = { ...at, region: head.region };
  const [tags, policy, rules, notifications] = await Promise.all([
    readable(readOnce(run, site, `GetBucketTagging ${name}`, (ports) => ports.s3.getBucketTags(name))),
    readable(readOnce(run, site, `GetBucketPolicy ${name}`, (ports) => ports.s3.getBucketPolicy(name))),
    readable(readOnce(run, site, `GetBucketCors ${name}`, (ports) => ports.s3.getBucketCors(name))),
    readable(readOnce(run, site, `GetBucketNotification ${name}`, (ports) => ports.s3.getBucketNotification(name))),
  ]);
  search.bucket(name, head.region, account);
  const tag = ownTag(search, tags ?? {});
  if (tag !== undefined) {
    const desired = { bucket: name, region: head.region, create: true, tags: {} };
    search.found({ tag }, { kind: 'bucket', site, desired });
  }
  for (const mark of ownMarks(search, sidsOf(policy))) {
    const ours = asList(policy?.Statement).filter(({ Sid: sid }: Statement) => sid?.startsWith(mark) === true);
    if (isPublicPolicy({ Version: '2012-10-17', Statement: ours }, 'bucket')) {
      const desired = { bucket: name, settings: CLOSED, purpose: 'opened' as const };
      search.found({ mark }, { kind: 'public-access-block', site, desired });
    }
    search.found({ mark }, { kind: 'bucket-policy', site, desired: { bucket: name, statements: [] } });
  }
  for (const mark of ownMarks(
    search,
    (rules ?? []).map(({ ID: id }) => id),
  )) {
    search.found({ mark }, { kind: 'cors', site, desired: { bucket: name, rules: [] } });
  }
  const topics = notifications?.TopicConfigurations ?? [];
  for (const mark of ownMarks(
    search,
    topics.map(({ Id: id }) => id),
  )) {
    search.found({ mark }, { kind: 'notification', site, desired: { bucket: name, configurations: [] } });
  }
}

export async function inTopics(search: Search, site: Site): Promise<void> {
  const { run } = search;
  const arns = await readOnce(run, site, 'ListTopics', (ports) => ports.sns.listTopics());
  await Promise.all(
    arns.map(async (arn) => {
      const [topic, tags] = await Promise.all([
        readable(readOnce(run, site, `GetTopicAttributes ${arn}`, (ports) => ports.sns.getTopic(arn))),
        readable(readOnce(run, site, `ListTagsForResource ${arn}`, (ports) => ports.sns.getTopicTags(arn))),
      ]);
      const tag = ownTag(search, tags ?? {});
      const name = arn.split(':').at(-1) ?? '';
      if (tag !== undefined) search.found({ tag }, { kind: 'topic', site, desired: { name, arn, tags: {} } });
      for (const mark of ownMarks(search, sidsOf(topic?.policy))) {
        search.found({ mark }, { kind: 'topic-policy', site, desired: { arn, statements: [] } });
      }
      const keys = Object.keys(tags ?? {}).filter((key) => key.startsWith('s3connect:subscription:'));
      const marks = ownMarks(
        search,
        keys.map((key) => key.split(':')[2]),
      );
      if (marks.length === 0) return;
      const list = await readOnce(run, site, `ListSubscriptionsByTopic ${arn}`, (ports) =>
        ports.sns.listSubscriptions(arn),
      );
      for (const mark of marks) {
        for (const { protocol, endpoint } of list) {
          if (!keys.includes(subscriptionMark(mark, protocol, endpoint))) continue;
          const desired = { topicArn: arn, protocol: protocol as 'https', endpoint };
          search.found({ mark }, { kind: 'subscription', site, desired });
        }
      }
    }),
  );
}

export async function inAccessPoints(search: Search, site: Site, account: string): Promise<void> {
  const { run } = search;
  const names = await readOnce(run, site, `ListAccessPoints ${account}`, (ports) =>
    ports.s3control.listAccessPoints(account),
  );
  await Promise.all(
    names.map(async (name) => {
      const point = await readOnce(run, site, `GetAccessPoint ${account} ${name}`, (ports) =>
        ports.s3control.getAccessPoint(account, name),
      );
      if (point === undefined) return;
      const [tags, policy] = await Promise.all([
        readable(
          readOnce(run, site, `ListTagsForResource ${point.arn}`, (ports) =>
            ports.s3control.getAccessPointTags(account, point.arn),
          ),
        ),
        readable(
          readOnce(run, site, `GetAccessPointPolicy ${account} ${name}`, (ports) =>
            ports.s3control.getAccessPointPolicy(account, name),
          ),
        ),
      ]);
      const tag = ownTag(search, tags ?? {});
      const { bucket, vpcId } = point;
      if (tag !== undefined) search.found({ tag }, { kind: 'access-point', site, desired: { name, bucket, vpcId } });
      for (const mark of ownMarks(search, sidsOf(policy))) {
        search.found({ mark }, { kind: 'access-point-policy', site, desired: { name, statements: [] } });
      }
    }),
  );
}
