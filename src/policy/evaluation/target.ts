import { type Arn, parseArn } from '../arn.js';
import type { EvaluationRequest, Layer } from '../types.js';
import type { Caller } from './caller.js';

interface AccessPointTarget {
  readonly arn: string;
  readonly account: string;
  /** The same resource by the bucket's own ARN, as the bucket policy sees it. */
  readonly behind: Resource;
}

/** A resource as patterns are matched against it. */
export interface Resource {
  readonly text: string;
  readonly arn: Arn | undefined;
  /** The account in the ARN, where there is one. */
  readonly account: string | undefined;
}

/** What is asked for, and where its own policy stands. */
export interface Target {
  readonly service: string;
  /** In lower case: names of actions are case-insensitive. */
  readonly action: string;
  readonly resource: Resource;
  /** The account that owns the resource (the bucket behind an access point). */
  readonly account: string | undefined;
  readonly accessPoint: AccessPointTarget | undefined;
  /** The layer of the resource's own policy. */
  readonly layer: Layer;
  /** Trust and key policies must allow by themselves: an identity policy alone is never enough. */
  readonly strict: boolean;
  /** Nobody signs these calls: only the trust policy decides. */
  readonly unsigned: boolean;
}

/** A text as a resource. */
export function resourceOf(text: string): Resource {
  const arn = parseArn(text);
  return { text, arn, account: arn !== undefined && /^\d{12}$/.test(arn.account) ? arn.account : undefined };
}

/** An action as it is matched. */
export interface Action {
  /** In lower case: names of actions are case-insensitive. */
  readonly name: string;
  readonly service: string;
  readonly trust: boolean;
  readonly unsigned: boolean;
}

/** Reads the name of an action. */
export function actionOf(text: string): Action {
  const name = text.toLowerCase();
  const colon = name.indexOf(':');
  const service = colon < 0 ? name : name.slice(0, colon);
  return { name, service, trust: TRUST_ACTIONS.has(name), unsigned: UNSIGNED_ACTIONS.has(name) };
}

const TRUST_ACTIONS = new Set([
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:tagsession',
  'sts:setsourceidentity',
  'sts:setcontext',
]);
const UNSIGNED_ACTIONS = new Set(['sts:assumerolewithsaml', 'sts:assumerolewithwebidentity']);

/** Reads a request's target; its account is the given one, the one in the ARN, or the caller's. */
export function readTarget(
  request: EvaluationRequest,
  caller: Caller,
  action: Action,
  resource: Resource,
  keyPolicy: boolean,
): Target {
  const { service, trust } = action;
  const key = service === 'kms' && (keyPolicy || (resource.arn?.resource.startsWith('key/') ?? false));
  return {
    service,
    action: action.name,
    resource,
    account: request.resourceAccount ?? resource.account ?? caller.account,
    accessPoint: accessPointOf(request, resource),
    layer: trust ? 'trust-policy' : key ? 'key-policy' : 'resource-policy',
    strict: trust || key,
    unsigned: action.unsigned,
  };
}

function accessPointOf(request: EvaluationRequest, { arn }: Resource): AccessPointTarget | undefined {
  if (arn?.service !== 's3' || !arn.resource.startsWith('accesspoint/')) return undefined;
  const [, name = ''] = arn.resource.split('/', 2);
  const key = arn.resource.slice(`accesspoint/${name}`.length);
  const bucket = typeof request.bucket === 'string' ? request.bucket : undefined;
  const object = key.startsWith('/object/') ? key.slice('/object'.length) : '';
  return {
    arn: `arn:${arn.partition}:s3:${arn.region}:${arn.account}:accesspoint/${name}`,
    account: arn.account,
    behind: resourceOf(bucket === undefined ? request.resource : `arn:${arn.partition}:s3:::${bucket}${object}`),
  };
}
