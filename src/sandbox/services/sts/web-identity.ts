import { type QueryParameters, validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import { nameKey } from '../../store/iam.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest } from '../../types.js';
import { matching, ROLE_ARN, SESSION_NAME } from './assume-role.js';
import { sessionPoliciesIn } from './session-policies.js';
import { credentialsXml, durationIn, openSession } from './sessions.js';

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
}

/**
 * STS API Reference, AssumeRoleWithWebIdentity: nobody signs it, and the trust policy alone decides, with the identity
 * provider as principal. A provider exists as soon as a trust policy names it, and the claims of a token are believed:
 * the keys that it is signed with are out of reach here.
 *
 * @throws WireError InvalidIdentityToken, ExpiredTokenException, AccessDenied (also where there is no such role)
 */
export function assumeRoleWithWebIdentity(request: WireRequest, params: QueryParameters, world: World): XmlNode {
  const roleArn = params.required('RoleArn');
  const sessionName = matching(params.required('RoleSessionName'), 'roleSessionName', SESSION_NAME, 2, 64);
  const named = ROLE_ARN.exec(roleArn);
  if (named === null) throw validationError(`${roleArn} is invalid`);
  const seconds = durationIn(params, 43_200);
  const claims = claimsOf(params.required('WebIdentityToken'), world.clock());
  const [, account, name] = named;
  const role = world.iam.roles.visible(nameKey(account!, name!));
  const provider = claims.iss.replace(/^https:\/\//, '');
  const decision =
    role?.arn === roleArn
      ? world.decide(
          { trustPolicy: world.renderPolicy(role.trustPolicy) },
          {
            principal: `arn:${world.partition}:iam::${account}:oidc-provider/${provider}`,
            action: 'sts:AssumeRoleWithWebIdentity',
            resource: roleArn,
            resourceAccount: account!,
            context: {
              ...world.contextOf(request),
              [`${provider}:sub`]: claims.sub,
              [`${provider}:aud`]: claims.aud,
              'sts:RoleSessionName': sessionName,
            },
          },
        )
      : undefined;
  if (role === undefined || decision?.decision !== 'allow') {
    throw new WireError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  if (seconds !== undefined && seconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const session = openSession(world, {
    account: account!,
    arn: `arn:${world.partition}:sts::${account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    ownerId: role.id,
    ownerArn: roleArn,
    seconds: seconds ?? 3600,
    sessionPolicies: sessionPoliciesIn(params, world),
  });
  return {
    Credentials: credentialsXml(session),
    SubjectFromWebIdentityToken: claims.sub,
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    Provider: claims.iss,
    Audience: claims.aud,
  };
}

function claimsOf(token: string, now: number): Claims {
  const claims = payloadOf(token.trim());
  const text = (name: string): string => {
    const value = claims?.[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new WireError('InvalidIdentityToken', 400, `The ID Token provided is not a valid JWT: it has no ${name}`);
  };
  const exp = Number(claims?.exp);
  const found: Claims = { iss: text('iss'), sub: text('sub'), aud: text('aud'), exp };
  if (!(exp * 1000 > now)) throw new WireError('ExpiredTokenException', 400, 'Token expired');
  return found;
}

function payloadOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
