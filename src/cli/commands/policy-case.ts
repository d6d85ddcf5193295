import { distance } from 'fastest-levenshtein';
import type { ContextValues, EvaluationCase, EvaluationRequest } from '../../policy/types.js';
import { pointerStep } from '../../template/json-text.js';
import { checkDocument, isRecord, type Refuse } from './policy-files.js';
import { ACTION_FORM, isAccount, isAction, isPrincipal, isResource, PRINCIPAL_FORM } from './policy-request.js';

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
const SETTINGS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
const SHAPE =
  'A case is {"request":{"principal":…,"action":…,"resource":…},"identityPolicies":[…],"resourcePolicy":{…}}, a file one case or a list.';
const shaped = { hint: SHAPE };

/**
 * Checks the shape of one case of `policy eval`, so that a misspelt key is never a policy that silently doesn't count.
 * Further keys (a title, what is expected) are left alone unless they resemble a known one. What stands in a statement
 * is the evaluator's. Refuses with `BadFile` for a wrong type and with `BadValue` for what is no ARN, action or account.
 */
export function checkCase(value: unknown, pointer: string, refuse: Refuse): EvaluationCase {
  if (!isRecord(value)) return refuse(pointer, 'a case is an object with a "request".', shaped);
  checkKeys(value, ['request', ...Object.keys(POLICIES)], pointer, refuse);
  const request = checkRequest(value.request, `${pointer}/request`, refuse);
  const result: Record<string, unknown> = { request };
  for (const [key, kind] of Object.entries(POLICIES)) {
    const policy = value[key];
    if (policy === undefined || policy === null) continue;
    checkPolicy(policy, kind, `${pointer}/${key}`, refuse);
    result[key] = policy;
  }
  return result as unknown as EvaluationCase;
}

function checkPolicy(policy: unknown, kind: Kind, pointer: string, refuse: Refuse): void {
  if (kind === 'settings') checkSettings(policy, pointer, refuse);
  else if (kind === 'document') checkDocument(policy, pointer, refuse);
  else if (!Array.isArray(policy)) refuse(pointer, 'it takes a list of policy documents.', shaped);
  else policy.forEach((each, i) => void checkDocument(each, `${pointer}/${i}`, refuse));
}

/** Block Public Access decides by a key that is there, so that one of another name would silently open. */
function checkSettings(value: unknown, pointer: string, refuse: Refuse): void {
  if (!isRecord(value)) refuse(pointer, `it takes an object with ${LEVELS.join(', ')}.`, shaped);
  for (const [level, settings] of Object.entries(value)) {
    const place = `${pointer}${pointerStep(level)}`;
    if (!LEVELS.includes(level)) refuse(place, `the levels are ${LEVELS.join(', ')}.`, shaped);
    if (settings === null) continue;
    const hint = `Write {${SETTINGS.map((key) => `"${key}":true`).join(',')}}, or some of them.`;
    if (!isRecord(settings)) refuse(place, 'it takes an object.', { hint });
    for (const [key, on] of Object.entries(settings)) {
      if (!SETTINGS.includes(key)) refuse(`${place}${pointerStep(key)}`, `there is no "${key}".`, { hint });
      if (typeof on !== 'boolean') refuse(`${place}/${key}`, 'it takes true or false.', { hint });
    }
  }
}

function checkRequest(value: unknown, pointer: string, refuse: Refuse): EvaluationRequest {
  if (!isRecord(value)) return refuse(pointer, 'it takes an object with "principal", "action" and "resource".', shaped);
  checkKeys(value, REQUEST, pointer, refuse);
  const text = (key: string, fits: (text: string) => boolean, form: string): string => {
    const each = value[key];
    const place = `${pointer}/${key}`;
    if (each === undefined) refuse(place, `the ${key} is missing.`, { hint: `Give ${form}.` });
    if (typeof each !== 'string') return refuse(place, 'it takes a text.', { hint: `Give ${form}.` });
    return fits(each)
      ? each
      : refuse(place, `${JSON.stringify(each)} is not ${form}.`, { code: 'BadValue', hint: `Give ${form}.` });
  };
  const optional = (key: string, fits: (text: string) => boolean, form: string) =>
    value[key] === undefined || value[key] === null ? {} : { [key]: text(key, fits, form) };
  return {
    principal: text('principal', isPrincipal, PRINCIPAL_FORM),
    action: text('action', isAction, ACTION_FORM),
    resource: text('resource', isResource, 'an ARN'),
    ...optional('resourceAccount', isAccount, 'the 12 digits of an account'),
    ...optional('bucket', (name) => /^[\w.-]{1,255}$/.test(name), 'the name of a bucket'),
    ...(value.context === undefined || value.context === null
      ? {}
      : { context: checkContext(value.context, `${pointer}/context`, refuse) }),
  };
}

function checkContext(value: unknown, pointer: string, refuse: Refuse): ContextValues {
  const hint = 'Write such as {"s3:prefix":"uploads/","aws:TagKeys":["a","b"]}.';
  if (!isRecord(value)) return refuse(pointer, 'it takes an object of condition keys.', { hint });
  const entries = Object.entries(value).map(([key, each]): [string, string | string[]] => {
    const scalars = [each].flat();
    if (!scalars.every((one) => ['string', 'number', 'boolean'].includes(typeof one)))
      return refuse(`${pointer}${pointerStep(key)}`, 'it takes a text or a list of texts.', { hint });
    return [key, Array.isArray(each) ? scalars.map(String) : String(each)];
  });
  return Object.fromEntries(entries);
}

function checkKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  pointer: string,
  refuse: Refuse,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key) || key.length > 40) continue;
    const meant = known.find((each) => distance(each.toLowerCase(), key.toLowerCase()) <= 3 && each.length > 5);
    if (meant !== undefined)
      refuse(`${pointer}${pointerStep(key)}`, `there is no "${key}".`, { hint: `"${meant}" may be meant.` });
  }
}
