import { denialMessage } from '../../protocol/denial.js';
import { type QueryParameters, validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import { nameKey } from '../../store/iam.js';
import type { Role, World } from '../../store/types.js';
import { WireError, type WireRequest } from '../../types.js';
import { sessionPoliciesIn } from './session-policies.js';
import { credentialsXml, durationIn, openSession } from './sessions.js';

/** The ARN of a role: its account and its name. */
export const ROLE_ARN = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/;
/** STS API Reference, AssumeRole: RoleSessionName. */
export const SESSION_NAME = /^[\w+=,.@-]*$/;
const CHAINED_MAX = 3600;

/**
 * STS API Reference, AssumeRole. The trust policy and the caller's own policies decide ("Policy evaluation logic",
 * "Cross-account policy evaluation logic"); the root user can't assume a role.
 *
 * @throws WireError AccessDenied also where there is no such role: STS doesn't tell
 */
export function assumeRole(request: WireRequest, params: QueryParameters, world: World): XmlNode {
  const roleArn = params.required('RoleArn');
  const sessionName = matching(params.required('RoleSessionName'), 'roleSessionName', SESSION_NAME, 2, 64);
  const externalId = params.optional('ExternalId');
  if (externalId !== undefined) matching(externalId, 'externalId', /^[\w+=,.@:/-]*$/, 2, 1224);
  const named = ROLE_ARN.exec(roleArn);
  if (named === null) throw validationError(`${roleArn} is invalid`);
  const seconds = durationIn(params, 43_200);
  const { caller } = request;
  if (caller.arn.endsWith(':root')) {
    throw new WireError('AccessDenied', 403, 'Roles may not be assumed by root accounts.');
  }

  const [, account, name] = named;
  const role = world.iam.roles.visible(nameKey(account!, name!));
  const found = role?.arn === roleArn ? role : undefined;
  checkTrust(request, params, world, { roleArn, account: account!, role: found, sessionName, externalId });

  const chained = caller.arn.includes(':assumed-role/');
  if (chained && seconds !== undefined && seconds > CHAINED_MAX) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds !== undefined && found !== undefined && seconds > found.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const id = found?.id ?? world.iam.named.idOf(roleArn);
  const sessionPolicies = sessionPoliciesIn(params, world);
  const session = openSession(world, {
    account: account!,
    arn: `arn:${world.partition}:sts::${account}:assumed-role/${found?.name ?? name}/${sessionName}`,
    userId: `${id}:${sessionName}`,
    ownerId: id,
    ownerArn: roleArn,
    seconds: seconds ?? CHAINED_MAX,
    sessionPolicies,
  });
  return {
    Credentials: credentialsXml(session),
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    PackedPolicySize: sessionPolicies.length === 0 ? undefined : 6,
    SourceIdentity: params.optional('SourceIdentity'),
  };
}

function checkTrust(
  request: WireRequest,
  params: QueryParameters,
  world: World,
  target: {
    readonly roleArn: string;
    readonly account: string;
    readonly role: Role | undefined;
    readonly sessionName: string;
    readonly externalId: string | undefined;
  },
): void {
  const { caller } = request;
  const { role, roleArn, account } = target;
  if (role === undefined) {
    // A role of another account that was only named: its own account's people may do everything there.
    if (caller.unlimited && caller.account === account) return;
    throw new WireError(
      'AccessDenied',
      403,
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  }
  const sourceIdentity = params.optional('SourceIdentity');
  const tags = Object.entries(role.tags).flatMap(([key, value]) => [
    [`iam:ResourceTag/${key}`, value] as const,
    [`aws:ResourceTag/${key}`, value] as const,
  ]);
  const decision = world.decide(
    { ...world.policiesOf(caller), trustPolicy: world.renderPolicy(role.trustPolicy) },
    {
      principal: caller.arn,
      action: 'sts:AssumeRole',
      resource: role.arn,
      resourceAccount: account,
      context: {
        ...world.contextOf(request),
        ...Object.fromEntries(tags),
        'sts:RoleSessionName': target.sessionName,
        ...(target.externalId === undefined ? {} : { 'sts:ExternalId': target.externalId }),
        ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
      },
    },
  );
  if (decision.decision === 'allow') return;
  throw new WireError(
    'AccessDenied',
    403,
    caller.account === account
      ? denialMessage(caller.arn, 'sts:AssumeRole', role.arn, decision)
      : `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
  );
}

/** A parameter that has to fit; else STS's own validation error. */
export function matching(value: string, name: string, pattern: RegExp, min: number, max: number): string {
  const failed =
    value.length < min
      ? `Member must have length greater than or equal to ${min}`
      : value.length > max
        ? `Member must have length less than or equal to ${max}`
        : pattern.test(value)
          ? undefined
          : `Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`;
  if (failed === undefined) return value;
  throw validationError(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${failed}`,
  );
}
