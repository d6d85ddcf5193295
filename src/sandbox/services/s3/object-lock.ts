import type { Bucket, ObjectVersion, RetentionMode } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize, may } from './authorize.js';
import { header, OK, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { childOf, document, element, parseXml, textOf } from './xml.js';

const DAY = 86_400_000;

/** GetObjectLockConfiguration. */
export function getObjectLock(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketObjectLockConfiguration');
  const { objectLock, name } = call.bucket;
  if (objectLock === undefined) throw s3Error('ObjectLockConfigurationNotFoundError', { extra: { BucketName: name } });
  const { rule } = objectLock;
  return xmlResponse(
    document(
      'ObjectLockConfiguration',
      element('ObjectLockEnabled', 'Enabled'),
      rule === undefined
        ? undefined
        : element('Rule', element('DefaultRetention', element('Mode', rule.mode), element(rule.unit, rule.days))),
    ),
  );
}

/** PutObjectLockConfiguration: only where versioning is on. */
export function putObjectLock(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketObjectLockConfiguration');
  if (call.bucket.versioning !== 'Enabled') {
    throw s3Error('InvalidBucketState', {
      message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    });
  }
  const root = parseXml(call.request.body, 'ObjectLockConfiguration');
  if (textOf(root, 'ObjectLockEnabled') !== 'Enabled') throw s3Error('MalformedXML');
  const retention = childOf(childOf(root, 'Rule'), 'DefaultRetention');
  if (retention === undefined) {
    call.bucket.objectLock = {};
    return OK;
  }
  const mode = textOf(retention, 'Mode');
  const unit = childOf(retention, 'Days') === undefined ? 'Years' : 'Days';
  const days = Number(textOf(retention, unit));
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || !Number.isInteger(days) || days < 1) {
    throw s3Error('MalformedXML');
  }
  call.bucket.objectLock = { rule: { mode, days, unit } };
  return OK;
}

/** The retention that a new version gets from the bucket's default. */
export function defaultRetention(
  bucket: Bucket,
  now: number,
): { readonly retention: { readonly mode: RetentionMode; readonly until: Date } } | undefined {
  const rule = bucket.objectLock?.rule;
  if (rule === undefined) return undefined;
  const length = rule.days * (rule.unit === 'Days' ? 1 : 365) * DAY;
  return { retention: { mode: rule.mode, until: new Date(now + length) } };
}

/**
 * Refuses to remove a version that is still retained (S3 User Guide, "How S3 Object Lock works"): nobody may under
 * COMPLIANCE or a legal hold, only who asks for it and has s3:BypassGovernanceRetention under GOVERNANCE.
 *
 * @throws AccessDenied (403)
 */
export function checkRetention(call: S3Call, key: string, version: ObjectVersion): void {
  const { retention, legalHold } = version;
  const locked = 'Access Denied because object protected by object lock.';
  if (legalHold === true) throw s3Error('AccessDenied', { message: locked });
  if (retention === undefined || retention.until.getTime() <= call.world.clock()) return;
  const bypass = header(call, 'x-amz-bypass-governance-retention')?.toLowerCase() === 'true';
  if (retention.mode === 'GOVERNANCE' && bypass && may(call, 's3:BypassGovernanceRetention', { key })) return;
  throw s3Error('AccessDenied', { message: locked });
}
