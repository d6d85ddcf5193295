import { describe, expect, it } from 'vitest';
import { awsCodeOf, translateAwsError } from '../../src/aws/errors.js';
import { S3ConnectError } from '../../src/errors.js';

function sdkError(name: string, status: number | undefined, message = 'no', more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }, more);
}

describe('translateAwsError', () => {
  it.each([
    ['CredentialsProviderError', undefined, 'Could not load credentials from any providers', 'NoCredentials'],
    [
      'CredentialsProviderError',
      undefined,
      'The SSO session associated with this profile has expired',
      'ExpiredCredentials',
    ],
    ['TokenProviderError', undefined, 'Token is expired', 'ExpiredCredentials'],
    ['ExpiredToken', 400, 'The provided token has expired', 'ExpiredCredentials'],
    ['ExpiredTokenException', 403, 'expired', 'ExpiredCredentials'],
    ['InvalidClientTokenId', 403, 'The security token included in the request is invalid', 'NoCredentials'],
    ['InvalidAccessKeyId', 403, 'no such key', 'NoCredentials'],
    ['SignatureDoesNotMatch', 403, 'wrong secret', 'NoCredentials'],
    ['AccessDenied', 403, 'Access Denied', 'AccessDenied'],
    ['AccessDeniedException', 400, 'Access Denied', 'AccessDenied'],
    ['MalformedPolicyDocument', 400, 'Invalid principal in policy', 'AwsError'],
    ['RequestTimeTooSkewed', 403, 'clock', 'AwsError'],
    ['AbortError', undefined, 'aborted', 'Interrupted'],
  ] as const)('%s (%s, %s) is %s', (name, status, message, code) => {
    expect(translateAwsError(sdkError(name, status, message), 'iam:GetRole').code).toBe(code);
  });

  it('tells a denial by its status where the SDK could not read the body', () => {
    expect(translateAwsError(sdkError('Unknown', 403), 'sts:AssumeRole').code).toBe('AccessDenied');
  });

  it('names the command that renews an SSO session, with the profile', () => {
    const e = sdkError('CredentialsProviderError', undefined, 'The SSO session has expired');
    expect(translateAwsError(e, 'sts:GetCallerIdentity', 'media-prod').hint).toContain(
      'aws sso login --profile media-prod',
    );
  });

  it('names the region that a bucket is really in', () => {
    const e = sdkError('PermanentRedirect', 301, 'elsewhere', {
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    });
    const error = translateAwsError(e, 's3:GetBucketPolicy');
    expect(error.code).toBe('BadValue');
    expect(error.message).toContain('eu-west-1');
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'SELF_SIGNED_CERT_IN_CHAIN'])(
    'takes %s for an endpoint that is not reached',
    (code) => {
      const error = translateAwsError(Object.assign(new Error('connect'), { code }), 'sts:GetCallerIdentity');
      expect(error.code).toBe('EndpointUnreachable');
      expect(error.hint).toContain('--endpoint-url');
    },
  );

  it('looks into the errors of a connection that was tried on several addresses', () => {
    const e = Object.assign(new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })]), {});
    expect(translateAwsError(e, 'sts:GetCallerIdentity').code).toBe('EndpointUnreachable');
  });

  it('names the IAM action and keeps what AWS said', () => {
    const error = translateAwsError(sdkError('LimitExceeded', 409, 'Cannot exceed quota'), 'iam:CreateRole');
    expect(error.message).toContain('iam:CreateRole');
    expect(error.message).toContain('Cannot exceed quota');
    expect(error.awsCode).toBe('LimitExceeded');
    expect(error.httpStatus).toBe(409);
  });

  it('lets its own errors through as they are', () => {
    const own = new S3ConnectError('NoCredentials', 'an MFA code is needed');
    expect(translateAwsError(own, 'sts:GetCallerIdentity')).toBe(own);
  });
});

describe('awsCodeOf', () => {
  it('falls back to the code in the body where the name says nothing', () => {
    expect(awsCodeOf(Object.assign(new Error('x'), { name: 'Unknown', Code: 'AccessDenied' }))).toBe('AccessDenied');
  });
});
