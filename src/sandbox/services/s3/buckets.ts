import { BLOCK_ALL, type Bucket, type ObjectOwnership } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { cannedAcl, grantsOfHeaders, isPublicAcl } from './acl.js';
import { bucketArn, partitionOf } from './arns.js';
import { authorize, authorizeOwn } from './authorize.js';
import { checkBucketName } from './bucket-names.js';
import { header, NO_CONTENT, type S3Call, type ServiceCall, xmlResponse } from './call.js';
import { aclKeys } from './context.js';
import { s3Error } from './errors.js';
import { checkTags, tagsOf } from './tags.js';
import { childOf, document, element, optional, parseXml, textOf } from './xml.js';

const OWNERSHIP: readonly ObjectOwnership[] = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];

function regionOf(call: ServiceCall, constraint: string | undefined): string {
  const endpoint = call.request.region;
  if (constraint === undefined || constraint === '') {
    if (endpoint !== 'us-east-1') throw s3Error('IllegalLocationConstraintException');
    return endpoint;
  }
  const region = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(region) || region === 'us-east-1') {
    throw s3Error('InvalidLocationConstraint', { extra: { LocationConstraint: constraint } });
  }
  if (endpoint !== 'us-east-1' && region !== endpoint) {
    throw s3Error('IllegalLocationConstraintException', {
      message: `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    });
  }
  return region;
}

/** Whether the name is free, or the caller's own already (which us-east-1 answers with 200 and a fresh ACL). */
function existing(call: ServiceCall, account: string, region: string): Bucket | undefined {
  const bucket = call.world.s3.buckets.get(call.bucketName);
  if (bucket === undefined) return undefined;
  if (bucket.account !== account) throw s3Error('BucketAlreadyExists', { extra: { BucketName: bucket.name } });
  if (bucket.region !== 'us-east-1' || region !== 'us-east-1') {
    throw s3Error('BucketAlreadyOwnedByYou', { extra: { BucketName: bucket.name } });
  }
  return bucket;
}

/**
 * CreateBucket. New buckets have Block Public Access on and ACLs off, as on AWS since April 2023 (S3 User Guide,
 * "Default settings for new S3 buckets FAQ").
 */
export function createBucket(call: ServiceCall): WireResponse {
  const { request, world } = call;
  const account = request.caller.account;
  if (account === undefined) throw s3Error('AccessDenied');
  checkBucketName(call.bucketName);
  const body = request.body.length === 0 ? undefined : parseXml(request.body, 'CreateBucketConfiguration');
  const region = regionOf(call, textOf(body, 'LocationConstraint'));
  const arn = `arn:${partitionOf(region)}:s3:::${call.bucketName}`;
  const ownership = header(call, 'x-amz-object-ownership');
  if (ownership !== undefined && !OWNERSHIP.includes(ownership as ObjectOwnership)) {
    throw s3Error('InvalidArgument', { message: `Invalid x-amz-object-ownership header: ${ownership}` });
  }
  const tags = tagsOf(childOf(body, 'Tags'));
  checkTags(tags);
  authorizeOwn(call, 's3:CreateBucket', arn, {
    ...aclKeys(call),
    's3:locationconstraint': textOf(body, 'LocationConstraint'),
    's3:x-amz-object-ownership': ownership,
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.size === 0 ? undefined : [...tags.keys()],
  });
  if (ownership !== undefined) authorizeOwn(call, 's3:PutBucketOwnershipControls', arn);
  if (tags.size > 0) authorizeOwn(call, 's3:TagResource', arn);
  const locked = header(call, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true';
  if (locked) {
    authorizeOwn(call, 's3:PutBucketObjectLockConfiguration', arn);
    authorizeOwn(call, 's3:PutBucketVersioning', arn);
  }
  const asked = grantsOfHeaders(call, account, account);
  if (asked !== undefined) authorizeOwn(call, 's3:PutBucketAcl', arn, aclKeys(call));
  const setting = (ownership as ObjectOwnership | undefined) ?? 'BucketOwnerEnforced';
  if (asked !== undefined && header(call, 'x-amz-acl') !== 'private' && setting === 'BucketOwnerEnforced') {
    throw s3Error('InvalidBucketAclWithObjectOwnership');
  }
  if (asked !== undefined && isPublicAcl(asked)) throw s3Error('InvalidBucketAclWithBlockPublicAccessError');
  const acl = asked ?? cannedAcl('private', account, account) ?? [];
  const there = existing(call, account, region);
  if (there !== undefined) there.acl = acl;
  else {
    world.s3.buckets.set(call.bucketName, {
      name: call.bucketName,
      account,
      region,
      created: new Date(world.clock()),
      objects: new Map(),
      uploads: new Map(),
      versioning: locked ? 'Enabled' : undefined,
      ...(locked ? { objectLock: {} } : {}),
      policy: undefined,
      cors: undefined,
      publicAccessBlock: BLOCK_ALL,
      ownership: setting,
      tags: tags.size === 0 ? undefined : tags,
      notification: { targets: [], eventBridge: false },
      acl,
    });
  }
  return { status: 200, headers: { location: `/${call.bucketName}`, 'x-amz-bucket-arn': arn } };
}

/** DeleteBucket: only an empty one that no access point of its own account is attached to. */
export function deleteBucket(call: S3Call): WireResponse {
  authorize(call, 's3:DeleteBucket');
  const { bucket } = call;
  if (bucket.objects.size > 0) {
    throw s3Error('BucketNotEmpty', {
      ...(bucket.versioning === undefined
        ? {}
        : { message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.' }),
      extra: { BucketName: bucket.name },
    });
  }
  const points = [...call.world.s3.accessPoints.values()];
  if (points.some((point) => point.bucket === bucket.name && point.account === bucket.account)) {
    throw s3Error('BucketHasAccessPointsAttached', { extra: { BucketName: bucket.name } });
  }
  call.world.s3.buckets.delete(bucket.name);
  return NO_CONTENT;
}

/** HeadBucket: s3:ListBucket decides, and the region is told whatever the answer. */
export function headBucket(call: S3Call): WireResponse {
  const headers = { 'x-amz-bucket-region': call.bucket.region };
  try {
    authorize(call, 's3:ListBucket');
  } catch {
    throw s3Error('AccessDenied', { headers });
  }
  return {
    status: 200,
    headers: {
      ...headers,
      'x-amz-bucket-arn': bucketArn(call.bucket),
      'x-amz-access-point-alias': String(call.accessPoint !== undefined),
      'content-type': 'application/xml',
    },
  };
}

/** GetBucketLocation: an empty element is us-east-1. */
export function getBucketLocation(call: S3Call): WireResponse {
  authorize(call, 's3:GetBucketLocation');
  const { region } = call.bucket;
  return xmlResponse(document('LocationConstraint', region === 'us-east-1' ? undefined : region));
}

/** ListBuckets of the caller's account, with prefix, region and pages. */
export function listBuckets(call: ServiceCall): WireResponse {
  const { request, world } = call;
  const account = request.caller.account;
  if (account === undefined) throw s3Error('AccessDenied');
  authorizeOwn(call, 's3:ListAllMyBuckets', '*');
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const region = query.get('bucket-region');
  const max = Number(query.get('max-buckets') ?? 10_000);
  if (!Number.isInteger(max) || max < 1 || max > 10_000) {
    throw s3Error('InvalidArgument', { extra: { ArgumentName: 'max-buckets' } });
  }
  const paged = query.has('max-buckets') || query.has('continuation-token') || region !== null || query.has('prefix');
  const all = [...world.s3.buckets.values()]
    .filter((bucket) => bucket.account === account && bucket.name.startsWith(prefix) && bucket.name > after)
    .filter((bucket) => region === null || bucket.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = all.slice(0, max);
  return xmlResponse(
    document(
      'ListAllMyBucketsResult',
      element('Owner', element('ID', world.canonicalId(account))),
      element(
        'Buckets',
        page.map((bucket) =>
          element(
            'Bucket',
            element('Name', bucket.name),
            element('CreationDate', bucket.created.toISOString()),
            paged ? element('BucketRegion', bucket.region) : undefined,
            element('BucketArn', bucketArn(bucket)),
          ),
        ),
      ),
      optional('Prefix', query.get('prefix') ?? undefined),
      optional('ContinuationToken', all.length > max ? page.at(-1)?.name : undefined),
    ),
  );
}
