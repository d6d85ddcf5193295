import { bucketArn, topicArn } from '../../connection/names.js';
import { undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';
import { judgeNotification } from '../notification.js';
import { bucketAccountOf, siteOf } from './place.js';
import type { Evaluated, EvaluatorScene } from './types.js';

/** The `notification:` row from the bucket's configuration and the topic's policy. */
export async function evaluateNotification(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  if (bucket?.notifications === undefined) return undecided('no notification is declared', 'evaluator');
  const { facts } = s.survey;
  const site = siteOf(bucket, facts);
  const account = bucketAccountOf(bucket, facts);
  const arn = topicArn(facts.partition, site.region, account, bucket.notifications.snsTopic);
  const [configuration, topic] = await Promise.all([
    s.live.notification(site, bucket.name),
    s.survey.own ? s.live.topic(site, arn) : ({ readable: false, why: 'another account' } as const),
  ]);
  if (!configuration.readable)
    return undecided(`the events can't be read from here (${configuration.why})`, 'evaluator');
  if (!topic.readable) return undecided(`the topic can't be read from here (${topic.why})`, 'evaluator');
  const verdict = judgeNotification({
    bucket,
    bucketArn: bucketArn(facts.partition, bucket.name),
    bucketAccount: account,
    topicArn: arn,
    configuration: configuration.value,
    topicPolicy: topic.value?.policy,
    now: new Date(s.now()).toISOString(),
  });
  return {
    actual: verdict.ok ? 'allow' : 'deny',
    by: 'evaluator',
    code: null,
    detail: verdict.detail,
    ...(verdict.decision === undefined || verdict.ok ? {} : { decision: verdict.decision }),
  };
}
