import { isPublicPolicy } from '../../../policy/public.js';
import type { AccessPoint } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { accessPointArn } from '../s3/arns.js';
import { s3Error } from '../s3/errors.js';
import { publicPolicyBlocked, storedPolicy } from '../s3/policy.js';
import { readResourcePolicy } from '../s3/policy-check.js';
import { element, parseXml, textOf } from '../s3/xml.js';
import { authorizedPoint } from './access-points.js';
import type { ControlCall } from './call.js';
import { controlDocument } from './xml.js';

/** The point's own setting, its bucket's (of the same account) and the account's: any of them refuses. */
function blocksPublicPolicies(call: ControlCall, point: AccessPoint): boolean {
  const bucket = call.world.s3.buckets.get(point.bucket);
  const levels = [
    point.publicAccessBlock,
    bucket?.account === point.account ? bucket.publicAccessBlock : undefined,
    call.world.s3.accountBlocks.get(point.account),
  ];
  return levels.some((level) => level?.BlockPublicPolicy === true);
}

/** A point of a VPC is never public (S3 User Guide, "The meaning of public"). */
function isPublic(call: ControlCall, point: AccessPoint, policy: NonNullable<AccessPoint['policy']>): boolean {
  return point.vpcId === undefined && isPublicPolicy(call.world.renderPolicy(policy), 'access-point');
}

/** PutAccessPointPolicy replaces the whole document. */
export function putAccessPointPolicy(call: ControlCall, name: string): WireResponse {
  const point = authorizedPoint(call, name, 's3:PutAccessPointPolicy');
  const text = textOf(parseXml(call.request.body, 'PutAccessPointPolicyRequest'), 'Policy') ?? '';
  const arn = accessPointArn(point);
  const stored = storedPolicy(call.world, readResourcePolicy(Buffer.from(text), { kind: 'access-point', arn }));
  if (blocksPublicPolicies(call, point) && isPublic(call, point, stored)) {
    throw publicPolicyBlocked(call.request.caller.arn, 's3:PutAccessPointPolicy', arn);
  }
  point.policy = stored;
  return { status: 200 };
}

/** GetAccessPointPolicy. */
export function getAccessPointPolicy(call: ControlCall, name: string): WireResponse {
  const point = authorizedPoint(call, name, 's3:GetAccessPointPolicy');
  if (point.policy === undefined) throw s3Error('NoSuchAccessPointPolicy', { extra: { AccessPointName: name } });
  return controlDocument(
    'GetAccessPointPolicyResult',
    element('Policy', JSON.stringify(call.world.renderPolicy(point.policy))),
  );
}

/** DeleteAccessPointPolicy. */
export function deleteAccessPointPolicy(call: ControlCall, name: string): WireResponse {
  authorizedPoint(call, name, 's3:DeleteAccessPointPolicy').policy = undefined;
  return { status: 204 };
}

/** GetAccessPointPolicyStatus. */
export function getAccessPointPolicyStatus(call: ControlCall, name: string): WireResponse {
  const point = authorizedPoint(call, name, 's3:GetAccessPointPolicyStatus');
  if (point.policy === undefined) throw s3Error('NoSuchAccessPointPolicy', { extra: { AccessPointName: name } });
  return controlDocument(
    'GetAccessPointPolicyStatusResult',
    element('PolicyStatus', element('IsPublic', isPublic(call, point, point.policy))),
  );
}
