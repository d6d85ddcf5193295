import { actionsOf, type CatalogueAction, catalogueServices, findAction } from '../catalogue/index.js';
import { hasWildcard, wildcardMatch } from '../wildcard.js';

/** `s3` of `s3:GetObject`, in lower case; undefined where there is no colon. */
export function serviceOf(action: string): string | undefined {
  const at = action.indexOf(':');
  return at < 0 ? undefined : action.slice(0, at).toLowerCase();
}

/** Whether the catalogue can judge this action name or pattern. */
export function isCatalogued(action: string): boolean {
  const service = serviceOf(action);
  return service !== undefined && catalogueServices().includes(service);
}

const REMEMBERED = 256;
const remembered = new Map<string, readonly CatalogueAction[]>();

/** The actions of the catalogue that a name or pattern means. */
export function actionsMeant(action: string): readonly CatalogueAction[] {
  if (!hasWildcard(action)) {
    const found = findAction(action);
    return found === undefined ? [] : [found];
  }
  const known = remembered.get(action);
  if (known !== undefined) return known;
  // A document repeats few patterns many times; what it holds must not grow the memory without end.
  if (remembered.size >= REMEMBERED) remembered.clear();
  const meant = expand(action);
  remembered.set(action, meant);
  return meant;
}

function expand(action: string): readonly CatalogueAction[] {
  if (action === '*') return catalogueServices().flatMap((service) => actionsOf(service));
  const service = serviceOf(action);
  const pattern = action.toLowerCase();
  return service === undefined
    ? []
    : actionsOf(service).filter(({ name }) => wildcardMatch(pattern, name.toLowerCase()));
}

/** Whether a resource pattern can match a resource that the action takes (Service Authorization Reference). */
export function fits(action: CatalogueAction, resource: string): boolean {
  if (resource === '*') return true;
  // AWS's own examples write arn:aws:s3:::* for s3:ListAllMyBuckets, and it works.
  if (action.resourceTypes.length === 0) return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(resource);
  const [, , service = '', region = '', account = '', ...rest] = resource.split(':');
  if (rest.length === 0) return true;
  const name = rest.join(':');
  if (action.service !== 's3') return fitsOther(action, service);
  if (!wildcardMatch(service, 's3')) return false;
  const own = action.resourceTypes.filter((type) => S3_TYPES.has(type));
  // Jobs, storage lens and the like: whatever has a region or an account may be one.
  if (own.length < action.resourceTypes.length && !name.startsWith('accesspoint/') && `${region}${account}` !== '')
    return true;
  return own.some((type) => fitsS3(type, region, account, name));
}

const S3_TYPES = new Set(['bucket', 'object', 'accesspoint', 'accesspointobject']);

function fitsS3(type: string, region: string, account: string, name: string): boolean {
  const inAccount = (region === '' || region === '*') && (account === '' || account === '*');
  const slash = name.indexOf('/');
  const wild = name.includes('*');
  switch (type) {
    case 'bucket':
      return inAccount && slash < 0;
    case 'object':
      return inAccount && (slash > 0 || (slash < 0 && wild));
    case 'accesspoint':
      return wildcardMatch('accesspoint/*', name) ? !/^accesspoint\/[^/]*\//.test(name) : wild && slash < 0;
    default:
      return (
        /^accesspoint\/[^/]*\/(object(\/.*)?$|.*\*)/s.test(name) ||
        (wild && !/\//.test(name.replace(/^accesspoint\//, '')))
      );
  }
}

function fitsOther(action: CatalogueAction, service: string): boolean {
  return (
    wildcardMatch(service, action.service === 'sts' ? 'iam' : action.service) || wildcardMatch(service, action.service)
  );
}
