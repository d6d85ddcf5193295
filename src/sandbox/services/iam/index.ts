import { NAMESPACES } from '../../protocol/namespaces.js';
import { QueryParameters, queryAnswer } from '../../protocol/query.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest, type WireResponse } from '../../types.js';
import { ACCESS_KEY_ACTIONS } from './access-keys.js';
import { ACCOUNT_ACTIONS } from './account.js';
import type { IamAction } from './call.js';
import { GRANT_ACTIONS } from './grants.js';
import { INSTANCE_PROFILE_ACTIONS } from './instance-profiles.js';
import { POLICY_ACTIONS } from './policies.js';
import { POLICY_VERSION_ACTIONS } from './policy-versions.js';
import { ROLE_ACTIONS } from './roles.js';
import { SIMULATE_ACTIONS } from './simulate.js';
import { USER_ACTIONS } from './users.js';

const ACTIONS: ReadonlyMap<string, IamAction> = new Map(
  [
    ROLE_ACTIONS,
    USER_ACTIONS,
    GRANT_ACTIONS,
    POLICY_ACTIONS,
    POLICY_VERSION_ACTIONS,
    ACCESS_KEY_ACTIONS,
    ACCOUNT_ACTIONS,
    INSTANCE_PROFILE_ACTIONS,
    SIMULATE_ACTIONS,
  ].flatMap((actions) => Object.entries(actions)),
);

/**
 * Answers a call of the IAM API (Query protocol, version 2010-05-08).
 *
 * @throws WireError with the code, status and message that IAM uses
 */
export async function handleIam(request: WireRequest, world: World): Promise<WireResponse> {
  const params = new QueryParameters(request);
  const action = ACTIONS.get(params.action);
  const account = request.caller.account;
  if (action === undefined || account === undefined) {
    throw new WireError('InvalidAction', 400, `Could not find operation ${params.action} for version 2010-05-08`);
  }
  const result = action({ request, world, params, account });
  return { status: 200, body: queryAnswer(NAMESPACES.iam, params.action, result, request.requestId) };
}
