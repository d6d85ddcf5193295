import type { World } from '../store/types.js';
import { type Caller, WireError } from '../types.js';
import { decodeChunked } from './chunked.js';
import { findCredentials } from './credentials.js';
import type { Dialect, RawRequest } from './raw-request.js';
import { checkClock, readSignature } from './read-signature.js';
import { authenticateV2, isPresignedV2 } from './sigv2.js';
import { type Signature, scopeOf, sha256, timeOf, verifySignature } from './sigv4.js';

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

/**
 * Checks the signature (Signature Version 4, header or presigned; Version 2 presigned), the key, the session token and the clock.
 *
 * @returns who sent it; `*` for an unsigned request to S3
 * @throws WireError with the code that the service uses: InvalidAccessKeyId of S3 is InvalidClientTokenId elsewhere
 */
export function authenticate(request: RawRequest, world: World, dialect: Dialect): Authenticated {
  if (dialect === 's3' && request.headers.authorization === undefined && isPresignedV2(request)) {
    const { caller } = authenticateV2(request, world);
    const withType = { ...caller, authType: 'REST-QUERY-STRING', signatureVersion: 'AWS' } as const;
    return { caller: withType, region: world.region, ...unsignedBody(request) };
  }
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

  if (dialect !== 'query') checkSignedHeaders(request, signature);
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

/**
 * S3 takes no x-amz- header that the signature doesn't cover, or a presigned URL could be given another meaning ("Create a
 * signed AWS API request": all x-amz-* headers must be signed).
 */
function checkSignedHeaders(request: RawRequest, signature: Signature): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signature.signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new WireError('AccessDenied', 403, 'There were headers present in the request which were not signed', {
    HeadersNotSigned: unsigned.join(', '),
  });
}

function unsignedBody(request: RawRequest): Pick<Authenticated, 'body' | 'trailers'> {
  const chunked = request.headers['x-amz-content-sha256'] === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  return chunked ? decodeChunked(request.body, undefined) : { body: request.body, trailers: {} };
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
