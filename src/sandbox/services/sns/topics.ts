import type { ContextValues } from '../../../policy/types.js';
import { authorize } from '../../protocol/authorize.js';
import type { QueryParameters } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { TagMap, Topic, World } from '../../store/types.js';
import { WireError, type WireRequest } from '../../types.js';
import { deliver } from './deliver.js';
import { invalidParameter, notFound } from './errors.js';
import { defaultTopicPolicy, topicPolicy } from './policy.js';

/** One call of the SNS API. */
export interface SnsCall {
  readonly request: WireRequest;
  readonly params: QueryParameters;
  readonly world: World;
}

/** The result element, or undefined for an action without one. */
export type SnsAction = (call: SnsCall) => XmlNode | undefined;

const TOPIC_ARN = /^arn:[a-z-]+:sns:[a-z0-9-]+:(\d{12}):[\w-]{1,256}(?:\.fifo)?$/;
const SETTABLE = new Set([
  'Policy',
  'DisplayName',
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
  'FifoTopic',
  'ContentBasedDeduplication',
]);

/**
 * Asks whether the caller may do an SNS action on a topic.
 *
 * @throws WireError AuthorizationError (SNS's word for AccessDenied)
 */
export function maySns(call: SnsCall, action: string, topic: Topic | string, context: ContextValues = {}): void {
  const arn = typeof topic === 'string' ? topic : topic.arn;
  const account =
    typeof topic === 'string' ? (TOPIC_ARN.exec(topic)?.[1] ?? call.request.caller.account!) : topic.account;
  const owner = call.request.caller.account;
  authorize(call.request, call.world, {
    action: `SNS:${action}`,
    resource: arn,
    resourceAccount: account,
    ...(typeof topic === 'string' ? {} : { resourcePolicy: call.world.renderPolicy(topic.policy) }),
    context: { ...(owner === undefined ? {} : { 'aws:SourceOwner': owner }), ...context },
    code: 'AuthorizationError',
  });
}

/** The topic of a call, once the caller may do the action. @throws WireError NotFound, AuthorizationError, InvalidParameter */
export function topicFor(call: SnsCall, action: string, parameter = 'TopicArn', context: ContextValues = {}): Topic {
  const arn = call.params.required(parameter);
  if (!TOPIC_ARN.test(arn))
    throw invalidParameter(`${parameter} Reason: An ARN must have at least 6 elements, not ${arn.split(':').length}`);
  const topic = call.world.topics.get(arn);
  maySns(call, action, topic ?? arn, context);
  if (topic === undefined) throw notFound();
  return topic;
}

function tagsIn(call: SnsCall): TagMap {
  return Object.fromEntries(call.params.pairs('Tags'));
}

function sameTags(a: TagMap, b: TagMap): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

const createTopic: SnsAction = (call) => {
  const { world, request, params } = call;
  const name = params.required('Name');
  if (!/^[\w-]{1,256}(?:\.fifo)?$/.test(name)) throw invalidParameter('Topic Name');
  const account = request.caller.account!;
  const arn = `arn:${world.partition}:sns:${request.region}:${account}:${name}`;
  const tags = tagsIn(call);
  const keys = Object.keys(tags);
  const context: ContextValues =
    keys.length === 0
      ? {}
      : { 'aws:TagKeys': keys, ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key]!])) };
  maySns(call, 'CreateTopic', arn, context);
  if (keys.length > 0) maySns(call, 'TagResource', arn, context);
  const known = world.topics.get(arn);
  if (known !== undefined) {
    if (keys.length > 0 && !sameTags(known.tags, tags)) {
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
    return { TopicArn: arn };
  }
  const attributes = Object.fromEntries(params.pairs('Attributes'));
  const { Policy: policyText, ...others } = attributes;
  world.topics.set(arn, {
    arn,
    name,
    account,
    region: request.region,
    policy:
      policyText === undefined ? world.storePolicy(defaultTopicPolicy(arn, account)) : topicPolicy(world, policyText),
    tags,
    attributes: others,
    subscriptions: new Map(),
  });
  return { TopicArn: arn };
};

const deleteTopic: SnsAction = (call) => {
  const arn = call.params.required('TopicArn');
  const topic = call.world.topics.get(arn);
  maySns(call, 'DeleteTopic', topic ?? arn);
  // Deleting what isn't there is no error (SNS API Reference, DeleteTopic: idempotent).
  call.world.topics.delete(arn);
  return undefined;
};

const getTopicAttributes: SnsAction = (call) => {
  const topic = topicFor(call, 'GetTopicAttributes');
  const subscriptions = [...topic.subscriptions.values()];
  const attributes: Readonly<Record<string, string>> = {
    TopicArn: topic.arn,
    Owner: topic.account,
    Policy: JSON.stringify(call.world.renderPolicy(topic.policy)),
    DisplayName: '',
    SubscriptionsConfirmed: String(subscriptions.filter((one) => one.confirmed).length),
    SubscriptionsPending: String(subscriptions.filter((one) => !one.confirmed).length),
    SubscriptionsDeleted: '0',
    ...topic.attributes,
  };
  return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
};

const setTopicAttributes: SnsAction = (call) => {
  const topic = topicFor(call, 'SetTopicAttributes');
  const name = call.params.required('AttributeName');
  const value = call.params.optional('AttributeValue') ?? '';
  if (!SETTABLE.has(name)) throw invalidParameter('AttributeName');
  if (name === 'Policy') {
    topic.policy =
      value === ''
        ? call.world.storePolicy(defaultTopicPolicy(topic.arn, topic.account))
        : topicPolicy(call.world, value);
  } else topic.attributes = { ...topic.attributes, [name]: value };
  return undefined;
};

const listTopics: SnsAction = (call) => {
  const { request, world } = call;
  maySns(call, 'ListTopics', `arn:${world.partition}:sns:${request.region}:${request.caller.account}:*`);
  const own = [...world.topics.values()].filter(
    (topic) => topic.account === request.caller.account && topic.region === request.region,
  );
  return { Topics: { member: own.map((topic) => ({ TopicArn: topic.arn })) } };
};

const publish: SnsAction = (call) => {
  const topic = topicFor(call, 'Publish', call.params.optional('TopicArn') === undefined ? 'TargetArn' : 'TopicArn');
  const message = call.params.optional('Message') ?? '';
  if (message === '') throw invalidParameter('Empty message');
  if (Buffer.byteLength(message) > 262_144) throw invalidParameter('Message too long');
  return { MessageId: deliver(call.world, topic, call.params.optional('Subject'), message) };
};

const tagResource: SnsAction = (call) => {
  const topic = topicFor(call, 'TagResource', 'ResourceArn');
  const tags = { ...topic.tags, ...tagsIn(call) };
  if (Object.keys(tags).length > 50) {
    throw new WireError('TagLimitExceeded', 400, 'Could not complete request: tag quota of per resource exceeded');
  }
  topic.tags = tags;
  return {};
};

const untagResource: SnsAction = (call) => {
  const topic = topicFor(call, 'UntagResource', 'ResourceArn');
  const keys = call.params.list('TagKeys');
  topic.tags = Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !keys.includes(key)));
  return {};
};

const listTagsForResource: SnsAction = (call) => {
  const topic = topicFor(call, 'ListTagsForResource', 'ResourceArn');
  return { Tags: { member: Object.entries(topic.tags).map(([Key, Value]) => ({ Key, Value })) } };
};

/** Topics, their policies and tags, and publishing. */
export const TOPIC_ACTIONS: Readonly<Record<string, SnsAction>> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes: setTopicAttributes,
  ListTopics: listTopics,
  Publish: publish,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
