import type { WireError, WireResponse } from '../types.js';
import { queryError } from './query.js';
import type { Dialect } from './raw-request.js';
import { xml } from './xml.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * An error in its service's own words: REST/XML for S3, the same in an ErrorResponse for S3 Control, Query/XML for
 * IAM, STS and SNS.
 */
export function errorAnswer(
  error: WireError,
  dialect: Dialect,
  namespace: string,
  requestId: string,
  hostId: string,
): WireResponse {
  if (dialect === 'query') {
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml', ...error.headers },
      body: queryError(namespace, error, requestId),
    };
  }
  const ids = { RequestId: requestId, HostId: hostId };
  const content = { Code: error.code, Message: error.message, ...error.extra };
  const body =
    dialect === 's3' ? xml({ Error: { ...content, ...ids } }) : xml({ ErrorResponse: { Error: content, ...ids } });
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...error.headers },
    body: DECLARATION + body,
  };
}
