import type { CorsRule } from '../../store/buckets.js';
import type { WireRequest, WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { NO_CONTENT, OK, type S3Call, xmlResponse } from './call.js';
import { corsHeaders, matchingRule, requestedHeaders } from './cors-match.js';
import { s3Error } from './errors.js';
import { childrenOf, document, element, optional, type ParsedElement, parseXml, textOf } from './xml.js';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

function invalid(message: string): Error {
  return s3Error('InvalidRequest', { message });
}

function oneStar(values: readonly string[], element: string): void {
  const wrong = values.find((value) => value.split('*').length > 2);
  if (wrong !== undefined) throw invalid(`${element} "${wrong}" can not have more than one wildcard.`);
}

function values(rule: ParsedElement, name: string): readonly string[] {
  return childrenOf(rule, name).map((child) => child.text);
}

function readRule(parsed: ParsedElement): CorsRule {
  const ID = textOf(parsed, 'ID');
  const AllowedHeaders = values(parsed, 'AllowedHeader');
  const AllowedMethods = values(parsed, 'AllowedMethod');
  const AllowedOrigins = values(parsed, 'AllowedOrigin');
  const ExposeHeaders = values(parsed, 'ExposeHeader');
  const maxAge = textOf(parsed, 'MaxAgeSeconds');
  if (AllowedMethods.length === 0 || AllowedOrigins.length === 0) throw s3Error('MalformedXML');
  const unknown = AllowedMethods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) {
    throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`);
  }
  oneStar(AllowedOrigins, 'AllowedOrigin');
  oneStar(AllowedHeaders, 'AllowedHeader');
  const starred = ExposeHeaders.find((name) => name.includes('*'));
  if (starred !== undefined) {
    throw invalid(
      `ExposeHeader "${starred}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  }
  if (ID !== undefined && ID.length > 255) throw s3Error('MalformedXML');
  if (maxAge !== undefined && !/^\s*-?\d+\s*$/.test(maxAge)) throw s3Error('MalformedXML');
  return {
    ...(ID === undefined ? {} : { ID }),
    ...(AllowedHeaders.length === 0 ? {} : { AllowedHeaders }),
    AllowedMethods,
    AllowedOrigins,
    ...(ExposeHeaders.length === 0 ? {} : { ExposeHeaders }),
    ...(maxAge === undefined ? {} : { MaxAgeSeconds: Number(maxAge) }),
  };
}

/**
 * Reads a CORSConfiguration (S3 API Reference, PutBucketCors; S3 User Guide, "Elements of a CORS configuration").
 *
 * @throws MalformedXML, InvalidRequest
 */
function readCors(body: Buffer): readonly CorsRule[] {
  const root = parseXml(body, 'CORSConfiguration');
  const rules = childrenOf(root, 'CORSRule');
  if (rules.length === 0 || rules.length > 100 || body.length > 65_536) throw s3Error('MalformedXML');
  return rules.map(readRule);
}

/** GetBucketCors: the rules exactly as they were put, in their order. */
export function getBucketCors(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketCORS');
  const rules = call.bucket.cors;
  if (rules === undefined) throw s3Error('NoSuchCORSConfiguration', { extra: { BucketName: call.bucket.name } });
  return xmlResponse(
    document(
      'CORSConfiguration',
      rules.map((rule) =>
        element(
          'CORSRule',
          optional('ID', rule.ID),
          rule.AllowedMethods.map((value) => element('AllowedMethod', value)),
          rule.AllowedOrigins.map((value) => element('AllowedOrigin', value)),
          rule.AllowedHeaders?.map((value) => element('AllowedHeader', value)),
          optional('MaxAgeSeconds', rule.MaxAgeSeconds),
          rule.ExposeHeaders?.map((value) => element('ExposeHeader', value)),
        ),
      ),
    ),
  );
}

/** PutBucketCors replaces the whole configuration. */
export function putBucketCors(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketCORS');
  call.bucket.cors = readCors(call.request.body);
  return OK;
}

/** DeleteBucketCors: s3:PutBucketCORS decides. */
export function deleteBucketCors(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketCORS');
  call.bucket.cors = undefined;
  return NO_CONTENT;
}

/**
 * Answers a preflight, which needs no credentials (S3 User Guide, "Troubleshooting CORS").
 *
 * @throws AccessForbidden (403), BadRequest (400)
 */
export function preflight(
  request: WireRequest,
  rules: readonly CorsRule[] | undefined,
  isObject: boolean,
): WireResponse {
  const origin = request.headers.origin;
  const method = request.headers['access-control-request-method'];
  if (origin === undefined || origin === '') {
    throw s3Error('BadRequest', { message: 'Insufficient information. Origin request header needed.' });
  }
  if (method === undefined || !METHODS.includes(method)) {
    throw s3Error('BadRequest', { message: `Invalid Access-Control-Request-Method: ${method ?? 'null'}` });
  }
  const asked = {
    origin,
    method,
    headers: requestedHeaders(request.headers['access-control-request-headers']),
  };
  const extra = { Method: method, ResourceType: isObject ? 'OBJECT' : 'BUCKET' };
  if (rules === undefined) {
    throw s3Error('AccessForbidden', { message: 'CORSResponse: CORS is not enabled for this bucket.', extra });
  }
  const rule = matchingRule(rules, asked);
  if (rule === undefined) throw s3Error('AccessForbidden', { extra });
  return { status: 200, headers: corsHeaders(rule, asked) };
}

/** The CORS headers of an actual request's answer: none where no rule matches, and the answer is given all the same. */
export function actualHeaders(
  request: WireRequest,
  rules: readonly CorsRule[] | undefined,
): Readonly<Record<string, string>> {
  const origin = request.headers.origin;
  if (origin === undefined || origin === '' || rules === undefined) return {};
  const asked = { origin, method: request.method, headers: [] };
  const rule = matchingRule(rules, asked);
  return rule === undefined ? {} : corsHeaders(rule, asked);
}
