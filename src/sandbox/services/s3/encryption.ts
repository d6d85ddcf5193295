import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { NO_CONTENT, OK, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { childOf, childrenOf, document, element, parseXml, textOf } from './xml.js';

/** GetBucketEncryption: SSE-S3, as every bucket has it since January 2023. */
export function getEncryption(call: S3Call): WireResponse {
  authorize(call, 's3:GetEncryptionConfiguration');
  return xmlResponse(
    document(
      'ServerSideEncryptionConfiguration',
      element(
        'Rule',
        element('ApplyServerSideEncryptionByDefault', element('SSEAlgorithm', 'AES256')),
        element('BucketKeyEnabled', call.bucket.bucketKey === true),
      ),
    ),
  );
}

/** PutBucketEncryption: one rule, and SSE-S3 in it, as there is no KMS here. */
export function putEncryption(call: S3Call): WireResponse {
  authorize(call, 's3:PutEncryptionConfiguration');
  const rules = childrenOf(parseXml(call.request.body, 'ServerSideEncryptionConfiguration'), 'Rule');
  const algorithm = textOf(childOf(rules[0], 'ApplyServerSideEncryptionByDefault'), 'SSEAlgorithm');
  if (rules.length !== 1) throw s3Error('MalformedXML');
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse') {
    throw s3Error('NotImplemented', { message: 'The sandbox has no KMS: server-side encryption is AES256 only' });
  }
  if (algorithm !== undefined && algorithm !== 'AES256') throw s3Error('MalformedXML');
  call.bucket.bucketKey = textOf(rules[0], 'BucketKeyEnabled')?.trim() === 'true';
  return OK;
}

/** DeleteBucketEncryption resets to SSE-S3; s3:PutEncryptionConfiguration decides (S3 API Reference). */
export function deleteEncryption(call: S3Call): WireResponse {
  authorize(call, 's3:PutEncryptionConfiguration');
  call.bucket.bucketKey = undefined;
  return NO_CONTENT;
}
