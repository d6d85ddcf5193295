import { createHmac } from 'node:crypto';
import type { World } from '../store/types.js';
import { WireError } from '../types.js';
import { type Credentials, findCredentials } from './credentials.js';
import type { RawRequest } from './raw-request.js';
import { sameText, uriDecode } from './sigv4.js';

const SUBRESOURCES = new Set([
  'acl',
  'cors',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'tagging',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

/**
 * Whether it is a presigned URL of Signature Version 2, which the AWS CLI 1 and boto3 still make in the regions that
 * have it ("S3 presigned URLs use Signature Version 2 by default in regions where S3 supports it", boto3
 * documentation, generate_presigned_url).
 */
export function isPresignedV2(request: RawRequest): boolean {
  return ['AWSAccessKeyId', 'Signature', 'Expires'].every((name) => request.query.has(name));
}

/**
 * Checks such a URL ("Signing and authenticating REST requests (AWS Signature Version 2)").
 *
 * @throws WireError AccessDenied once it expired, SignatureDoesNotMatch, and what the key or token is refused with
 */
export function authenticateV2(request: RawRequest, world: World): Credentials {
  const expires = Number(request.query.get('Expires'));
  if (!Number.isInteger(expires)) {
    throw new WireError('AccessDenied', 403, `Invalid date (should be seconds since epoch): ${expires}`);
  }
  if (world.clock() > expires * 1000) {
    throw new WireError('AccessDenied', 403, 'Request has expired', {
      Expires: new Date(expires * 1000).toISOString(),
      ServerTime: new Date(world.clock()).toISOString(),
    });
  }
  const accessKeyId = request.query.get('AWSAccessKeyId') ?? '';
  const credentials = findCredentials(request, { accessKeyId }, world, 's3');
  const given = request.query.get('Signature') ?? '';
  const texts = resources(request).map((resource) => stringToSign(request, resource));
  const valid = texts.some((text) =>
    sameText(createHmac('sha1', credentials.secret).update(text).digest('base64'), given),
  );
  if (valid) return credentials;
  throw new WireError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { AWSAccessKeyId: accessKeyId, StringToSign: texts[0]!, SignatureProvided: given },
  );
}

/** A header that was signed may have been moved into the query. */
function signedValue(request: RawRequest, name: string): string {
  return request.headers[name] ?? request.query.get(name) ?? '';
}

function stringToSign(request: RawRequest, resource: string): string {
  const names = [...Object.keys(request.headers), ...request.query.keys()].filter((name) => name.startsWith('x-amz-'));
  const amz = [...new Set(names)].sort().map((name) => `${name}:${signedValue(request, name)}\n`);
  return [
    request.method,
    signedValue(request, 'content-md5'),
    signedValue(request, 'content-type'),
    request.query.get('Expires') ?? '',
    `${amz.join('')}${resource}`,
  ].join('\n');
}

/** The path with its bucket: as it came, or behind the bucket that the Host header names. */
function resources(request: RawRequest): readonly string[] {
  const mark = request.url.indexOf('?');
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  const asked = (mark < 0 ? '' : request.url.slice(mark + 1))
    .split('&')
    .map((pair) => pair.split('=', 2) as [string, string?])
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${uriDecode(value)}`));
  const query = asked.length === 0 ? '' : `?${asked.join('&')}`;
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const buckets = [...host.matchAll(/\./g)].map((dot) => host.slice(0, dot.index));
  return ['', host, ...buckets].map((bucket) => `${bucket === '' ? '' : `/${bucket}`}${path}${query}`);
}
