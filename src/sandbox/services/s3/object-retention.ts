import type { ObjectVersion, RetentionMode } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize, may } from './authorize.js';
import { header, type S3Call, xmlResponse } from './call.js';
import type { Extra } from './context.js';
import { s3Error } from './errors.js';
import { readTarget } from './read-target.js';
import { versionHeader } from './versions.js';
import { document, element, parseXml, textOf } from './xml.js';

type Retention = NonNullable<ObjectVersion['retention']>;
type Lock = Pick<ObjectVersion, 'retention' | 'legalHold'>;

const DAY = 86_400_000;

function readRetention(call: S3Call, mode: string | undefined, until: string | undefined): Retention | undefined {
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) {
    throw s3Error('InvalidArgument', {
      message: 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    });
  }
  const time = Date.parse(until);
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(time)) throw s3Error('MalformedXML');
  if (time <= call.world.clock()) {
    throw s3Error('InvalidArgument', { message: 'The retain until date must be in the future!' });
  }
  return { mode: mode satisfies RetentionMode, until: new Date(time) };
}

function retentionKeys(call: S3Call, retention: Retention | undefined): Extra {
  if (retention === undefined) return {};
  return {
    's3:object-lock-mode': retention.mode,
    's3:object-lock-retain-until-date': retention.until.toISOString(),
    's3:object-lock-remaining-retention-days': String(
      Math.ceil((retention.until.getTime() - call.world.clock()) / DAY),
    ),
  };
}

function checkLockable(call: S3Call): void {
  if (call.bucket.objectLock !== undefined) return;
  throw s3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
}

/**
 * The retention and legal hold that a write asks for by header; s3:PutObjectRetention and s3:PutObjectLegalHold decide
 * (S3 API Reference, PutObject).
 *
 * @throws InvalidRequest (400) where the bucket has no Object Lock, InvalidArgument (400), AccessDenied (403)
 */
export function lockOfHeaders(call: S3Call): Lock {
  const retention = readRetention(
    call,
    header(call, 'x-amz-object-lock-mode'),
    header(call, 'x-amz-object-lock-retain-until-date'),
  );
  const hold = header(call, 'x-amz-object-lock-legal-hold');
  if (retention === undefined && hold === undefined) return {};
  checkLockable(call);
  if (retention !== undefined) authorize(call, 's3:PutObjectRetention', { context: retentionKeys(call, retention) });
  if (hold !== undefined) authorize(call, 's3:PutObjectLegalHold', { context: { 's3:object-lock-legal-hold': hold } });
  return {
    ...(retention === undefined ? {} : { retention }),
    ...(hold === undefined ? {} : { legalHold: hold === 'ON' }),
  };
}

/** The headers that tell of a version's lock, to those who may see it (S3 API Reference, GetObject). */
export function lockHeaders(call: S3Call, version: ObjectVersion): Readonly<Record<string, string>> {
  const { retention, legalHold } = version;
  const out: Record<string, string> = {};
  if (retention !== undefined && may(call, 's3:GetObjectRetention', { object: version })) {
    out['x-amz-object-lock-mode'] = retention.mode;
    out['x-amz-object-lock-retain-until-date'] = retention.until.toISOString();
  }
  if (legalHold !== undefined && may(call, 's3:GetObjectLegalHold', { object: version })) {
    out['x-amz-object-lock-legal-hold'] = legalHold ? 'ON' : 'OFF';
  }
  return out;
}

function target(call: S3Call, action: string, keys: Extra = {}): ObjectVersion {
  checkLockable(call);
  return readTarget(call, { plain: action, versioned: action }, call.request.query.get('versionId') ?? undefined, keys);
}

function notLocked(): Error {
  return s3Error('NoSuchObjectLockConfiguration');
}

/** GetObjectRetention. */
export function getObjectRetention(call: S3Call): WireResponse {
  const { retention } = target(call, 's3:GetObjectRetention');
  if (retention === undefined) throw notLocked();
  return xmlResponse(
    document('Retention', element('Mode', retention.mode), element('RetainUntilDate', retention.until.toISOString())),
  );
}

/**
 * PutObjectRetention: a retention may grow; one that is COMPLIANCE never shrinks, GOVERNANCE only with the right to
 * bypass it and the header that asks for it (S3 User Guide, "Managing Object Lock").
 */
export function putObjectRetention(call: S3Call): WireResponse {
  const root = parseXml(call.request.body, 'Retention');
  const wanted = readRetention(call, textOf(root, 'Mode'), textOf(root, 'RetainUntilDate'));
  const version = target(call, 's3:PutObjectRetention', retentionKeys(call, wanted));
  const now = version.retention;
  const active = now !== undefined && now.until.getTime() > call.world.clock();
  const grows = wanted !== undefined && wanted.until >= (now?.until ?? wanted.until);
  const keepsMode = wanted?.mode === now?.mode || wanted?.mode === 'COMPLIANCE';
  if (active && !(grows && keepsMode) && !mayBypass(call, now, version)) {
    throw s3Error('AccessDenied', { message: 'Access Denied because object protected by object lock.' });
  }
  version.retention = wanted;
  return { status: 200, headers: versionHeader(call.bucket, version) };
}

function mayBypass(call: S3Call, retention: Retention, version: ObjectVersion): boolean {
  const asked = header(call, 'x-amz-bypass-governance-retention')?.toLowerCase() === 'true';
  return retention.mode === 'GOVERNANCE' && asked && may(call, 's3:BypassGovernanceRetention', { object: version });
}

/** GetObjectLegalHold. */
export function getObjectLegalHold(call: S3Call): WireResponse {
  const { legalHold } = target(call, 's3:GetObjectLegalHold');
  if (legalHold === undefined) throw notLocked();
  return xmlResponse(document('LegalHold', element('Status', legalHold ? 'ON' : 'OFF')));
}

/** PutObjectLegalHold. */
export function putObjectLegalHold(call: S3Call): WireResponse {
  const status = textOf(parseXml(call.request.body, 'LegalHold'), 'Status');
  if (status !== 'ON' && status !== 'OFF') throw s3Error('MalformedXML');
  const version = target(call, 's3:PutObjectLegalHold', { 's3:object-lock-legal-hold': status });
  version.legalHold = status === 'ON';
  return { status: 200, headers: versionHeader(call.bucket, version) };
}
