import type { AccessPoint, Bucket, BucketStore } from '../../store/buckets.js';
import type { WireRequest } from '../../types.js';
import { s3Error } from './errors.js';

/** What a request's host and path name, before anything is looked at. */
export interface Address {
  /** Bucket name, access point alias, or `NAME-ACCOUNT` of an access point's host. Empty for ListBuckets. */
  readonly name: string;
  readonly key: string;
  /** The host says that it is an access point. */
  readonly accessPointHost: boolean;
  /** Region that the host names, if it does. */
  readonly hostRegion: string | undefined;
  /** `BUCKET.s3.amazonaws.com`, which DNS leads to the bucket's own region. */
  readonly globalHost: boolean;
}

const ACCESS_POINT_HOST =
  /^(.+)\.s3-accesspoint(?:-fips)?(?:\.dualstack)?\.([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)$/;
const S3_HOST =
  /^(?:(.+)\.)?s3(?:-fips)?(?:[.-]dualstack)?(?:[.-]([a-z]{2}[a-z0-9-]*-\d+))?\.amazonaws\.(?:com|com\.cn|eu)$/;
const LOCAL_HOST = /^(?:(.+?)\.)?(?:s3\.)?(?:localhost|127\.0\.0\.1|\[?::1\]?)$/;

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function named(name: string, path: string, more: Partial<Address> = {}): Address {
  return {
    name,
    key: path.replace(/^\//, ''),
    accessPointHost: false,
    hostRegion: undefined,
    globalHost: false,
    ...more,
  };
}

function pathStyle(path: string, hostRegion?: string): Address {
  const rest = path.replace(/^\//, '');
  const slash = rest.indexOf('/');
  return named(slash < 0 ? rest : rest.slice(0, slash), slash < 0 ? '' : rest.slice(slash + 1), { hostRegion });
}

/**
 * Reads host and path, as S3 User Guide, "Virtual hosting of buckets", and "Access points: restrictions" have them;
 * besides AWS's own host names `localhost` and the loopback address count as the endpoint, and any other host where
 * the labels in front name a bucket or access point that exists.
 */
export function readAddress(request: WireRequest, store: BucketStore): Address {
  const host = hostName(request.host);
  const accessPoint = ACCESS_POINT_HOST.exec(host);
  if (accessPoint?.[1] !== undefined) {
    return named(accessPoint[1], request.path, { accessPointHost: true, hostRegion: accessPoint[2] });
  }
  const s3 = S3_HOST.exec(host);
  if (s3 !== null) {
    const [, name, region] = s3;
    return name === undefined
      ? pathStyle(request.path, region)
      : named(name, request.path, { hostRegion: region, globalHost: region === undefined });
  }
  const local = LOCAL_HOST.exec(host);
  if (local !== null) return local[1] === undefined ? pathStyle(request.path) : named(local[1], request.path);
  const labels = host.split('.');
  for (let length = labels.length - 1; length > 0; length--) {
    const name = labels.slice(0, length).join('.');
    if (store.buckets.has(name) || accessPointByHost(store, name, request.region) !== undefined) {
      return named(name, request.path);
    }
  }
  return pathStyle(request.path);
}

function accessPointByHost(store: BucketStore, label: string, region: string): AccessPoint | undefined {
  const match = /^(.+)-(\d{12})$/.exec(label);
  return match === null ? undefined : store.accessPoints.get(`${match[2]}:${region}:${match[1]}`);
}

function accessPointByAlias(store: BucketStore, alias: string): AccessPoint | undefined {
  return alias.endsWith('-s3alias')
    ? [...store.accessPoints.values()].find((point) => point.alias === alias)
    : undefined;
}

export interface Target {
  readonly bucket: Bucket;
  readonly accessPoint: AccessPoint | undefined;
}

/**
 * The bucket, and the access point on the way to it.
 *
 * @returns undefined where there is no such bucket
 * @throws NoSuchAccessPoint where the host is an access point's and there is none
 */
export function findTarget(address: Address, request: WireRequest, store: BucketStore): Target | undefined {
  const plain = address.accessPointHost ? undefined : store.buckets.get(address.name);
  if (plain !== undefined) return { bucket: plain, accessPoint: undefined };
  const point =
    accessPointByHost(store, address.name, address.hostRegion ?? request.region) ??
    accessPointByAlias(store, address.name);
  if (point === undefined) {
    if (address.accessPointHost) throw s3Error('NoSuchAccessPoint');
    return undefined;
  }
  const bucket = store.buckets.get(point.bucket);
  // The name may have gone to somebody else since: the access point was made for that account's bucket.
  return bucket?.account === point.bucketAccount ? { bucket, accessPoint: point } : undefined;
}

/**
 * Refuses a request that was signed for, or sent to, another region than the bucket's: 301 PermanentRedirect with the
 * region's header, or AuthorizationHeaderMalformed where the host leads to the bucket's region and the signature is
 * for another one.
 *
 * @throws PermanentRedirect, AuthorizationHeaderMalformed
 */
export function checkRegion(address: Address, request: WireRequest, bucket: Bucket): void {
  const headers = { 'x-amz-bucket-region': bucket.region };
  const signed = request.caller.arn !== '*';
  const sentTo = address.hostRegion ?? (address.globalHost || !signed ? bucket.region : request.region);
  if (sentTo !== bucket.region) {
    throw s3Error('PermanentRedirect', {
      extra: { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
      headers,
    });
  }
  if (signed && request.region !== bucket.region) {
    throw s3Error('AuthorizationHeaderMalformed', {
      message: `The authorization header is malformed; the region '${request.region}' is wrong; expecting '${bucket.region}'`,
      extra: { Region: bucket.region },
      headers,
    });
  }
}
