import { currentVersion, type ObjectVersion } from '../../store/buckets.js';
import { authorize } from './authorize.js';
import type { S3Call } from './call.js';
import type { Extra } from './context.js';
import { s3Error } from './errors.js';
import { versionHeader, versionOf } from './versions.js';

/** Condition keys that the object's own tags give. */
function existingTags(version: ObjectVersion | undefined): Extra {
  return Object.fromEntries([...(version?.tags ?? [])].map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));
}

/**
 * The version that a request reads or changes, after the caller was authorized for it. `action` is the one without
 * version; with `versionId` its `…Version…` sister decides (S3 API Reference, GetObject, "Permissions").
 *
 * @throws AccessDenied; NoSuchKey with s3:ListBucket and AccessDenied without it, NoSuchVersion, MethodNotAllowed for
 *   a delete marker
 */
export function readTarget(
  call: S3Call,
  actions: { readonly plain: string; readonly versioned: string },
  versionId: string | undefined,
  context: Extra = {},
): ObjectVersion {
  const { bucket, key } = call;
  const version = versionId === undefined ? currentVersion(bucket, key) : versionOf(bucket, key, versionId);
  authorize(call, versionId === undefined ? actions.plain : actions.versioned, {
    object: version,
    context: {
      ...existingTags(version),
      's3:versionid': versionId,
      ...context,
    },
  });
  if (version !== undefined && !version.deleteMarker) return version;
  if (version !== undefined) {
    throw s3Error('MethodNotAllowed', {
      extra: { Method: call.request.method, ResourceType: 'DeleteMarker' },
      headers: { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, version), allow: 'DELETE' },
    });
  }
  // A right to list that is bound to a prefix counts for the keys under it (Ceph's observation of AWS, ceph/ceph#68577),
  // and the refusal names the listing (as quoted in schubergphilis/terraform-aws-mcaf-securityhub-findings-manager#64).
  authorize({ ...call, key: '' }, 's3:ListBucket', { context: { 's3:prefix': key } });
  if (versionId !== undefined) throw s3Error('NoSuchVersion', { extra: { Key: key, VersionId: versionId } });
  const marker = bucket.objects.get(key)?.at(-1);
  throw s3Error('NoSuchKey', {
    extra: { Key: key },
    headers: marker === undefined ? {} : { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, marker) },
  });
}
