import { NAMESPACES } from '../../protocol/namespaces.js';
import { QueryParameters, queryAnswer } from '../../protocol/query.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest, type WireResponse } from '../../types.js';
import { SUBSCRIPTION_ACTIONS } from './subscriptions.js';
import { type SnsAction, TOPIC_ACTIONS } from './topics.js';

const ACTIONS: ReadonlyMap<string, SnsAction> = new Map([
  ...Object.entries(TOPIC_ACTIONS),
  ...Object.entries(SUBSCRIPTION_ACTIONS),
]);

/**
 * Answers a call of the SNS API (Query protocol, version 2010-03-31).
 *
 * @throws WireError with the code, status and message that SNS uses
 */
export async function handleSns(request: WireRequest, world: World): Promise<WireResponse> {
  const params = new QueryParameters(request);
  const action = ACTIONS.get(params.action);
  if (action === undefined) {
    throw new WireError('InvalidAction', 400, `Could not find operation ${params.action} for version 2010-03-31`);
  }
  const result = action({ request, params, world });
  return { status: 200, body: queryAnswer(NAMESPACES.sns, params.action, result, request.requestId) };
}
