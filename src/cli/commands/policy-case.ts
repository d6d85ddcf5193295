import { distance } from 'fastest-levenshtein';
import { S3ConnectError } from '../../errors.js';
import type { ContextValues, EvaluationCase, EvaluationRequest } from '../../policy/types.js';

type Kind = 'document' | 'documents' | 'settings';

const POLICIES: Readonly<Record<string, Kind>> = {
  trustPolicy: 'document',
  identityPolicies: 'documents',
  permissionsBoundary: 'document',
  sessionPolicies: 'documents',
  resourcePolicy: 'document',
  accessPointPolicy: 'document',
  keyPolicy: 'document',
  serviceControlPolicies: 'documents',
  resourceControlPolicies: 'documents',
  blockPublicAccess: 'settings',
};

const REQUEST = ['principal', 'action', 'resource', 'resourceAccount', 'bucket', 'context'];
const LEVELS = ['account', 'bucket', 'accessPoint'];

/**
 * Checks the shape of one case of `policy eval`, so that a misspelt key is never a policy that silently doesn't count.
 * Further keys (a title, what is expected) are left alone unless they resemble a known one. What stands in a document
 * is the evaluator's. Throws `BadFile` with the JSON pointer.
 */
export function checkCase(value: unknown, file: string, pointer: string): EvaluationCase {
  const bad = (place: string, message: string): never => {
    throw new S3ConnectError('BadFile', `${file}${place === '' ? '' : `, ${place}`}: ${message}`, {
      path: place,
      hint: 'the shape of a case stands in docs/cli.md, "policy eval"',
    });
  };
  if (!isRecord(value)) return bad(pointer, 'a case is an object with a "request"');
  checkKeys(value, ['request', ...Object.keys(POLICIES)], pointer, bad);
  const request = checkRequest(value.request, `${pointer}/request`, bad);
  const result: Record<string, unknown> = { request };
  for (const [key, kind] of Object.entries(POLICIES)) {
    const policy = value[key];
    if (policy === undefined || policy === null) continue;
    const place = `${pointer}/${key}`;
    if (kind === 'documents') {
      if (!Array.isArray(policy)) return bad(place, 'it takes a list of policy documents');
      policy.forEach((each, i) => {
        if (!isRecord(each)) bad(`${place}/${i}`, 'a policy document is an object');
      });
    } else if (!isRecord(policy)) return bad(place, `${kind === 'document' ? 'a policy document' : 'it'} is an object`);
    else if (kind === 'settings') checkKeys(policy, LEVELS, place, bad);
    result[key] = policy;
  }
  return result as unknown as EvaluationCase;
}

type Bad = (place: string, message: string) => never;

function checkRequest(value: unknown, pointer: string, bad: Bad): EvaluationRequest {
  if (!isRecord(value)) return bad(pointer, 'it takes an object with "principal", "action" and "resource"');
  checkKeys(value, REQUEST, pointer, bad);
  const text = (key: string): string => {
    const each = value[key];
    return typeof each === 'string' && each !== '' ? each : bad(`${pointer}/${key}`, 'it takes a text');
  };
  const optional = (key: string) => (value[key] === undefined || value[key] === null ? {} : { [key]: text(key) });
  return {
    principal: text('principal'),
    action: text('action'),
    resource: text('resource'),
    ...optional('resourceAccount'),
    ...optional('bucket'),
    ...(value.context === undefined ? {} : { context: checkContext(value.context, `${pointer}/context`, bad) }),
  };
}

function checkContext(value: unknown, pointer: string, bad: Bad): ContextValues {
  if (!isRecord(value)) return bad(pointer, 'it takes an object of condition keys');
  const entries = Object.entries(value).map(([key, each]): [string, string | string[]] => {
    const scalars = [each].flat();
    if (!scalars.every((one) => ['string', 'number', 'boolean'].includes(typeof one)))
      return bad(`${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, 'it takes a text or a list of texts');
    return [key, Array.isArray(each) ? scalars.map(String) : String(each)];
  });
  return Object.fromEntries(entries);
}

function checkKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  pointer: string,
  bad: Bad,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key) || key.length > 40) continue;
    const meant = known.find((each) => distance(each.toLowerCase(), key.toLowerCase()) <= 3 && each.length > 5);
    if (meant !== undefined) bad(`${pointer}/${key}`, `there is no "${key}"; "${meant}" is the nearest`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
