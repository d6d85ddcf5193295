import { parseArn } from '../../../policy/arn.js';
import type { NotificationTarget } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { header, OK, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { covers, sendTestEvent } from './events.js';
import { childOf, childrenOf, document, element, type ParsedElement, parseXml, textOf, type Xml } from './xml.js';

const KINDS = [
  { kind: 'Topic', root: 'TopicConfiguration', service: 'sns' },
  { kind: 'Queue', root: 'QueueConfiguration', service: 'sqs' },
  { kind: 'CloudFunction', root: 'CloudFunctionConfiguration', service: 'lambda' },
] as const;

/** Supported event types (S3 User Guide, "Event notification types and destinations"). */
const EVENTS = new Set([
  's3:ReducedRedundancyLostObject',
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectRestore:*',
  's3:ObjectRestore:Post',
  's3:ObjectRestore:Completed',
  's3:ObjectRestore:Delete',
  's3:Replication:*',
  's3:Replication:OperationFailedReplication',
  's3:Replication:OperationNotTracked',
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationReplicatedAfterThreshold',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:LifecycleTransition',
  's3:IntelligentTiering',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
  's3:ObjectAcl:Put',
]);

function invalid(message: string, argument?: { readonly name: string; readonly value: string }): Error {
  return s3Error('InvalidArgument', {
    message,
    ...(argument === undefined ? {} : { extra: { ArgumentName: argument.name, ArgumentValue: argument.value } }),
  });
}

function readFilter(parsed: ParsedElement): NotificationTarget['filter'] {
  const key = childOf(childOf(parsed, 'Filter'), 'S3Key');
  const rules = key === undefined ? [] : childrenOf(key, 'FilterRule');
  const filter = rules.map((rule) => {
    const name = textOf(rule, 'Name')?.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalid('filter rule name must be either prefix or suffix', { name: 'FilterRule.Name', value: name ?? '' });
    }
    return { name, value: textOf(rule, 'Value') ?? '' } as const;
  });
  if (new Set(filter.map(({ name }) => name)).size < filter.length) {
    throw invalid('Cannot specify more than one prefix rule in a filter.');
  }
  return filter;
}

function readTarget(call: S3Call, parsed: ParsedElement, kind: (typeof KINDS)[number]): NotificationTarget {
  const arn = textOf(parsed, kind.kind)?.trim() ?? '';
  const events = childrenOf(parsed, 'Event').map((event) => event.text.trim());
  if (arn === '' || events.length === 0) throw s3Error('MalformedXML');
  const unknown = events.find((event) => !EVENTS.has(event));
  if (unknown !== undefined) {
    throw invalid('A specified event is not supported for notifications.', { name: 'Event', value: unknown });
  }
  const parts = parseArn(arn);
  if (parts?.service !== kind.service) throw invalid('The ARN could not be parsed', { name: kind.kind, value: arn });
  if (parts.region !== call.bucket.region) {
    throw invalid('The notification destination service region is not valid for the bucket location constraint', {
      name: kind.kind,
      value: arn,
    });
  }
  const given = textOf(parsed, 'Id');
  return {
    kind: kind.kind,
    Id: given ?? call.world.random.uuid(),
    generatedId: given === undefined,
    arn,
    events,
    filter: readFilter(parsed),
  };
}

function filterValue(target: NotificationTarget, name: 'prefix' | 'suffix'): string {
  return target.filter.find((rule) => rule.name === name)?.value ?? '';
}

function overlap(a: NotificationTarget, b: NotificationTarget): boolean {
  const events = a.events.some((one) => b.events.some((other) => covers(one, other) || covers(other, one)));
  const [prefixA, prefixB] = [filterValue(a, 'prefix'), filterValue(b, 'prefix')];
  const [suffixA, suffixB] = [filterValue(a, 'suffix'), filterValue(b, 'suffix')];
  return (
    events &&
    (prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA)) &&
    (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA))
  );
}

/**
 * The rules between configurations (S3 User Guide, "Configuring event notifications using object key name filtering").
 *
 * @throws InvalidArgument
 */
function checkTogether(targets: readonly NotificationTarget[]): void {
  if (new Set(targets.map(({ Id }) => Id)).size < targets.length) {
    throw invalid('Same ID used for multiple configurations. IDs must be unique');
  }
  targets.forEach((target, index) => {
    for (const other of targets.slice(index + 1)) {
      if (!overlap(target, other)) continue;
      throw invalid(
        target.filter.length === 0 && other.filter.length === 0
          ? 'Configurations overlap. Configurations on the same bucket cannot share a common event type.'
          : 'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
      );
    }
  });
}

/** Sends the test message; the whole configuration is refused where one topic doesn't take it. */
async function checkDestinations(call: S3Call, targets: readonly NotificationTarget[]): Promise<void> {
  // Queues and functions are services of their own that the sandbox doesn't have: they count as willing.
  const topics = [...new Set(targets.filter(({ kind }) => kind === 'Topic').map(({ arn }) => arn))];
  const refused: (readonly [string, string])[] = [];
  for (const arn of topics) {
    const outcome = await sendTestEvent(call.world, call.bucket, arn, call.request.requestId);
    if (outcome === 'denied') {
      refused.push([
        arn,
        'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
      ]);
    }
    if (outcome === 'no-such-topic') refused.push([arn, 'The destination topic does not exist']);
  }
  if (refused.length === 0) return;
  const extra = refused.flatMap(([arn, why], index) => [
    [`ArgumentName${index + 1}`, arn] as const,
    [`ArgumentValue${index + 1}`, why] as const,
  ]);
  throw s3Error('InvalidArgument', {
    message: 'Unable to validate the following destination configurations',
    extra: Object.fromEntries(extra),
  });
}

/** PutBucketNotificationConfiguration replaces the whole configuration and sends s3:TestEvent to its topics. */
export async function putNotification(call: S3Call): Promise<WireResponse> {
  authorize(call, 's3:PutBucketNotification');
  const root = parseXml(call.request.body, 'NotificationConfiguration');
  const targets = KINDS.flatMap((kind) => childrenOf(root, kind.root).map((parsed) => readTarget(call, parsed, kind)));
  checkTogether(targets);
  if (header(call, 'x-amz-skip-destination-validation')?.toLowerCase() !== 'true')
    await checkDestinations(call, targets);
  call.bucket.notification = { targets, eventBridge: childOf(root, 'EventBridgeConfiguration') !== undefined };
  return OK;
}

function targetElement(target: NotificationTarget): Xml {
  const kind = KINDS.find((candidate) => candidate.kind === target.kind);
  return element(
    kind?.root ?? 'TopicConfiguration',
    element('Id', target.Id),
    element(target.kind, target.arn),
    target.events.map((event) => element('Event', event)),
    target.filter.length === 0
      ? undefined
      : element(
          'Filter',
          element(
            'S3Key',
            target.filter.map((rule) =>
              // S3 answers with a capital whatever was sent.
              element(
                'FilterRule',
                element('Name', rule.name === 'prefix' ? 'Prefix' : 'Suffix'),
                element('Value', rule.value),
              ),
            ),
          ),
        ),
  );
}

/** GetBucketNotificationConfiguration: an empty document where nothing is configured. */
export function getNotification(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketNotification');
  const { targets, eventBridge } = call.bucket.notification;
  return xmlResponse(
    document(
      'NotificationConfiguration',
      targets.map(targetElement),
      eventBridge ? element('EventBridgeConfiguration') : undefined,
    ),
  );
}
