import type { Subscription, Topic, World } from '../../store/types.js';

const ATTEMPTS = 3;
const TIMEOUT_MS = 5000;
const PAUSE_MS = 200;

interface Deliveries {
  readonly running: Set<Promise<void>>;
  readonly abort: AbortController;
}

const deliveries = new WeakMap<World, Deliveries>();

function deliveriesOf(world: World): Deliveries {
  let known = deliveries.get(world);
  if (known === undefined) {
    known = { running: new Set(), abort: new AbortController() };
    deliveries.set(world, known);
  }
  return known;
}

/** Ends what is still being delivered. */
export async function stopDeliveries(world: World): Promise<void> {
  const known = deliveries.get(world);
  if (known === undefined) return;
  known.abort.abort();
  await Promise.allSettled(known.running);
}

function post(world: World, subscription: Subscription, type: string, body: string, raw = false): void {
  const { running, abort } = deliveriesOf(world);
  const headers: Record<string, string> = {
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': type,
    'x-amz-sns-topic-arn': subscription.topicArn,
    ...(type === 'SubscriptionConfirmation' ? {} : { 'x-amz-sns-subscription-arn': subscription.arn }),
    ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
  };
  const attempt = async (): Promise<void> => {
    for (let i = 0; i < ATTEMPTS && !abort.signal.aborted; i++) {
      try {
        const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(TIMEOUT_MS)]);
        const answer = await fetch(subscription.endpoint, {
          method: 'POST',
          headers,
          body,
          signal,
          redirect: 'manual',
        });
        await answer.arrayBuffer();
        if (answer.ok) return;
      } catch {
        // An endpoint that is down is asked again, as SNS's delivery policy has it, and then given up.
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (i + 1)).unref());
    }
  };
  const task = attempt().finally(() => running.delete(task));
  running.add(task);
}

function isHttp(subscription: Subscription): boolean {
  return subscription.protocol === 'http' || subscription.protocol === 'https';
}

function envelope(world: World, type: string, fields: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    {
      Type: type,
      MessageId: world.random.uuid(),
      ...fields,
      Timestamp: new Date(world.clock()).toISOString(),
      SignatureVersion: '1',
      // There is no AWS certificate here to sign with.
      Signature: 'c2FuZGJveA==',
      SigningCertURL: `${world.endpoint}/SimpleNotificationService.pem`,
    },
    undefined,
    2,
  );
}

/** Asks an HTTP endpoint to confirm ("HTTP/HTTPS subscription confirmation JSON format" of the SNS Developer Guide). */
export function requestConfirmation(world: World, subscription: Subscription): void {
  if (!isHttp(subscription)) return;
  const { topicArn, token } = subscription;
  const url = `${world.endpoint}/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topicArn)}&Token=${token}`;
  const body = envelope(world, 'SubscriptionConfirmation', {
    Token: token,
    TopicArn: topicArn,
    Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: url,
  });
  post(world, subscription, 'SubscriptionConfirmation', body);
}

/** Sends a message to every confirmed HTTP subscription; returns at once with the message's id. */
export function deliver(world: World, topic: Topic, subject: string | undefined, message: string): string {
  const id = world.random.uuid();
  for (const subscription of topic.subscriptions.values()) {
    if (!subscription.confirmed || !isHttp(subscription)) continue;
    if (subscription.attributes.RawMessageDelivery === 'true') {
      post(world, subscription, 'Notification', message, true);
      continue;
    }
    const body = envelope(world, 'Notification', {
      MessageId: id,
      TopicArn: topic.arn,
      ...(subject === undefined || subject === '' ? {} : { Subject: subject }),
      Message: message,
      UnsubscribeURL: `${world.endpoint}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}`,
    });
    post(world, subscription, 'Notification', body);
  }
  return id;
}
