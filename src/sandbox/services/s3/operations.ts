import { getBucketAcl, putBucketAcl } from './acl.js';
import {
  deleteOwnershipControls,
  deletePublicAccessBlock,
  getAccelerate,
  getLogging,
  getOwnershipControls,
  getPublicAccessBlock,
  getReplication,
  getRequestPayment,
  getVersioning,
  getWebsite,
  putOwnershipControls,
  putPublicAccessBlock,
  putVersioning,
} from './bucket-settings.js';
import { deleteBucket, getBucketLocation, headBucket } from './buckets.js';
import type { Handler } from './call.js';
import { completeUpload } from './complete-upload.js';
import { copyObject } from './copy-object.js';
import { deleteBucketCors, getBucketCors, putBucketCors } from './cors.js';
import { deleteObject, deleteObjects } from './delete-object.js';
import { deleteEncryption, getEncryption, putEncryption } from './encryption.js';
import { getObject, getObjectAttributes } from './get-object.js';
import { deleteLifecycle, getLifecycle, putLifecycle } from './lifecycle.js';
import { listObjects, listObjectsV2 } from './listing.js';
import { listUploads, listVersions } from './listing-versions.js';
import { abortUpload, createUpload, listParts, uploadPart, uploadPartCopy } from './multipart.js';
import { getNotification, putNotification } from './notification.js';
import { getObjectLock, putObjectLock } from './object-lock.js';
import { getObjectLegalHold, getObjectRetention, putObjectLegalHold, putObjectRetention } from './object-retention.js';
import {
  deleteObjectTagging,
  getObjectAcl,
  getObjectTagging,
  putObjectAcl,
  putObjectTagging,
} from './object-settings.js';
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './policy.js';
import { putObject } from './put-object.js';
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './tags.js';

/** By method and subresource (a query parameter that makes it another operation). */
type Operations = Readonly<Record<string, Handler>>;

export const BUCKET_OPERATIONS: Operations = {
  GET: listObjects,
  'GET list-type': listObjectsV2,
  HEAD: headBucket,
  DELETE: deleteBucket,
  'POST delete': deleteObjects,
  'GET accelerate': getAccelerate,
  'GET acl': getBucketAcl,
  'PUT acl': putBucketAcl,
  'GET cors': getBucketCors,
  'PUT cors': putBucketCors,
  'DELETE cors': deleteBucketCors,
  'GET encryption': getEncryption,
  'PUT encryption': putEncryption,
  'DELETE encryption': deleteEncryption,
  'GET lifecycle': getLifecycle,
  'PUT lifecycle': putLifecycle,
  'DELETE lifecycle': deleteLifecycle,
  'GET location': getBucketLocation,
  'GET logging': getLogging,
  'GET notification': getNotification,
  'PUT notification': putNotification,
  'GET object-lock': getObjectLock,
  'PUT object-lock': putObjectLock,
  'GET ownershipControls': getOwnershipControls,
  'PUT ownershipControls': putOwnershipControls,
  'DELETE ownershipControls': deleteOwnershipControls,
  'GET policy': getBucketPolicy,
  'PUT policy': putBucketPolicy,
  'DELETE policy': deleteBucketPolicy,
  'GET policyStatus': getBucketPolicyStatus,
  'GET publicAccessBlock': getPublicAccessBlock,
  'PUT publicAccessBlock': putPublicAccessBlock,
  'DELETE publicAccessBlock': deletePublicAccessBlock,
  'GET replication': getReplication,
  'GET requestPayment': getRequestPayment,
  'GET tagging': getBucketTagging,
  'PUT tagging': putBucketTagging,
  'DELETE tagging': deleteBucketTagging,
  'GET uploads': listUploads,
  'GET versioning': getVersioning,
  'PUT versioning': putVersioning,
  'GET versions': listVersions,
  'GET website': getWebsite,
};

export const OBJECT_OPERATIONS: Operations = {
  GET: getObject,
  HEAD: getObject,
  PUT: putObject,
  'PUT copy': copyObject,
  DELETE: deleteObject,
  'GET acl': getObjectAcl,
  'PUT acl': putObjectAcl,
  'GET attributes': getObjectAttributes,
  'GET legal-hold': getObjectLegalHold,
  'PUT legal-hold': putObjectLegalHold,
  'GET retention': getObjectRetention,
  'PUT retention': putObjectRetention,
  'GET tagging': getObjectTagging,
  'PUT tagging': putObjectTagging,
  'DELETE tagging': deleteObjectTagging,
  'POST uploads': createUpload,
  'PUT uploadId': uploadPart,
  'PUT uploadId copy': uploadPartCopy,
  'POST uploadId': completeUpload,
  'DELETE uploadId': abortUpload,
  'GET uploadId': listParts,
};

/** Query parameters that name a subresource, whether the sandbox has the operation or not. */
export const BUCKET_SUBRESOURCES = [
  'abac',
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metadataConfiguration',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'session',
  'tagging',
  'uploads',
  'versioning',
  'versions',
  'website',
  'list-type',
];
export const OBJECT_SUBRESOURCES = [
  'acl',
  'attributes',
  'legal-hold',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'uploads',
  'uploadId',
];

/** What can be asked of a bucket through an access point (S3 User Guide, "Access points compatibility"). */
export const THROUGH_ACCESS_POINT = new Set([
  'GET',
  'GET list-type',
  'HEAD',
  'POST delete',
  'GET acl',
  'GET cors',
  'GET location',
  'GET notification',
  'GET policy',
  'GET uploads',
  'GET versions',
]);
