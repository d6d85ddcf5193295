import { isIP } from 'node:net';

export type ServiceName = 'iam' | 'sts' | 's3' | 's3-control' | 'sns';
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The custom endpoint of a service, in the order of the AWS CLI ("Service-specific endpoints"):
 * the flag, `AWS_ENDPOINT_URL_SERVICE`, `AWS_ENDPOINT_URL`; undefined means AWS itself.
 */
export function endpointOf(service: ServiceName, flag: string | undefined, env: Environment): string | undefined {
  if (flag !== undefined) return flag;
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined;
  const own = env[`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`];
  return own || env.AWS_ENDPOINT_URL || undefined;
}

/** True for this machine's own addresses, which no proxy can reach. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

export interface NamedEndpoint {
  readonly url: string;
  /** What every name below the endpoint's host resolves to; undefined leaves it to the resolver. */
  readonly address: string | undefined;
}

/**
 * An endpoint under which a name can be put (`ACCOUNT.host` of S3 Control, `BUCKET.host`): an IP address takes no
 * prefix and `*.localhost` isn't known to every resolver, so both become `localhost` with a fixed address.
 */
export function namedEndpoint(endpoint: string): NamedEndpoint {
  const url = new URL(endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    url.hostname = 'localhost';
    return { url: url.toString(), address: host };
  }
  return { url: url.toString(), address: isLoopback(host) ? '127.0.0.1' : undefined };
}
