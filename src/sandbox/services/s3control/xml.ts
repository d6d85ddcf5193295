import type { WireError, WireResponse } from '../../types.js';
import { type Content, element, elementWith } from '../s3/xml.js';

const NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/';

/** 200 with a document in S3 Control's namespace. */
export function controlDocument(name: string, ...content: readonly Content[]): WireResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${elementWith(name, { xmlns: NAMESPACE }, ...content).xml}`,
  };
}

/** An error as S3 Control wraps it: `ErrorResponse` around S3's `Error`. */
export function controlError(error: WireError, requestId: string): WireResponse {
  const document = controlDocument(
    'ErrorResponse',
    element(
      'Error',
      element('Code', error.code),
      element('Message', error.message),
      Object.entries(error.extra).map(([name, value]) => element(name, value)),
    ),
    element('RequestId', requestId),
    element('HostId', requestId),
  );
  return { ...document, status: error.status, headers: { ...document.headers, ...error.headers } };
}
