import type { XmlNode } from '../../protocol/xml.js';
import type { Subscription, World } from '../../store/types.js';
import { WireError } from '../../types.js';
import { requestConfirmation } from './deliver.js';
import { invalidParameter, notFound } from './errors.js';
import { maySns, type SnsAction, type SnsCall, topicFor } from './topics.js';

const PROTOCOLS = new Set(['http', 'https', 'email', 'email-json', 'sms', 'sqs', 'lambda', 'application', 'firehose']);
const SETTABLE = new Set([
  'RawMessageDelivery',
  'FilterPolicy',
  'FilterPolicyScope',
  'DeliveryPolicy',
  'RedrivePolicy',
]);

function subscriptionXml(subscription: Subscription): XmlNode {
  return {
    TopicArn: subscription.topicArn,
    Protocol: subscription.protocol,
    SubscriptionArn: subscription.confirmed ? subscription.arn : 'PendingConfirmation',
    Owner: subscription.owner,
    Endpoint: subscription.endpoint,
  };
}

function find(world: World, arn: string): Subscription | undefined {
  for (const topic of world.topics.values()) {
    const found = topic.subscriptions.get(arn);
    if (found !== undefined) return found;
  }
  return undefined;
}

const subscribe: SnsAction = (call) => {
  const { params, world, request } = call;
  const protocol = params.required('Protocol');
  const endpoint = params.optional('Endpoint') ?? '';
  const topic = topicFor(call, 'Subscribe', 'TopicArn', { 'sns:Protocol': protocol, 'sns:Endpoint': endpoint });
  if (!PROTOCOLS.has(protocol)) throw invalidParameter(`Does not support this protocol string: ${protocol}`);
  if ((protocol === 'http' || protocol === 'https') && !isUrl(endpoint, protocol)) {
    throw invalidParameter('Endpoint Reason: Endpoint must match the specified protocol');
  }
  if (endpoint === '') throw invalidParameter('Endpoint');
  let subscription = [...topic.subscriptions.values()].find(
    (known) => known.protocol === protocol && known.endpoint === endpoint,
  );
  if (subscription === undefined) {
    subscription = {
      arn: `${topic.arn}:${world.random.uuid()}`,
      topicArn: topic.arn,
      owner: request.caller.account!,
      protocol,
      endpoint,
      // Queues and functions confirm by themselves; a person or a web server has to answer.
      confirmed: protocol === 'sqs' || protocol === 'lambda',
      token: world.random.hex(128),
      attributes: Object.fromEntries(params.pairs('Attributes')),
    };
    topic.subscriptions.set(subscription.arn, subscription);
  }
  if (!subscription.confirmed) requestConfirmation(world, subscription);
  const shown = subscription.confirmed || params.optional('ReturnSubscriptionArn') === 'true';
  return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
};

function isUrl(endpoint: string, protocol: string): boolean {
  return URL.canParse(endpoint) && new URL(endpoint).protocol === `${protocol}:`;
}

const confirmSubscription: SnsAction = (call) => {
  const topic = call.world.topics.get(call.params.required('TopicArn'));
  if (topic === undefined) throw notFound();
  const token = call.params.required('Token');
  const subscription = [...topic.subscriptions.values()].find((known) => known.token === token);
  if (subscription === undefined) throw invalidParameter('Token');
  subscription.confirmed = true;
  return { SubscriptionArn: subscription.arn };
};

const unsubscribe: SnsAction = (call) => {
  const arn = call.params.required('SubscriptionArn');
  const subscription = find(call.world, arn);
  const { caller } = call.request;
  if (caller.account !== undefined) {
    maySns(call, 'Unsubscribe', subscription?.topicArn ?? arn);
    const topic = subscription === undefined ? undefined : call.world.topics.get(subscription.topicArn);
    if (topic !== undefined && caller.account !== topic.account && caller.account !== subscription?.owner) {
      throw new WireError('AuthorizationError', 403, 'Not authorized');
    }
  }
  if (subscription === undefined) throw notFound('Subscription does not exist');
  call.world.topics.get(subscription.topicArn)?.subscriptions.delete(arn);
  return undefined;
};

const listSubscriptionsByTopic: SnsAction = (call) => {
  const topic = topicFor(call, 'ListSubscriptionsByTopic');
  return { Subscriptions: { member: [...topic.subscriptions.values()].map(subscriptionXml) } };
};

const listSubscriptions: SnsAction = (call) => {
  const { request, world } = call;
  maySns(call, 'ListSubscriptions', `arn:${world.partition}:sns:${request.region}:${request.caller.account}:*`);
  const own = [...world.topics.values()]
    .flatMap((topic) => [...topic.subscriptions.values()])
    .filter((subscription) => subscription.owner === request.caller.account);
  return { Subscriptions: { member: own.map(subscriptionXml) } };
};

function known(call: SnsCall): Subscription {
  const subscription = find(call.world, call.params.required('SubscriptionArn'));
  if (subscription === undefined) throw notFound('Subscription does not exist');
  return subscription;
}

const getSubscriptionAttributes: SnsAction = (call) => {
  const subscription = known(call);
  maySns(call, 'GetSubscriptionAttributes', subscription.topicArn);
  const attributes: Readonly<Record<string, string>> = {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: subscription.owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(!subscription.confirmed),
    ConfirmationWasAuthenticated: 'false',
    RawMessageDelivery: 'false',
    ...subscription.attributes,
  };
  return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
};

const setSubscriptionAttributes: SnsAction = (call) => {
  const subscription = known(call);
  maySns(call, 'SetSubscriptionAttributes', subscription.topicArn);
  const name = call.params.required('AttributeName');
  if (!SETTABLE.has(name)) throw invalidParameter('AttributeName');
  subscription.attributes = { ...subscription.attributes, [name]: call.params.optional('AttributeValue') ?? '' };
  return undefined;
};

/** Subscriptions, and how they are confirmed. */
export const SUBSCRIPTION_ACTIONS: Readonly<Record<string, SnsAction>> = {
  Subscribe: subscribe,
  ConfirmSubscription: confirmSubscription,
  Unsubscribe: unsubscribe,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  ListSubscriptions: listSubscriptions,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
};
