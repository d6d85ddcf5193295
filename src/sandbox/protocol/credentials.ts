import type { AccessKey, Session, World } from '../store/types.js';
import { type Caller, WireError } from '../types.js';
import type { Dialect, RawRequest } from './raw-request.js';
import type { Signature } from './sigv4.js';

/** The secret to check a signature with, and whose it is. */
export interface Credentials {
  readonly secret: string;
  readonly caller: Caller;
}

function unknownKey(accessKeyId: string, dialect: Dialect): WireError {
  return dialect === 'query'
    ? new WireError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.')
    : new WireError('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.', {
        AWSAccessKeyId: accessKeyId,
      });
}

/**
 * Looks up an access key, long-term or temporary, and its owner.
 *
 * @throws WireError InvalidAccessKeyId or InvalidClientTokenId, InvalidToken, ExpiredToken
 */
export function findCredentials(
  request: RawRequest,
  signature: Pick<Signature, 'accessKeyId'>,
  world: World,
  dialect: Dialect,
): Credentials {
  const { accessKeyId } = signature;
  const token =
    request.headers['x-amz-security-token'] ??
    request.query.get('X-Amz-Security-Token') ??
    request.query.get('x-amz-security-token') ??
    undefined;
  const session = world.iam.sessions.get(accessKeyId);
  if (session !== undefined) return ofSession(session, token, world, dialect);
  const key = world.iam.keys.visible(accessKeyId);
  if (key === undefined || key.status !== 'Active' || !ownerExists(world, key.ownerId)) {
    throw unknownKey(accessKeyId, dialect);
  }
  if (token !== undefined && token !== '') {
    throw dialect === 'query'
      ? new WireError('InvalidClientTokenId', 403, 'The security token included in the request is invalid')
      : new WireError('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.', {
          'Token-0': token,
        });
  }
  return { secret: key.secret, caller: ofKey(key, world) };
}

function ofKey(key: AccessKey, world: World): Caller {
  const common = { account: key.account, sessionPolicies: [], accessKeyId: key.id };
  if (key.ownerId === undefined) {
    return { ...common, arn: key.ownerArn, userId: key.account, unlimited: false };
  }
  const arn = currentArn(world, key.ownerId) ?? key.ownerArn;
  return {
    ...common,
    arn,
    userId: key.ownerId,
    principalArn: arn,
    principalId: key.ownerId,
    unlimited: onlyNamed(world, key.ownerId),
  };
}

function ofSession(session: Session, token: string | undefined, world: World, dialect: Dialect): Credentials {
  if (token === undefined || token === '') throw unknownKey(session.accessKeyId, dialect);
  if (token !== session.token) {
    throw dialect === 'query'
      ? new WireError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.')
      : new WireError('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.');
  }
  if (world.clock() >= session.expiresAt) {
    throw dialect === 'query'
      ? new WireError('ExpiredToken', 403, 'The security token included in the request is expired')
      : new WireError('ExpiredToken', 400, 'The provided token has expired.');
  }
  if (!ownerExists(world, session.ownerId)) throw unknownKey(session.accessKeyId, dialect);
  const principalArn = (session.ownerId && currentArn(world, session.ownerId)) ?? session.ownerArn;
  return {
    secret: session.secret,
    caller: {
      arn: session.arn,
      account: session.account,
      userId: session.userId,
      sessionPolicies: session.sessionPolicies,
      unlimited: session.ownerId !== undefined && onlyNamed(world, session.ownerId),
      principalArn,
      ...(session.ownerId === undefined ? {} : { principalId: session.ownerId }),
      accessKeyId: session.accessKeyId,
      tokenIssuedAt: session.issuedAt,
    },
  };
}

function ownerExists(world: World, id: string | undefined): boolean {
  if (id === undefined) return true;
  const table = id.startsWith('AROA') ? world.iam.roles : world.iam.users;
  return (
    table.visibleById(id) !== undefined || table.newestById(id) !== undefined || world.iam.named.arnOf(id) !== undefined
  );
}

function currentArn(world: World, id: string): string | undefined {
  const table = id.startsWith('AROA') ? world.iam.roles : world.iam.users;
  return (table.newestById(id) ?? table.visibleById(id))?.arn ?? world.iam.named.arnOf(id);
}

function onlyNamed(world: World, id: string): boolean {
  return world.iam.named.arnOf(id) !== undefined;
}
