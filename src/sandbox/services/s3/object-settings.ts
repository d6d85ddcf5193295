import type { WireResponse } from '../../types.js';
import { objectAclResponse, readObjectAcl } from './acl.js';
import { NO_CONTENT, type S3Call, xmlResponse } from './call.js';
import { aclKeys } from './context.js';
import { readTarget } from './read-target.js';
import { readTagging, tagSet } from './tags.js';
import { versionHeader } from './versions.js';
import { document } from './xml.js';

function versionId(call: S3Call): string | undefined {
  return call.request.query.get('versionId') ?? undefined;
}

/** GetObjectAcl. */
export function getObjectAcl(call: S3Call): WireResponse {
  const actions = { plain: 's3:GetObjectAcl', versioned: 's3:GetObjectVersionAcl' };
  return objectAclResponse(call, readTarget(call, actions, versionId(call)));
}

/** PutObjectAcl: authorized first, then 400 AccessControlListNotSupported where ACLs are off. */
export function putObjectAcl(call: S3Call): WireResponse {
  const actions = { plain: 's3:PutObjectAcl', versioned: 's3:PutObjectVersionAcl' };
  const version = readTarget(call, actions, versionId(call), aclKeys(call));
  version.acl = readObjectAcl(call, version);
  return { status: 200, headers: versionHeader(call.bucket, version) };
}

/** GetObjectTagging. */
export function getObjectTagging(call: S3Call): WireResponse {
  const actions = { plain: 's3:GetObjectTagging', versioned: 's3:GetObjectVersionTagging' };
  const version = readTarget(call, actions, versionId(call));
  return xmlResponse(document('Tagging', tagSet(version.tags)), versionHeader(call.bucket, version));
}

/** PutObjectTagging replaces the whole set. */
export function putObjectTagging(call: S3Call): WireResponse {
  const tags = readTagging(call.request.body, 10);
  const actions = { plain: 's3:PutObjectTagging', versioned: 's3:PutObjectVersionTagging' };
  const version = readTarget(call, actions, versionId(call), {
    's3:RequestObjectTagKeys': tags.size === 0 ? undefined : [...tags.keys()],
    ...Object.fromEntries([...tags].map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
  });
  version.tags = tags;
  return { status: 200, headers: versionHeader(call.bucket, version) };
}

/** DeleteObjectTagging. */
export function deleteObjectTagging(call: S3Call): WireResponse {
  const actions = { plain: 's3:DeleteObjectTagging', versioned: 's3:DeleteObjectVersionTagging' };
  const version = readTarget(call, actions, versionId(call));
  version.tags = new Map();
  return { ...NO_CONTENT, headers: versionHeader(call.bucket, version) };
}
