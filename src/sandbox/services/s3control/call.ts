import type { ContextValues } from '../../../policy/types.js';
import type { World } from '../../store/types.js';
import type { WireRequest } from '../../types.js';
import { denial } from '../s3/denials.js';
import { s3Error } from '../s3/errors.js';

/** A request to S3 Control: always about one account. */
export interface ControlCall {
  readonly request: WireRequest;
  readonly world: World;
  readonly account: string;
}

/**
 * Decides a call by the caller's own policies: none of these resources can be opened to another account.
 *
 * @throws AccessDenied (403)
 */
export function authorizeControl(
  call: ControlCall,
  action: string,
  resource: string,
  context: ContextValues = {},
): void {
  const { request, world, account } = call;
  if (request.caller.account !== account) throw denial(request.caller, undefined);
  const decision = world.decide(world.policiesOf(request.caller), {
    principal: request.caller.arn,
    action,
    resource,
    resourceAccount: account,
    context: { ...world.contextOf(request), 'aws:ResourceAccount': account, 's3:ResourceAccount': account, ...context },
  });
  if (decision.decision !== 'allow') throw denial(request.caller, { action, resource, account, decision });
}

/**
 * The account of a request: the header, or the label before the host (`111122223333.s3-control…`).
 *
 * @throws InvalidRequest where neither is there, or both and different
 */
export function accountOf(request: WireRequest): string {
  const inHeader = request.headers['x-amz-account-id'];
  const inHost = /^(\d{12})\./.exec(request.host)?.[1];
  const account = inHeader ?? inHost;
  if (account === undefined || !/^\d{12}$/.test(account) || (inHost !== undefined && inHost !== account)) {
    throw s3Error('InvalidRequest', { message: 'Invalid account id' });
  }
  return account;
}
