import type { Grant, ObjectVersion } from '../../store/buckets.js';
import type { World } from '../../store/types.js';
import type { WireResponse } from '../../types.js';
import { ALL_USERS, AUTHENTICATED_USERS } from './acl-grants.js';
import { authorize, isBlocked, ownerOf } from './authorize.js';
import { header, OK, type S3Call, type ServiceCall, xmlResponse } from './call.js';
import { accountOfCanonicalId } from './canonical-ids.js';
import { aclKeys } from './context.js';
import { s3Error } from './errors.js';
import {
  childOf,
  childrenOf,
  document,
  element,
  elementWith,
  type ParsedElement,
  parseXml,
  textOf,
  type Xml,
} from './xml.js';

type Permission = Grant['permission'];

const GRANT_HEADERS: readonly (readonly [string, Permission])[] = [
  ['x-amz-grant-full-control', 'FULL_CONTROL'],
  ['x-amz-grant-read', 'READ'],
  ['x-amz-grant-write', 'WRITE'],
  ['x-amz-grant-read-acp', 'READ_ACP'],
  ['x-amz-grant-write-acp', 'WRITE_ACP'],
];

const LOG_DELIVERY = 'http://acs.amazonaws.com/groups/s3/LogDelivery';
const GROUPS: readonly string[] = [ALL_USERS, AUTHENTICATED_USERS, LOG_DELIVERY];

function user(account: string, permission: Permission): Grant {
  return { grantee: { kind: 'user', account }, permission };
}

function group(uri: string, permission: Permission): Grant {
  return { grantee: { kind: 'group', uri }, permission };
}

/** The grants of a canned ACL (S3 User Guide, "Canned ACL"), undefined for a word that is none. */
export function cannedAcl(name: string, owner: string, bucketOwner: string): readonly Grant[] | undefined {
  const full = user(owner, 'FULL_CONTROL');
  const others = owner === bucketOwner ? [] : [bucketOwner];
  switch (name) {
    case 'private':
      return [full];
    case 'public-read':
      return [full, group(ALL_USERS, 'READ')];
    case 'public-read-write':
      return [full, group(ALL_USERS, 'READ'), group(ALL_USERS, 'WRITE')];
    case 'authenticated-read':
      return [full, group(AUTHENTICATED_USERS, 'READ')];
    case 'bucket-owner-read':
      return [full, ...others.map((account) => user(account, 'READ'))];
    case 'bucket-owner-full-control':
      return [full, ...others.map((account) => user(account, 'FULL_CONTROL'))];
    case 'log-delivery-write':
      return [full, group(LOG_DELIVERY, 'WRITE'), group(LOG_DELIVERY, 'READ_ACP')];
    case 'aws-exec-read':
      return [full];
    default:
      return undefined;
  }
}

/** Whether an ACL lets everybody, or everybody with an AWS account, in. */
export function isPublicAcl(grants: readonly Grant[]): boolean {
  return grants.some(
    ({ grantee }) => grantee.kind === 'group' && (grantee.uri === ALL_USERS || grantee.uri === AUTHENTICATED_USERS),
  );
}

function granteesOfHeader(call: ServiceCall, value: string, permission: Permission): readonly Grant[] {
  return [...value.matchAll(/(\w+)\s*=\s*"?([^",]+)"?/g)].map(([, kind, name = '']) => {
    if (kind === 'id') return user(accountOfCanonicalId(call.world, name), permission);
    if (kind === 'uri' && GROUPS.includes(name)) return group(name, permission);
    throw s3Error('InvalidArgument', { message: 'Argument format not recognized' });
  });
}

/**
 * The ACL that a request's headers ask for, undefined where it asks for none.
 *
 * @throws InvalidArgument, InvalidRequest (a canned ACL beside grants)
 */
export function grantsOfHeaders(call: ServiceCall, owner: string, bucketOwner: string): readonly Grant[] | undefined {
  const canned = header(call, 'x-amz-acl');
  const listed = GRANT_HEADERS.flatMap(([name, permission]) => {
    const value = header(call, name);
    return value === undefined ? [] : granteesOfHeader(call, value, permission);
  });
  if (canned !== undefined && listed.length > 0) {
    throw s3Error('InvalidRequest', { message: 'Specifying both Canned ACLs and Header Grants is not allowed' });
  }
  if (canned === undefined) return listed.length === 0 ? undefined : listed;
  const grants = cannedAcl(canned, owner, bucketOwner);
  if (grants === undefined) {
    throw s3Error('InvalidArgument', { extra: { ArgumentName: 'x-amz-acl', ArgumentValue: canned } });
  }
  return grants;
}

function readGrant(world: World, parsed: ParsedElement): Grant {
  const grantee = childOf(parsed, 'Grantee');
  const permission = textOf(parsed, 'Permission') as Permission | undefined;
  if (grantee === undefined || !['FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'].includes(permission ?? '')) {
    throw s3Error('MalformedACLError');
  }
  const uri = textOf(grantee, 'URI');
  const id = textOf(grantee, 'ID');
  if (uri !== undefined && GROUPS.includes(uri)) return group(uri, permission!);
  if (id !== undefined) return user(accountOfCanonicalId(world, id), permission!);
  throw s3Error('MalformedACLError');
}

function readAcl(call: S3Call, owner: string): readonly Grant[] {
  const fromHeaders = grantsOfHeaders(call, owner, call.bucket.account);
  if (fromHeaders !== undefined) {
    if (call.request.body.length > 0) throw s3Error('InvalidRequest', { message: 'Both an ACL header and a body' });
    return fromHeaders;
  }
  if (call.request.body.length === 0) {
    throw s3Error('MissingSecurityHeader', {
      message: 'Your request was missing a required header',
      extra: { MissingHeaderName: 'x-amz-acl' },
    });
  }
  const list = childOf(parseXml(call.request.body, 'AccessControlPolicy'), 'AccessControlList');
  if (list === undefined) throw s3Error('MalformedACLError');
  return childrenOf(list, 'Grant').map((grant) => readGrant(call.world, grant));
}

/** Whether the ACL says no more than that the bucket owner owns: the only one that an enforced bucket takes. */
function isOwnersAlone(grants: readonly Grant[], bucketOwner: string): boolean {
  return grants.every(
    ({ grantee, permission }) =>
      grantee.kind === 'user' && grantee.account === bucketOwner && permission === 'FULL_CONTROL',
  );
}

/**
 * The rules for an ACL that a write brings along (S3 User Guide, "Controlling ownership of objects and disabling
 * ACLs", "Blocking public access").
 *
 * @throws AccessControlListNotSupported (400), AccessDenied (403) for a public one under BlockPublicAcls
 */
export function checkWriteAcl(call: S3Call, grants: readonly Grant[]): void {
  if (call.bucket.ownership === 'BucketOwnerEnforced') {
    const canned = header(call, 'x-amz-acl');
    const fits =
      canned === undefined ? isOwnersAlone(grants, call.bucket.account) : canned === 'bucket-owner-full-control';
    if (!fits) throw s3Error('AccessControlListNotSupported');
  }
  if (isPublicAcl(grants) && isBlocked(call, 'BlockPublicAcls')) throw s3Error('AccessDenied');
}

function granteeElement(world: World, grant: Grant): Xml {
  const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
  const { grantee } = grant;
  return grantee.kind === 'group'
    ? elementWith('Grantee', { 'xmlns:xsi': xsi, 'xsi:type': 'Group' }, element('URI', grantee.uri))
    : elementWith(
        'Grantee',
        { 'xmlns:xsi': xsi, 'xsi:type': 'CanonicalUser' },
        element('ID', /^\d{12}$/.test(grantee.account) ? world.canonicalId(grantee.account) : grantee.account),
      );
}

function aclDocument(world: World, owner: string, grants: readonly Grant[]): string {
  return document(
    'AccessControlPolicy',
    element('Owner', element('ID', world.canonicalId(owner))),
    element(
      'AccessControlList',
      grants.map((grant) => element('Grant', granteeElement(world, grant), element('Permission', grant.permission))),
    ),
  );
}

/** GetBucketAcl: works where ACLs are off too, and then shows the owner alone. */
export function getBucketAcl(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketAcl');
  const { bucket } = call;
  const grants = bucket.ownership === 'BucketOwnerEnforced' ? [user(bucket.account, 'FULL_CONTROL')] : bucket.acl;
  return xmlResponse(aclDocument(call.world, bucket.account, grants));
}

/** PutBucketAcl. */
export function putBucketAcl(call: S3Call): WireResponse {
  authorize(call, 's3:PutBucketAcl', { context: aclKeys(call) });
  if (call.bucket.ownership === 'BucketOwnerEnforced') throw s3Error('AccessControlListNotSupported');
  const grants = readAcl(call, call.bucket.account);
  if (isPublicAcl(grants) && isBlocked(call, 'BlockPublicAcls')) throw s3Error('AccessDenied');
  call.bucket.acl = grants;
  return OK;
}

/** The ACL document of an object. */
export function objectAclResponse(call: S3Call, version: ObjectVersion): WireResponse {
  const owner = ownerOf(call, version);
  const grants = call.bucket.ownership === 'BucketOwnerEnforced' ? [user(owner, 'FULL_CONTROL')] : version.acl;
  return xmlResponse(aclDocument(call.world, owner, grants));
}

/** Reads and checks the ACL that PutObjectAcl sets. */
export function readObjectAcl(call: S3Call, version: ObjectVersion): readonly Grant[] {
  // The answer to any ACL but the owner's comes before the body is looked at: an enforced bucket takes none.
  const owner = ownerOf(call, version);
  if (call.bucket.ownership === 'BucketOwnerEnforced' && header(call, 'x-amz-acl') !== 'bucket-owner-full-control') {
    throw s3Error('AccessControlListNotSupported');
  }
  const grants = readAcl(call, owner);
  checkWriteAcl(call, grants);
  return grants;
}
