import type { NotificationDocument } from '../aws/ports.js';
import type { ResolvedBucket, TopicConfiguration } from '../connection/types.js';
import { compile } from '../policy/evaluate.js';
import type { Decision, PolicyDocument } from '../policy/types.js';

export interface NotificationScene {
  readonly bucket: ResolvedBucket;
  readonly bucketArn: string;
  readonly bucketAccount: string;
  readonly topicArn: string;
  readonly configuration: NotificationDocument;
  /** Undefined where the topic is missing. */
  readonly topicPolicy: PolicyDocument | undefined;
  readonly now: string;
}

export interface NotificationVerdict {
  readonly ok: boolean;
  readonly detail: string;
  readonly decision?: Decision;
}

const covers = (event: string, wanted: string): boolean =>
  event === wanted || (event.endsWith('*') && wanted.startsWith(event.slice(0, -1)));

function filterOf(configuration: TopicConfiguration, name: 'prefix' | 'suffix'): string {
  const rules = configuration.Filter?.Key?.FilterRules ?? [];
  return rules.find((rule) => rule.Name.toLowerCase() === name)?.Value ?? '';
}

/** Whether a configuration of the bucket sends events of these keys. */
export function sendsFor(configuration: TopicConfiguration, key: { readonly prefix: string; readonly suffix: string }) {
  return (
    key.prefix.startsWith(filterOf(configuration, 'prefix')) && key.suffix.endsWith(filterOf(configuration, 'suffix'))
  );
}

/**
 * Whether the bucket's configuration, the topic and its policy fit together (S3 User Guide, "Granting permissions to
 * publish event notification messages"): every wanted event goes to the topic, and S3 may publish there because of
 * this bucket.
 */
export function judgeNotification(s: NotificationScene): NotificationVerdict {
  const { notifications, prefix } = s.bucket;
  if (notifications === undefined) return { ok: true, detail: 'no notification is declared' };
  const configurations = (s.configuration.TopicConfigurations ?? []).filter(({ TopicArn }) => TopicArn === s.topicArn);
  if (configurations.length === 0) return { ok: false, detail: `the bucket sends no events to ${s.topicArn}` };
  const fitting = configurations.filter((each) => sendsFor(each, { prefix, suffix: notifications.suffix ?? '' }));
  const missing = notifications.events.filter(
    (wanted) => !fitting.some((each) => each.Events.some((event) => covers(event, wanted))),
  );
  if (missing.length > 0) {
    return { ok: false, detail: `the bucket does not send ${missing.join(', ')} of its prefix to the topic` };
  }
  if (s.topicPolicy === undefined) return { ok: false, detail: `the topic ${s.topicArn} does not exist` };
  const decision = compile({ resourcePolicy: s.topicPolicy }).decide({
    principal: 's3.amazonaws.com',
    action: 'sns:Publish',
    resource: s.topicArn,
    context: {
      'aws:SourceArn': s.bucketArn,
      'aws:SourceAccount': s.bucketAccount,
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': s.now,
    },
  });
  return decision.decision === 'allow'
    ? { ok: true, detail: 'the bucket, the topic and its policy fit together', decision }
    : { ok: false, detail: "the topic's policy does not let S3 publish for this bucket", decision };
}
