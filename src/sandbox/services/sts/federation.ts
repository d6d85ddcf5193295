import { authorize } from '../../protocol/authorize.js';
import { type QueryParameters, validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest } from '../../types.js';
import { sessionPoliciesIn } from './session-policies.js';
import { credentialsXml, durationIn, openSession } from './sessions.js';

/**
 * STS API Reference, GetFederationToken: the user's own rights, cut by the policies that come with the call; without
 * any the session may do nothing but what resource policies grant it by name.
 */
export function getFederationToken(request: WireRequest, params: QueryParameters, world: World): XmlNode {
  const { caller } = request;
  const name = params.required('Name');
  if (!/^[\w+=,.@-]{2,32}$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (caller.tokenIssuedAt !== undefined) {
    throw new WireError('AccessDenied', 403, 'Cannot call GetFederationToken with session credentials');
  }
  const account = caller.account!;
  const arn = `arn:${world.partition}:sts::${account}:federated-user/${name}`;
  authorize(request, world, { action: 'sts:GetFederationToken', resource: arn, resourceAccount: account });
  const sessionPolicies = sessionPoliciesIn(params, world);
  const session = openSession(world, {
    account,
    arn,
    userId: `${account}:${name}`,
    ownerId: caller.principalId,
    ownerArn: arn,
    seconds: durationIn(params, 129_600) ?? 43_200,
    sessionPolicies,
  });
  return {
    Credentials: credentialsXml(session),
    FederatedUser: { FederatedUserId: session.userId, Arn: arn },
    PackedPolicySize: sessionPolicies.length === 0 ? undefined : 6,
  };
}
