import type { PolicyDocument } from '../../../policy/types.js';
import { awsManagedPolicy } from '../../store/aws-managed.js';
import { nameKey, newestPolicy, visiblePolicy } from '../../store/iam.js';
import type { ManagedPolicy } from '../../store/types.js';
import { WireError } from '../../types.js';
import { checked, type IamCall, limitExceeded, noSuchEntity } from './call.js';
import { countedSize, identityDocument } from './documents.js';

const SIZE_QUOTA = 6144;

function notFound(arn: string): WireError {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

/** PolicyArn of a call. */
export function arnIn(call: IamCall): string {
  return checked('policyArn', call.params.required('PolicyArn'));
}

/** A policy of AWS's or of the caller's account, as others see it. @throws WireError NoSuchEntity */
export function toShow(call: IamCall, arn: string): ManagedPolicy {
  const found = visiblePolicy(call.world.iam, arn);
  if (found === undefined || !(found.account === 'aws' || found.account === call.account)) throw notFound(arn);
  return found;
}

/** A policy to change: the newest. @throws WireError NoSuchEntity, AccessDenied for AWS's own */
export function toChange(call: IamCall, arn: string): ManagedPolicy {
  if (awsManagedPolicy(arn) !== undefined) {
    throw new WireError('AccessDenied', 403, `Policy ${arn} is managed by AWS and can't be changed.`);
  }
  const found = newestPolicy(call.world.iam, arn);
  if (found === undefined || found.account !== call.account) throw notFound(arn);
  return found;
}

/** Stores a changed policy. */
export function save(call: IamCall, policy: ManagedPolicy): void {
  call.world.iam.policies.put(nameKey(policy.account, policy.name), { ...policy, updatedAt: call.world.clock() });
}

/** PolicyDocument of a call. @throws WireError MalformedPolicyDocument, LimitExceeded */
export function documentIn(call: IamCall): PolicyDocument {
  const text = call.params.required('PolicyDocument');
  const document = identityDocument(call.world, text);
  if (countedSize(text) > SIZE_QUOTA) throw limitExceeded(`Cannot exceed quota for PolicySize: ${SIZE_QUOTA}`);
  return document;
}
