import { S3ConnectError } from '../errors.js';

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly errors?: readonly { readonly code?: string }[];
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  'EPROTO',
  'ERR_INVALID_URL',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired']);
const UNUSABLE = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'AuthFailure',
]);
const WRONG_REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
/** Refusals with status 403 that are no lack of a permission. */
const NOT_DENIALS = new Set(['RequestTimeTooSkewed', 'RegionDisabledException', 'InvalidObjectState', 'OptInRequired']);

/** AWS's code of a failed SDK call: the name, unless the SDK could not read the body. */
export function awsCodeOf(e: unknown): string | undefined {
  const error = e as SdkError;
  if (e instanceof S3ConnectError) return e.awsCode;
  if (error?.name === undefined) return undefined;
  return error.name === 'Unknown' || error.name === 'UnknownError' || error.name === 'Error' ? error.Code : error.name;
}

export function httpStatusOf(e: unknown): number | undefined {
  return e instanceof S3ConnectError ? e.httpStatus : (e as SdkError)?.$metadata?.httpStatusCode;
}

/** The region that S3 says a bucket is in, from the answer to a request that went to another one. */
export function regionHintOf(e: unknown): string | undefined {
  const error = e as SdkError;
  return error?.$response?.headers?.['x-amz-bucket-region'] ?? error?.Region;
}

/** The connection's own error code, if the request never got an answer. */
export function connectionErrorOf(e: unknown): string | undefined {
  const error = e as SdkError;
  const codes = [error?.code, ...(error?.errors ?? []).map((inner) => inner.code)];
  const known = codes.find((code) => code !== undefined && UNREACHABLE.has(code));
  if (known !== undefined) return known;
  return error?.name === 'TimeoutError' && error.$metadata?.httpStatusCode === undefined ? 'TimeoutError' : undefined;
}

function credentialsError(error: SdkError, call: string, e: unknown, profile: string | undefined): S3ConnectError {
  const message = error.message ?? 'no credentials';
  const login = profile === undefined ? 'aws sso login' : `aws sso login --profile ${profile}`;
  if (/expired|refresh/i.test(message) || error.name === 'TokenProviderError') {
    const sso = /sso|token/i.test(message);
    return new S3ConnectError('ExpiredCredentials', `${call}: the credentials have expired (${message})`, {
      hint: sso ? `Run \`${login}\` and try again.` : 'Renew the credentials and try again.',
      cause: e,
    });
  }
  return new S3ConnectError(
    'NoCredentials',
    profile === undefined
      ? `No usable AWS credentials: ${message}`
      : `No usable AWS credentials for profile ${profile}: ${message}`,
    {
      hint: 'Give --profile NAME, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. To try without an account: `s3connect sandbox -- COMMAND`.',
      ...(profile === undefined ? {} : { path: '--profile' }),
      cause: e,
    },
  );
}

/**
 * Turns whatever an SDK call threw into the one error class.
 * A denial is told by status 403 first and by name second: some endpoints send bodies that the SDK can't read.
 *
 * @param call `Service:Operation`, as in IAM actions.
 * @param profile for the command that renews an SSO session.
 */
export function translateAwsError(e: unknown, call: string, profile?: string): S3ConnectError {
  if (e instanceof S3ConnectError) return e;
  const error = e as SdkError;
  const awsCode = awsCodeOf(e);
  const httpStatus = httpStatusOf(e);
  const message = error?.message ?? String(e);
  const details = {
    cause: e,
    ...(awsCode === undefined ? {} : { awsCode }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
  };
  if (error?.name === 'AbortError') return new S3ConnectError('Interrupted', `${call} was interrupted`, { cause: e });
  if (httpStatus === undefined && /^(Credentials|Token)ProviderError$/.test(error?.name ?? '')) {
    return credentialsError(error, call, e, profile);
  }
  const connection = connectionErrorOf(e);
  if (httpStatus === undefined && connection !== undefined) {
    return new S3ConnectError(
      'EndpointUnreachable',
      `${call}: no answer from the endpoint (${connection}: ${message})`,
      {
        ...details,
        hint: 'Check the network, the proxy settings, and --endpoint-url or AWS_ENDPOINT_URL.',
      },
    );
  }
  if (awsCode !== undefined && EXPIRED.has(awsCode)) {
    return new S3ConnectError('ExpiredCredentials', `${call}: ${message}`, {
      ...details,
      hint: `Renew the credentials (with IAM Identity Center: \`aws sso login${profile === undefined ? '' : ` --profile ${profile}`}\`) and try again.`,
    });
  }
  if (awsCode !== undefined && UNUSABLE.has(awsCode)) {
    return new S3ConnectError('NoCredentials', `${call}: AWS doesn't accept the credentials (${awsCode}: ${message})`, {
      ...details,
      hint: 'Check the access key, its secret, and that it belongs to this partition and endpoint.',
    });
  }
  const region = regionHintOf(e);
  if (awsCode !== undefined && (WRONG_REGION.has(awsCode) || (httpStatus === 301 && region !== undefined))) {
    return new S3ConnectError(
      'BadValue',
      region === undefined
        ? `${call}: the bucket is in another region (${message})`
        : `${call}: the bucket is in the region ${region}`,
      { ...details, path: '--region', hint: region === undefined ? 'Name its region.' : `Use the region ${region}.` },
    );
  }
  if ((httpStatus === 403 || /^AccessDenied|^Unauthorized/.test(awsCode ?? '')) && !NOT_DENIALS.has(awsCode ?? '')) {
    return new S3ConnectError('AccessDenied', `${call} was denied: ${message}`, {
      ...details,
      hint: `Give the caller the permission ${call}, or use other credentials (\`s3connect doctor\` lists what is missing).`,
    });
  }
  return new S3ConnectError('AwsError', `${call} failed: ${awsCode === undefined ? '' : `${awsCode}: `}${message}`, {
    ...details,
    ...(awsCode === 'RequestTimeTooSkewed' ? { hint: 'Set the clock of this machine.' } : {}),
  });
}
