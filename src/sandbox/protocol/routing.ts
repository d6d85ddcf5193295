import type { Dialect, RawRequest } from './raw-request.js';

export type Service = 'iam' | 'sts' | 'sns' | 's3' | 's3control';

const QUERY_SERVICES = new Set(['iam', 'sts', 'sns']);
const VERSIONS: Readonly<Record<string, Service>> = {
  '2010-05-08': 'iam',
  '2011-06-15': 'sts',
  '2010-03-31': 'sns',
};

/** One endpoint plays all services: the credential scope, the path and the form of a request tell which is meant. */
export function serviceOf(request: RawRequest, path: string): Service | undefined {
  if (path.startsWith('/v20180820/')) return 's3control';
  const scope = scopeService(request);
  if (scope !== undefined && QUERY_SERVICES.has(scope)) return scope as Service;
  if (path === '/' && isForm(request)) {
    if (scope !== undefined && scope !== 's3') return undefined;
    const form = request.method === 'POST' ? new URLSearchParams(request.body.toString('utf8')) : request.query;
    const action = form.get('Action');
    if (action !== null) {
      if (action === 'ConfirmSubscription' || action === 'Unsubscribe') return 'sns';
      return VERSIONS[form.get('Version') ?? ''] ?? 'iam';
    }
  }
  if (scope !== undefined && scope !== 's3' && scope !== 's3-outposts') return undefined;
  return 's3';
}

/** Which way of saying things (errors above all) a service has. */
export function dialectOf(service: Service | undefined): Dialect {
  return service === 's3' || service === 's3control' ? service : 'query';
}

function isForm(request: RawRequest): boolean {
  if (request.method === 'POST') {
    return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  }
  return request.method === 'GET' && request.query.has('Action');
}

function scopeService(request: RawRequest): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ?? request.query.get('X-Amz-Credential');
  return credential === null || credential === undefined ? undefined : credential.split('/').at(-2);
}
