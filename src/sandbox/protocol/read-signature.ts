import { WireError } from '../types.js';
import type { Dialect, RawRequest } from './raw-request.js';
import { type Signature, timeOf } from './sigv4.js';

const HEADER = /^AWS4-HMAC-SHA256\s+(.*)$/s;
const SKEW_MS = 15 * 60 * 1000;

/**
 * The signature of a request, from its Authorization header or its query (presigned); undefined where there is none.
 *
 * @throws WireError where it is incomplete or of another kind
 */
export function readSignature(request: RawRequest, dialect: Dialect): Signature | undefined {
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
  if (request.query.has('AWSAccessKeyId')) throw unsupportedMechanism();
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

/** Signature Version 2 in a header, or something else. */
function unsupportedMechanism(): WireError {
  return new WireError(
    'InvalidRequest',
    400,
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

/**
 * Refuses a signature that is too old or from the future, and a presigned URL that has expired.
 *
 * @throws WireError RequestTimeTooSkewed (S3), SignatureDoesNotMatch (Query API), AccessDenied (presigned)
 */
export function checkClock(request: RawRequest, signature: Signature, now: number, dialect: Dialect): void {
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
