import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The pieces of a signature, from the Authorization header or the query of a presigned URL. */
export interface Signature {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** YYYYMMDDTHHMMSSZ */
  readonly timestamp: string;
  readonly presigned: boolean;
}

/** What was signed, as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as in the request line. */
  readonly url: string;
  /** Names and values in turn, as `http.IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** RFC 3986: everything but unreserved characters is escaped ("Create a signed AWS API request", UriEncode). */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Percent-decodes; what is no valid escape stays as it is. */
export function uriDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** SHA-256, hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

const signingKeys = new Map<string, Buffer>();

/** The key derived for one day, region and service; the last ones are remembered. */
export function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const name = `${secret}/${date}/${region}/${service}`;
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
    if (signingKeys.size > 1000) signingKeys.clear();
    signingKeys.set(name, key);
  }
  return key;
}

/** `DATE/REGION/SERVICE/aws4_request` */
export function scopeOf(signature: Signature): string {
  return `${signature.date}/${signature.region}/${signature.service}/aws4_request`;
}

/** Canonical query: sorted by encoded name, then value; the signature itself left out. */
function canonicalQuery(query: string, presigned: boolean): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      return [uriEncode(uriDecode(name)), uriEncode(uriDecode(value))] as const;
    })
    .filter(([name]) => !(presigned && name === 'X-Amz-Signature'))
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeaders(rawHeaders: readonly string[], signed: readonly string[]): string {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const list = values.get(name);
    const value = rawHeaders[i + 1]!.trim().replaceAll(/\s+/g, ' ');
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  }
  return signed.map((name) => `${name}:${(values.get(name) ?? []).join(',')}\n`).join('');
}

/**
 * The canonical paths that a request may have been signed with: S3 signs the path encoded once and as it is, all other
 * services encode twice ("Create a signed AWS API request", step 1).
 */
function canonicalPaths(path: string): readonly string[] {
  const once = path
    .split('/')
    .map((segment) => uriEncode(uriDecode(segment)))
    .join('/');
  if (!once.includes('%')) return [once];
  const twice = once.split('/').map(uriEncode).join('/');
  return [once, twice];
}

/** The string that was signed, for comparison and for S3's SignatureDoesNotMatch answer. */
export interface Verification {
  readonly valid: boolean;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly key: Buffer;
}

/**
 * Recomputes a Signature Version 4 and compares.
 *
 * @param payloadHash the value of x-amz-content-sha256, or the hash of the body where there is none
 */
export function verifySignature(
  request: SignedRequest,
  signature: Signature,
  secret: string,
  payloadHash: string,
): Verification {
  const mark = request.url.indexOf('?');
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  const query = canonicalQuery(mark < 0 ? '' : request.url.slice(mark + 1), signature.presigned);
  const headers = canonicalHeaders(request.rawHeaders, signature.signedHeaders);
  const key = signingKey(secret, signature.date, signature.region, signature.service);
  let first: Verification | undefined;
  for (const canonicalPath of canonicalPaths(path)) {
    const canonicalRequest = `${request.method}\n${canonicalPath}\n${query}\n${headers}\n${signature.signedHeaders.join(';')}\n${payloadHash}`;
    const stringToSign = `AWS4-HMAC-SHA256\n${signature.timestamp}\n${scopeOf(signature)}\n${sha256(canonicalRequest)}`;
    const valid = sameText(hmac(key, stringToSign).toString('hex'), signature.signature);
    const result = { valid, canonicalRequest, stringToSign, key };
    if (valid) return result;
    first ??= result;
  }
  return first!;
}

/** Signature of one chunk or of the trailer of a streamed body. */
export function chunkSignature(key: Buffer, stringToSign: string): string {
  return hmac(key, stringToSign).toString('hex');
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Milliseconds of a YYYYMMDDTHHMMSSZ, NaN where it is none. */
export function timeOf(timestamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}
