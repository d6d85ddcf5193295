import type { ContextValues } from '../../../policy/types.js';
import type { S3Call, ServiceCall } from './call.js';

/** Condition keys that only this action carries; undefined ones are left out. */
export type Extra = Readonly<Record<string, string | readonly string[] | undefined>>;

function known(values: Extra): ContextValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ContextValues;
}

/** Milliseconds since the signature, as s3:signatureAge has it. */
function signatureAge(call: ServiceCall): string | undefined {
  const stamp = call.request.query.get('X-Amz-Date') ?? call.request.headers['x-amz-date'];
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const signed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return String(Math.max(0, call.world.clock() - signed));
}

function keysOfEveryAction(call: ServiceCall, resourceAccount: string | undefined): Extra {
  const { request } = call;
  const signed = request.caller.arn !== '*';
  return {
    'aws:ResourceAccount': resourceAccount,
    's3:ResourceAccount': resourceAccount,
    's3:TlsVersion': request.secure ? '1.3' : undefined,
    's3:authType': signed ? request.caller.authType : undefined,
    's3:signatureversion': signed ? (request.caller.signatureVersion ?? 'AWS4-HMAC-SHA256') : undefined,
    's3:signatureAge': signed ? signatureAge(call) : undefined,
    's3:x-amz-content-sha256': request.headers['x-amz-content-sha256'],
  };
}

function keysOfAccessPoint(call: S3Call): Extra {
  const point = call.accessPoint;
  if (point === undefined) return {};
  return {
    's3:DataAccessPointAccount': point.account,
    's3:AccessPointNetworkOrigin': point.vpcId === undefined ? 'Internet' : 'VPC',
  };
}

/**
 * The condition keys of a request: the global ones, those that nearly every S3 action carries, those of an access
 * point, and those of the action (Service Authorization Reference, "Actions, resources, and condition keys for
 * Amazon S3").
 */
export function contextOf(call: ServiceCall | S3Call, extra: Extra): ContextValues {
  const bucketCall = 'bucket' in call ? call : undefined;
  return {
    ...call.world.contextOf(call.request),
    ...known(keysOfEveryAction(call, bucketCall?.bucket.account)),
    ...(bucketCall === undefined ? {} : known(keysOfAccessPoint(bucketCall))),
    ...known(extra),
  };
}

/** The headers of a write that PutObject's and PutObjectAcl's condition keys repeat. */
export function aclKeys(call: ServiceCall): Extra {
  const { headers } = call.request;
  return {
    's3:x-amz-acl': headers['x-amz-acl'],
    's3:x-amz-grant-full-control': headers['x-amz-grant-full-control'],
    's3:x-amz-grant-read': headers['x-amz-grant-read'],
    's3:x-amz-grant-read-acp': headers['x-amz-grant-read-acp'],
    's3:x-amz-grant-write': headers['x-amz-grant-write'],
    's3:x-amz-grant-write-acp': headers['x-amz-grant-write-acp'],
  };
}
