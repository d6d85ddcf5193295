import { nameKey } from '../store/iam.js';
import type { AccessKey, Session, World } from '../store/types.js';
import { type Caller, WireError } from '../types.js';
import { decodeChunked } from './chunked.js';
import { type Signature, scopeOf, sha256, timeOf, verifySignature } from './sigv4.js';

export type Dialect = 's3' | 's3control' | 'query';

/** A request as it came over the wire, before anybody looked at who sent it. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface Authenticated {
  readonly caller: Caller;
  /** Region of the credential scope, else the sandbox's. */
  readonly region: string;
  /** After the chunks of a streamed upload were taken apart. */
  readonly body: Buffer;
  /** Trailing headers. */
  readonly trailers: Readonly<Record<string, string>>;
}

export const ANONYMOUS: Caller = {
  arn: '*',
  account: undefined,
  userId: undefined,
  sessionPolicies: [],
  unlimited: false,
};

const SKEW_MS = 15 * 60 * 1000;
const HEADER = /^AWS4-HMAC-SHA256\s+(.*)$/s;

/**
 * Checks the signature (Signature Version 4, header or presigned), the key, the session token and the clock.
 *
 * @returns who sent it; `*` for an unsigned request to S3
 * @throws WireError with the code that the service uses: InvalidAccessKeyId of S3 is InvalidClientTokenId elsewhere
 */
export function authenticate(request: RawRequest, world: World, dialect: Dialect): Authenticated {
  const signature = readSignature(request, dialect);
  if (signature === undefined) {
    if (dialect !== 'query') {
      return { caller: ANONYMOUS, region: world.region, ...unsignedBody(request) };
    }
    throw new WireError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
  checkClock(request, signature, world.clock(), dialect);
  const credentials = findCredentials(request, signature, world, dialect);
  const payloadHash = payloadHashOf(request, signature, dialect);
  const result = verifySignature(request, signature, credentials.secret, payloadHash);
  if (!result.valid) throw signatureMismatch(signature, result, dialect);

  const streamed = payloadHash.startsWith('STREAMING-');
  if (!streamed && /^[0-9a-f]{64}$/.test(payloadHash) && sha256(request.body) !== payloadHash) {
    throw new WireError(
      'XAmzContentSHA256Mismatch',
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { ClientComputedContentSHA256: payloadHash, S3ComputedContentSHA256: sha256(request.body) },
    );
  }
  const seed = payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256')
    ? {
        key: result.key,
        timestamp: signature.timestamp,
        scope: scopeOf(signature),
        signature: signature.signature,
      }
    : undefined;
  const decoded = streamed ? decodeChunked(request.body, seed) : { body: request.body, trailers: {} };
  return {
    caller: {
      ...credentials.caller,
      authType: signature.presigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
      ...(signature.presigned ? { signatureAge: Math.max(0, world.clock() - timeOf(signature.timestamp)) } : {}),
    },
    region: signature.region,
    ...decoded,
  };
}

/** Signature Version 2 (buckets made since June 2020 take none), or something else. */
function unsupportedMechanism(): WireError {
  return new WireError(
    'InvalidRequest',
    400,
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

function unsignedBody(request: RawRequest): Pick<Authenticated, 'body' | 'trailers'> {
  const chunked = request.headers['x-amz-content-sha256'] === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  return chunked ? decodeChunked(request.body, undefined) : { body: request.body, trailers: {} };
}

function readSignature(request: RawRequest, dialect: Dialect): Signature | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const match = HEADER.exec(authorization);
    if (match === null) {
      if (dialect === 'query') {
        throw new WireError('IncompleteSignature', 400, 'Authorization header requires a supported algorithm.');
      }
      throw unsupportedMechanism();
    }
    const parts = new Map(
      match[1]!.split(',').map((part) => {
        const equals = part.indexOf('=');
        return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const;
      }),
    );
    return makeSignature(
      {
        credential: parts.get('Credential'),
        signedHeaders: parts.get('SignedHeaders'),
        signature: parts.get('Signature'),
        timestamp: request.headers['x-amz-date'] ?? basicDate(request.headers.date),
        presigned: false,
      },
      dialect,
    );
  }
  if (request.query.has('AWSAccessKeyId') && request.query.has('Signature')) throw unsupportedMechanism();
  if (!request.query.has('X-Amz-Signature') && !request.query.has('X-Amz-Algorithm')) return undefined;
  return makeSignature(
    {
      credential: request.query.get('X-Amz-Credential') ?? undefined,
      signedHeaders: request.query.get('X-Amz-SignedHeaders') ?? undefined,
      signature: request.query.get('X-Amz-Signature') ?? undefined,
      timestamp: request.query.get('X-Amz-Date') ?? undefined,
      presigned: true,
    },
    dialect,
  );
}

function makeSignature(
  parts: {
    readonly credential: string | undefined;
    readonly signedHeaders: string | undefined;
    readonly signature: string | undefined;
    readonly timestamp: string | undefined;
    readonly presigned: boolean;
  },
  dialect: Dialect,
): Signature {
  const scope = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(parts.credential ?? '');
  if (
    scope === null ||
    parts.signedHeaders === undefined ||
    parts.signature === undefined ||
    parts.timestamp === undefined ||
    Number.isNaN(timeOf(parts.timestamp))
  ) {
    if (dialect === 'query') {
      throw new WireError(
        'IncompleteSignature',
        400,
        'Authorization requires Credential, SignedHeaders, Signature and a date.',
      );
    }
    const [code, message] = parts.presigned
      ? [
          'AuthorizationQueryParametersError',
          'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
        ]
      : [
          'AuthorizationHeaderMalformed',
          'The authorization header is malformed; the authorization component is incomplete.',
        ];
    throw new WireError(code!, 400, message!);
  }
  const [, accessKeyId, date, region, service] = scope;
  return {
    accessKeyId: accessKeyId!,
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: parts.signedHeaders.split(';'),
    signature: parts.signature,
    timestamp: parts.timestamp,
    presigned: parts.presigned,
  };
}

function basicDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function checkClock(request: RawRequest, signature: Signature, now: number, dialect: Dialect): void {
  const signed = timeOf(signature.timestamp);
  if (signature.presigned) {
    const seconds = Number(request.query.get('X-Amz-Expires') ?? '900');
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > 604800) {
      throw new WireError(
        'AuthorizationQueryParametersError',
        400,
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
      );
    }
    if (now > signed + seconds * 1000) {
      throw new WireError('AccessDenied', 403, 'Request has expired', {
        'X-Amz-Expires': String(seconds),
        Expires: new Date(signed + seconds * 1000).toISOString(),
        ServerTime: new Date(now).toISOString(),
      });
    }
    if (signed > now + SKEW_MS) throw new WireError('AccessDenied', 403, 'Request is not valid yet');
    return;
  }
  if (Math.abs(now - signed) <= SKEW_MS) return;
  if (dialect === 'query') {
    const limit = new Date(now - SKEW_MS).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    throw new WireError(
      'SignatureDoesNotMatch',
      403,
      signed < now
        ? `Signature expired: ${signature.timestamp} is now earlier than ${limit} (15 min.)`
        : `Signature not yet current: ${signature.timestamp} is still later than the server's clock (15 min.)`,
    );
  }
  throw new WireError(
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
    {
      RequestTime: signature.timestamp,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(SKEW_MS),
    },
  );
}

function payloadHashOf(request: RawRequest, signature: Signature, dialect: Dialect): string {
  const header = request.headers['x-amz-content-sha256'] ?? request.query.get('X-Amz-Content-Sha256') ?? undefined;
  if (header !== undefined) return header;
  if (signature.presigned && dialect === 's3') return 'UNSIGNED-PAYLOAD';
  return sha256(request.body);
}

function signatureMismatch(
  signature: Signature,
  result: { readonly canonicalRequest: string; readonly stringToSign: string },
  dialect: Dialect,
): WireError {
  if (dialect === 'query') {
    return new WireError(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return new WireError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      AWSAccessKeyId: signature.accessKeyId,
      StringToSign: result.stringToSign,
      SignatureProvided: signature.signature,
      CanonicalRequest: result.canonicalRequest,
    },
  );
}

interface Credentials {
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

function findCredentials(request: RawRequest, signature: Signature, world: World, dialect: Dialect): Credentials {
  const { accessKeyId } = signature;
  const token = request.headers['x-amz-security-token'] ?? request.query.get('X-Amz-Security-Token') ?? undefined;
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

/** Whether an account has a user or role of that name that was made by a call. */
export function isMade(world: World, kind: 'role' | 'user', account: string, name: string): boolean {
  const table = kind === 'role' ? world.iam.roles : world.iam.users;
  return table.newest(nameKey(account, name)) !== undefined;
}
