import { NAMESPACES } from '../../protocol/namespaces.js';
import { QueryParameters, queryAnswer } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest, type WireResponse } from '../../types.js';
import { assumeRole } from './assume-role.js';
import { getFederationToken } from './federation.js';
import { credentialsXml, durationIn, openSession } from './sessions.js';
import { assumeRoleWithWebIdentity } from './web-identity.js';

type StsAction = (request: WireRequest, params: QueryParameters, world: World) => XmlNode;

// Needs no permission, and no policy can deny it (STS API Reference, GetCallerIdentity).
const getCallerIdentity: StsAction = ({ caller }) => ({
  UserId: caller.userId,
  Account: caller.account,
  Arn: caller.arn,
});

const getSessionToken: StsAction = ({ caller }, params, world) => {
  if (caller.tokenIssuedAt !== undefined) {
    throw new WireError('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials');
  }
  const session = openSession(world, {
    account: caller.account!,
    arn: caller.arn,
    userId: caller.userId!,
    ownerId: caller.principalId,
    ownerArn: caller.arn,
    seconds: durationIn(params, 129_600) ?? 43_200,
    sessionPolicies: [],
  });
  return { Credentials: credentialsXml(session) };
};

const getAccessKeyInfo: StsAction = (_request, params, world) => {
  const id = params.required('AccessKeyId');
  const account = world.iam.keys.newest(id)?.account ?? world.iam.sessions.get(id)?.account;
  if (account === undefined) throw new WireError('ValidationError', 400, 'Invalid access key id');
  return { Account: account };
};

const ACTIONS: ReadonlyMap<string, StsAction> = new Map([
  ['AssumeRole', assumeRole],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
  ['GetCallerIdentity', getCallerIdentity],
  ['GetFederationToken', getFederationToken],
  ['GetSessionToken', getSessionToken],
  ['GetAccessKeyInfo', getAccessKeyInfo],
]);

/**
 * Answers a call of the STS API (Query protocol, version 2011-06-15).
 *
 * @throws WireError with the code, status and message that STS uses
 */
export async function handleSts(request: WireRequest, world: World): Promise<WireResponse> {
  const params = new QueryParameters(request);
  const action = ACTIONS.get(params.action);
  if (action === undefined) {
    throw new WireError('InvalidAction', 400, `Could not find operation ${params.action} for version 2011-06-15`);
  }
  const result = action(request, params, world);
  return { status: 200, body: queryAnswer(NAMESPACES.sts, params.action, result, request.requestId) };
}
