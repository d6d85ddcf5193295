import type { Bucket, NotificationTarget, ObjectVersion } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import { bucketArn } from './arns.js';
import type { S3Call } from './call.js';

/** Whether a configured event (`s3:ObjectCreated:*`) covers another, which may be a group itself. */
export function covers(configured: string, event: string): boolean {
  return configured === event || (configured.endsWith(':*') && event.startsWith(configured.slice(0, -1)));
}

function wants(target: NotificationTarget, event: string, key: string): boolean {
  return (
    target.events.some((configured) => covers(configured, event)) &&
    target.filter.every(({ name, value }) => (name === 'prefix' ? key.startsWith(value) : key.endsWith(value)))
  );
}

function record(
  call: S3Call,
  target: NotificationTarget,
  event: string,
  key: string,
  version: ObjectVersion | undefined,
): object {
  const { bucket, request, world } = call;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(world.clock()).toISOString(),
    eventName: event.replace(/^s3:/, ''),
    userIdentity: { principalId: request.caller.userId ?? 'Anonymous' },
    requestParameters: { sourceIPAddress: request.sourceIp ?? '127.0.0.1' },
    responseElements: { 'x-amz-request-id': request.requestId, 'x-amz-id-2': request.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: target.Id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: world.canonicalId(bucket.account) },
        arn: bucketArn(bucket),
      },
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        ...(version === undefined || version.deleteMarker
          ? {}
          : { size: version.body.length, eTag: version.etag.replaceAll('"', '') }),
        ...(bucket.versioning === undefined || version === undefined ? {} : { versionId: version.versionId }),
        sequencer: world.random.hex(16).toUpperCase(),
      },
    },
  };
}

/**
 * Sends an event to every topic that the bucket's notifications name for it (S3 User Guide, "Event message
 * structure"). A topic that doesn't take it any more loses it, as on AWS.
 */
export async function announce(
  call: S3Call,
  event: string,
  key: string,
  version: ObjectVersion | undefined,
): Promise<void> {
  const { bucket, world } = call;
  for (const target of bucket.notification.targets) {
    if (target.kind !== 'Topic' || !wants(target, event, key)) continue;
    await world.publishEvent({
      ...origin(bucket),
      topicArn: target.arn,
      message: JSON.stringify({ Records: [record(call, target, event, key, version)] }),
    });
  }
}

function origin(bucket: Bucket): {
  readonly service: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
  readonly subject: string;
} {
  return {
    service: 's3.amazonaws.com',
    sourceArn: bucketArn(bucket),
    sourceAccount: bucket.account,
    subject: 'Amazon S3 Notification',
  };
}

/** Sends the test message that S3 sends when a configuration is put. */
export async function sendTestEvent(
  world: World,
  bucket: Bucket,
  topicArn: string,
  requestId: string,
): Promise<'published' | 'denied' | 'no-such-topic'> {
  return world.publishEvent({
    ...origin(bucket),
    topicArn,
    message: JSON.stringify({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: new Date(world.clock()).toISOString(),
      Bucket: bucket.name,
      RequestId: requestId,
      HostId: requestId,
    }),
  });
}
