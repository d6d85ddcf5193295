import type { BucketStore } from '../store/buckets.js';

export interface S3Address {
  /** Bucket name or access point alias as it stands in the path or the host; undefined for the service itself. */
  readonly bucket: string | undefined;
  /** Present where the host name is an access point's. */
  readonly accessPoint: { readonly name: string; readonly account: string } | undefined;
  /** Decoded, without the leading slash. */
  readonly key: string;
}

const ACCESS_POINT_HOST = /^([a-z0-9][a-z0-9-]*)-(\d{12})\.s3-accesspoint(?:-fips)?[.-]/;
const VIRTUAL_HOST = /^(.+?)\.s3(?:[.-](?:dualstack[.-])?[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;
const LOCAL_HOST = /^(.+)\.(?:localhost|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const NAME_AND_ACCOUNT = /^([a-z0-9][a-z0-9-]*)-(\d{12})$/;

/**
 * Finds bucket and key of an S3 request in path style, virtual-host style or an access point's host name.
 * Follows the S3 User Guide, "Virtual hosting of buckets" and "Using access points".
 *
 * @param host the Host header; a port is ignored
 * @param path the decoded path
 */
export function addressOf(host: string, path: string, store: Pick<BucketStore, 'buckets' | 'accessPoints'>): S3Address {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const rest = path.startsWith('/') ? path.slice(1) : path;
  const named = ACCESS_POINT_HOST.exec(name);
  if (named) {
    return { bucket: undefined, accessPoint: { name: named[1]!, account: named[2]! }, key: rest };
  }
  const inHost = VIRTUAL_HOST.exec(name)?.[1] ?? LOCAL_HOST.exec(name)?.[1];
  if (inHost !== undefined) {
    const point = NAME_AND_ACCOUNT.exec(inHost);
    if (point && !store.buckets.has(inHost) && hasAccessPoint(store, point[1]!, point[2]!)) {
      return { bucket: undefined, accessPoint: { name: point[1]!, account: point[2]! }, key: rest };
    }
    return { bucket: inHost, accessPoint: undefined, key: rest };
  }
  const slash = rest.indexOf('/');
  if (slash < 0) return { bucket: rest === '' ? undefined : rest, accessPoint: undefined, key: '' };
  return { bucket: rest.slice(0, slash), accessPoint: undefined, key: rest.slice(slash + 1) };
}

function hasAccessPoint(world: Pick<World, 'accessPoints'>, name: string, account: string): boolean {
  for (const point of store.accessPoints.values()) {
    if (point.name === name && point.account === account) return true;
  }
  return false;
}
