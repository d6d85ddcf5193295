import type { LifecycleRule, SettingNode } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { NO_CONTENT, OK, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { childOf, childrenOf, document, element, type ParsedElement, parseXml, textOf, type Xml } from './xml.js';

const ACTIONS = [
  'Expiration',
  'Transition',
  'NoncurrentVersionExpiration',
  'NoncurrentVersionTransition',
  'AbortIncompleteMultipartUpload',
];
const MAX_RULES = 1000;

/** GetBucketLifecycleConfiguration: the rules as they were put. */
export function getLifecycle(call: S3Call): WireResponse {
  authorize(call, 's3:GetLifecycleConfiguration');
  const { lifecycle, name } = call.bucket;
  if (lifecycle === undefined) throw s3Error('NoSuchLifecycleConfiguration', { extra: { BucketName: name } });
  const rules = lifecycle.map(({ id, content }) => element('Rule', element('ID', id), content.map(toXml)));
  return xmlResponse(document('LifecycleConfiguration', rules), {
    'x-amz-transition-default-minimum-object-size': 'all_storage_classes_128K',
  });
}

/**
 * PutBucketLifecycleConfiguration: kept and shown, never acted on, since nothing here grows old enough.
 *
 * @throws MalformedXML, InvalidRequest, InvalidArgument (400)
 */
export function putLifecycle(call: S3Call): WireResponse {
  authorize(call, 's3:PutLifecycleConfiguration');
  const rules = childrenOf(parseXml(call.request.body, 'LifecycleConfiguration'), 'Rule').map((rule) =>
    readRule(call, rule),
  );
  if (rules.length === 0 || rules.length > MAX_RULES) throw s3Error('MalformedXML');
  if (new Set(rules.map((rule) => rule.id)).size !== rules.length) {
    throw s3Error('InvalidArgument', { message: 'Rule ID must be unique. Found same ID for more than one rule' });
  }
  call.bucket.lifecycle = rules;
  return OK;
}

/** DeleteBucketLifecycle: s3:PutLifecycleConfiguration decides (S3 API Reference). */
export function deleteLifecycle(call: S3Call): WireResponse {
  authorize(call, 's3:PutLifecycleConfiguration');
  call.bucket.lifecycle = undefined;
  return NO_CONTENT;
}

function readRule(call: S3Call, rule: ParsedElement): LifecycleRule {
  const status = textOf(rule, 'Status');
  const scoped = childOf(rule, 'Filter') !== undefined || childOf(rule, 'Prefix') !== undefined;
  if ((status !== 'Enabled' && status !== 'Disabled') || !scoped) throw s3Error('MalformedXML');
  if (!ACTIONS.some((name) => childOf(rule, name) !== undefined)) {
    throw s3Error('InvalidRequest', { message: 'At least one action needs to be specified in a rule' });
  }
  const given = textOf(rule, 'ID') ?? '';
  if (given.length > 255)
    throw s3Error('InvalidArgument', { message: 'ID length should not exceed allowed limit of 255' });
  return {
    id: given === '' ? call.world.random.uuid() : given,
    generatedId: given === '',
    content: rule.children.filter((child) => child.name !== 'ID').map(toNode),
  };
}

function toNode(parsed: ParsedElement): SettingNode {
  return parsed.children.length === 0
    ? { name: parsed.name, value: parsed.text }
    : { name: parsed.name, value: parsed.children.map(toNode) };
}

function toXml({ name, value }: SettingNode): Xml {
  return element(name, typeof value === 'string' ? value : value.map(toXml));
}
