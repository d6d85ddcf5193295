import { type Arn, parseArn } from '../arn.js';
import type { EvaluationRequest, Layer } from '../types.js';
import type { Caller } from './caller.js';

export interface AccessPointTarget {
  readonly arn: string;
  readonly account: string;
  /** The same resource by the bucket's own ARN, as the bucket policy sees it. */
  readonly behind: Resource;
}

/** A resource as patterns are matched against it. */
export interface Resource {
  readonly text: string;
  readonly arn: Arn | undefined;
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
  return { text, arn: parseArn(text) };
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

/** Reads action and resource of a request; the resource's account is the given one, the ARN's, or the caller's. */
export function readTarget(request: EvaluationRequest, caller: Caller, resource: Resource, keyPolicy: boolean): Target {
  const action = request.action.toLowerCase();
  const colon = action.indexOf(':');
  const service = colon < 0 ? action : action.slice(0, colon);
  const { arn } = resource;
  const accessPoint = accessPointOf(request, resource);
  const inArn = arn !== undefined && /^\d{12}$/.test(arn.account) ? arn.account : undefined;
  const trust = TRUST_ACTIONS.has(action);
  const key = service === 'kms' && (keyPolicy || (arn?.resource.startsWith('key/') ?? false));
  return {
    service,
    action,
    resource,
    account: request.resourceAccount ?? inArn ?? caller.account,
    accessPoint,
    layer: trust ? 'trust-policy' : key ? 'key-policy' : 'resource-policy',
    strict: trust || key,
    unsigned: UNSIGNED_ACTIONS.has(action),
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
