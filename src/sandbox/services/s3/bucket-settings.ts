import type { BlockPublicAccess } from '../../../policy/types.js';
import type { ObjectOwnership } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize } from './authorize.js';
import { type Handler, NO_CONTENT, OK, type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { childOf, document, element, optional, type ParsedElement, parseXml, textOf, type Xml } from './xml.js';

const SETTINGS: readonly (keyof BlockPublicAccess)[] = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
];

/** The four settings as XML; those that were not given are off. */
export function blockElements(block: BlockPublicAccess): readonly Xml[] {
  return SETTINGS.map((name) => element(name, block[name] === true));
}

/** Reads the four settings; one that is missing is off. */
export function readBlock(parent: ParsedElement): BlockPublicAccess {
  const entries = SETTINGS.map((name) => [name, textOf(parent, name)?.trim().toLowerCase() === 'true'] as const);
  return Object.fromEntries(entries);
}

/** GetPublicAccessBlock. */
export function getPublicAccessBlock(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketPublicAccessBlock');
  const block = call.bucket.publicAccessBlock;
  if (block === undefined) {
    throw s3Error('NoSuchPublicAccessBlockConfiguration', { extra: { BucketName: call.bucket.name } });
  }
  return xmlResponse(document('PublicAccessBlockConfiguration', blockElements(block)));
}

/** PutPublicAccessBlock replaces all four settings. */
export function putPublicAccessBlock(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketPublicAccessBlock');
  call.bucket.publicAccessBlock = readBlock(parseXml(call.request.body, 'PublicAccessBlockConfiguration'));
  return OK;
}

/** DeletePublicAccessBlock: s3:PutBucketPublicAccessBlock decides. */
export function deletePublicAccessBlock(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketPublicAccessBlock');
  call.bucket.publicAccessBlock = undefined;
  return NO_CONTENT;
}

/** GetBucketOwnershipControls. */
export function getOwnershipControls(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketOwnershipControls');
  const { ownership, name } = call.bucket;
  if (ownership === undefined) throw s3Error('OwnershipControlsNotFoundError', { extra: { BucketName: name } });
  return xmlResponse(document('OwnershipControls', element('Rule', element('ObjectOwnership', ownership))));
}

/**
 * PutBucketOwnershipControls: ACLs can't be switched off while the bucket's grants access to others (S3 User Guide,
 * "Controlling ownership of objects and disabling ACLs").
 */
export function putOwnershipControls(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketOwnershipControls');
  const rule = childOf(parseXml(call.request.body, 'OwnershipControls'), 'Rule');
  const setting = textOf(rule, 'ObjectOwnership');
  if (!['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'].includes(setting ?? '')) {
    throw s3Error('MalformedXML');
  }
  const { bucket } = call;
  const open = bucket.acl.some(({ grantee }) => grantee.kind === 'group' || grantee.account !== bucket.account);
  if (setting === 'BucketOwnerEnforced' && open) throw s3Error('InvalidBucketAclWithObjectOwnership');
  bucket.ownership = setting as ObjectOwnership;
  return OK;
}

/** DeleteBucketOwnershipControls: the bucket falls back to object writers. */
export function deleteOwnershipControls(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketOwnershipControls');
  call.bucket.ownership = undefined;
  return NO_CONTENT;
}

/** GetBucketVersioning: empty where it was never set. */
export function getVersioning(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketVersioning');
  return xmlResponse(document('VersioningConfiguration', optional('Status', call.bucket.versioning)));
}

/** PutBucketVersioning. */
export function putVersioning(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketVersioning');
  const status = textOf(parseXml(call.request.body, 'VersioningConfiguration'), 'Status');
  if (status === undefined) throw s3Error('IllegalVersioningConfigurationException');
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML');
  if (status === 'Suspended' && call.bucket.objectLock !== undefined) {
    throw s3Error('InvalidBucketState', {
      message: 'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    });
  }
  call.bucket.versioning = status;
  return OK;
}

/** A setting that no bucket here has: the right of the caller, then AWS's word for its absence. */
function absent(action: string, code: Parameters<typeof s3Error>[0]): Handler {
  return (call) => {
    authorize(call, action);
    throw s3Error(code, { extra: { BucketName: call.bucket.name } });
  };
}

/** A setting that no bucket here has and that AWS answers with an empty document. */
function empty(action: string, root: string, ...content: readonly Xml[]): Handler {
  return (call) => {
    authorize(call, action);
    return xmlResponse(document(root, content));
  };
}

export const getWebsite = absent('s3:GetBucketWebsite', 'NoSuchWebsiteConfiguration');
export const getReplication = absent('s3:GetReplicationConfiguration', 'ReplicationConfigurationNotFoundError');
export const getLogging = empty('s3:GetBucketLogging', 'BucketLoggingStatus');
export const getAccelerate = empty('s3:GetAccelerateConfiguration', 'AccelerateConfiguration');
export const getRequestPayment = empty(
  's3:GetBucketRequestPayment',
  'RequestPaymentConfiguration',
  element('Payer', 'BucketOwner'),
);
