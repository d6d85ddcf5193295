import { type QueryParameters, validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { Session, World } from '../../store/types.js';

/** Makes temporary credentials and remembers them. */
export function openSession(
  world: World,
  input: Pick<Session, 'account' | 'arn' | 'userId' | 'ownerId' | 'ownerArn' | 'sessionPolicies'> & {
    readonly seconds: number;
  },
): Session {
  const { seconds, ...who } = input;
  const issuedAt = world.clock();
  const session: Session = {
    ...who,
    accessKeyId: `ASIA${world.random.id(16)}`,
    secret: world.random.token(40),
    token: `FwoGZXIvYXdzE${world.random.token(180)}`,
    issuedAt,
    expiresAt: issuedAt + seconds * 1000,
  };
  world.iam.sessions.set(session.accessKeyId, session);
  return session;
}

/** The Credentials element. */
export function credentialsXml(session: Session): XmlNode {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: new Date(session.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/**
 * DurationSeconds of a call.
 *
 * @throws WireError ValidationError outside 900..max
 */
export function durationIn(params: QueryParameters, max: number): number | undefined {
  const text = params.optional('DurationSeconds');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > max) {
    throw validationError(
      `1 validation error detected: Value '${text}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${seconds > max ? `less than or equal to ${max}` : 'greater than or equal to 900'}`,
    );
  }
  return seconds;
}
