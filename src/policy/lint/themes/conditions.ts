import { type CatalogueAction, carriesKey, findAction, isKnownKey, keyType } from '../../catalogue/index.js';
import type { Statement } from '../../types.js';
import { hasWildcard } from '../../wildcard.js';
import { actionsMeant, isCatalogued } from '../patterns.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import type { ConditionView, Placed, StatementView } from '../view.js';
import { quote } from './grammar.js';

const OPERATORS = 'IAM User Guide, "IAM JSON policy elements: Condition operators"';
const MULTI = 'IAM User Guide, "Single-valued vs. multivalued context keys"';
const S3_KEYS = 'S3 User Guide, "Bucket policy examples using condition keys"';
const upload = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme/*' };
const list = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::acme' };

const BASES =
  /^(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)$/;

export const conditions: Theme = {
  rules: {
    'condition-key-not-carried': {
      severity: 'error',
      title: 'A condition key that the action never carries',
      why: 'A key that is missing in the request makes a plain condition false and a negated or IfExists one true: the Allow never allows, or the Deny denies every request. S3 refuses such a bucket policy, IAM takes it silently.',
      remedy:
        'Limit object actions by Resource (or NotResource in a Deny), and give the actions that carry the key a statement of their own.',
      source: S3_KEYS,
      example: exampleOf({
        Effect: 'Deny',
        Action: 's3:PutObject',
        Resource: 'arn:aws:s3:::acme/*',
        Condition: { StringNotLikeIfExists: { 's3:prefix': ['uploads/*'] } },
      }),
    },
    'unknown-condition-key': {
      severity: 'warning',
      title: 'A condition key that does not exist',
      why: 'A key that no request carries is always missing.',
      remedy: 'Correct the spelling.',
      source: 'Service Authorization Reference, "Condition keys for Amazon S3"',
      example: exampleOf({ ...list, Condition: { StringLike: { 's3:prefixes': 'uploads/*' } } }),
    },
    'unknown-operator': {
      severity: 'error',
      title: 'A condition operator that does not exist',
      why: 'AWS refuses the policy.',
      remedy: 'Use an operator of the list; names are case sensitive.',
      source: OPERATORS,
      example: exampleOf({ ...list, Condition: { StringMatches: { 's3:prefix': 'uploads/*' } } }),
    },
    'null-if-exists': {
      severity: 'error',
      title: 'Null with IfExists',
      why: 'Null itself asks whether the key exists; AWS refuses the combination.',
      remedy: 'Write Null.',
      source: OPERATORS,
      example: exampleOf({ ...list, Condition: { NullIfExists: { 's3:prefix': 'true' } } }),
    },
    'set-operator-missing': {
      severity: 'warning',
      title: 'A multi-valued key without ForAllValues or ForAnyValue',
      why: 'Such a key holds a set, and without one of the two the comparison is undefined.',
      remedy: 'Write ForAllValues: or ForAnyValue: before the operator.',
      source: MULTI,
      example: exampleOf({ ...upload, Condition: { StringEquals: { 's3:RequestObjectTagKeys': ['team'] } } }),
    },
    'set-operator-misused': {
      severity: 'warning',
      title: 'ForAllValues or ForAnyValue on a single-valued key',
      why: 'On a key with one value it changes what a missing key means, mostly to more than was meant.',
      remedy: 'Leave it out.',
      source: MULTI,
      example: exampleOf({ ...list, Condition: { 'ForAnyValue:StringLike': { 's3:prefix': ['uploads/*'] } } }),
    },
    'for-all-values-with-allow': {
      severity: 'warning',
      title: 'ForAllValues in an Allow',
      why: 'It is true when the key is missing: a request without it is allowed.',
      remedy: 'Add {"Null":{KEY:"false"}} beside it.',
      source: MULTI,
      example: exampleOf({
        ...upload,
        Condition: { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['team'] } },
      }),
    },
    'literal-wildcard': {
      severity: 'warning',
      title: 'A wildcard that is taken literally',
      why: 'Only the Like operators know * and ?; under StringEquals they are ordinary characters.',
      remedy: 'Use StringLike.',
      source: OPERATORS,
      example: exampleOf({ ...list, Condition: { StringEquals: { 's3:prefix': 'uploads/*' } } }),
    },
    'open-ended-listing': {
      severity: 'warning',
      title: 'A listing prefix without its slash',
      why: 'uploads* also lists uploads-old/ and everything else that begins so.',
      remedy: 'Write uploads/*, and "uploads/" beside it where a plain listing of the folder is meant.',
      source: S3_KEYS,
      example: exampleOf({ ...list, Condition: { StringLike: { 's3:prefix': 'uploads*' } } }),
    },
    'empty-condition': {
      severity: 'warning',
      title: 'A condition without values',
      why: 'With no value to compare, a plain operator never matches and one with IfExists or ForAllValues only where the key is missing.',
      remedy: 'Give the values, or remove the condition.',
      source: 'IAM User Guide, "Access Analyzer policy check reference"',
      example: exampleOf({ ...list, Condition: { StringLike: { 's3:prefix': [] } } }),
    },
    'breaks-multipart': {
      severity: 'warning',
      title: 'A demanded header that parts of an upload do not send',
      why: 'A multipart upload sends the header with CreateMultipartUpload only, and UploadPart is s3:PutObject as well: large uploads are denied.',
      remedy: 'Use the operator with IfExists, or deny wrong values instead.',
      source: 'S3 User Guide, "Uploading and copying objects using multipart upload"',
      example: exampleOf({
        ...upload,
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    },
  },
  check: checkConditions,
};

function* checkConditions({ statements }: LintContext): Iterable<Draft> {
  for (const view of statements)
    for (const condition of view.conditions) {
      yield* checkOperator(condition);
      yield* checkValues(condition);
      yield* checkSet(condition, view);
      yield* checkKey(condition, view);
      yield* checkMultipart(condition, view);
    }
}

function* checkOperator({ operator, base, ifExists, pointer }: ConditionView): Iterable<Draft> {
  if (!BASES.test(base)) yield { id: 'unknown-operator', pointer, message: `There is no operator ${quote(operator)}.` };
  else if (base === 'Null' && ifExists) yield { id: 'null-if-exists', pointer, message: 'Null takes no IfExists.' };
}

function* checkValues({ base, key, values, pointer }: ConditionView): Iterable<Draft> {
  if (values.length === 0) yield { id: 'empty-condition', pointer, message: `${key} has no value to compare with.` };
  if (/^String(Not)?Equals/.test(base)) {
    const wild = values.find((value) => hasWildcard(value.replace(/\$\{[^}]*\}/g, '')));
    if (wild !== undefined)
      yield { id: 'literal-wildcard', pointer, message: `${quote(wild)} is taken literally under ${base}.` };
  }
  if (base === 'StringLike' && key.toLowerCase() === 's3:prefix') {
    const open = values.find((value) => /[^/*?}]\*$/.test(value));
    if (open !== undefined)
      yield { id: 'open-ended-listing', pointer, message: `${quote(open)} lists its neighbours, too.` };
  }
}

function* checkSet(condition: ConditionView, view: StatementView): Iterable<Draft> {
  const { key, base, qualifier, pointer } = condition;
  const type = keyType(key);
  const multi = type === undefined ? MULTI_GLOBAL.has(key.toLowerCase()) : type.startsWith('ArrayOf');
  if (base === 'Null') return;
  if (multi && qualifier === undefined)
    yield { id: 'set-operator-missing', pointer, message: `${key} holds several values.` };
  if (!multi && type !== undefined && qualifier !== undefined)
    yield { id: 'set-operator-misused', pointer, message: `${key} holds one value.` };
  const demanded = view.conditions.some(
    (other) => other.base === 'Null' && other.key.toLowerCase() === key.toLowerCase() && other.values[0] === 'false',
  );
  if (qualifier === 'ForAllValues' && view.allows && !demanded)
    yield { id: 'for-all-values-with-allow', pointer, message: `A request without ${key} is allowed.` };
}

const MULTI_GLOBAL = new Set(['aws:calledvia', 'aws:tagkeys', 'aws:principalorgpaths', 'aws:sourceorgpaths']);

function* checkKey(condition: ConditionView, view: StatementView): Iterable<Draft> {
  const { key, pointer, base } = condition;
  if (!/^(s3|sts|iam|kms|sns):/i.test(key) || base === 'Null') return;
  if (!isKnownKey(key)) {
    yield { id: 'unknown-condition-key', pointer, message: `There is no condition key ${quote(key)}.` };
    return;
  }
  const known = view.actions.filter(({ value }) => isCatalogued(value));
  const without = known.filter(({ value }) => {
    const meant = actionsMeant(value);
    return meant.length > 0 && !meant.some((action) => carries(action, key));
  });
  if (without.length === 0) return;
  yield {
    id: 'condition-key-not-carried',
    pointer,
    message: `${names(without)} never ${without.length > 1 ? 'carry' : 'carries'} ${key}: ${consequence(condition, view, without)}.`,
    ...remedyFor(condition, view, without, known),
  };
}

/** The two that STS asks for as part of AssumeRole see the same request, and so its keys. */
const PART_OF_ASSUME_ROLE = /^sts:(TagSession|SetSourceIdentity)$/;

function carries(action: CatalogueAction, key: string): boolean {
  if (carriesKey(action, key)) return true;
  return PART_OF_ASSUME_ROLE.test(action.name) && carriesKey(findAction('sts:AssumeRole')!, key);
}

/** What a condition on a missing key does (IAM User Guide, "Condition operators"). */
function consequence(condition: ConditionView, view: StatementView, without: readonly Placed[]): string {
  const it = without.length > 1 ? 'them' : 'it';
  const holds =
    condition.ifExists ||
    condition.qualifier === 'ForAllValues' ||
    (condition.negated && condition.qualifier === undefined);
  if (view.denies) return holds ? `this denies ${it} every time, also where it should not` : `this never denies ${it}`;
  return holds ? `this doesn't limit ${it}` : `this never allows ${it}`;
}

function remedyFor(
  condition: ConditionView,
  view: StatementView,
  without: readonly Placed[],
  known: readonly Placed[],
): { remedy?: string } {
  const { statement } = view;
  if (condition.key.toLowerCase() === 's3:prefix' && view.resources.length > 0) {
    const objects = objectsUnder(condition, view);
    const onObjects = without.every(({ value }) =>
      actionsMeant(value).some(({ resourceTypes }) => resourceTypes.includes('object')),
    );
    if (objects !== undefined && onObjects && known.length === without.length) {
      const rest = withoutCondition(statement, condition);
      const { Resource: _, ...others } = rest;
      const element = view.denies && condition.negated ? 'NotResource' : 'Resource';
      return { remedy: `Limit by the key of the object instead: ${JSON.stringify({ ...others, [element]: objects })}` };
    }
  }
  if (without.length < known.length)
    return {
      remedy: `Put ${names(without)} into a statement of ${without.length > 1 ? 'their' : 'its'} own without ${condition.key}.`,
    };
  return {};
}

/** The objects that the condition's prefixes mean, as resources: `BUCKET/uploads/*`. */
function objectsUnder(condition: ConditionView, view: StatementView): string | readonly string[] | undefined {
  const buckets = [
    ...new Set(view.resources.flatMap(({ value }) => /^(arn:[^:]*:s3:::[^/]+)(\/|$)/.exec(value)?.[1] ?? [])),
  ];
  const objects = buckets.flatMap((bucket) =>
    condition.values.map((value) => `${bucket}/${value.endsWith('*') ? value : `${value}*`}`),
  );
  return objects.length === 0 ? undefined : objects.length === 1 ? objects[0] : objects;
}

function withoutCondition(statement: Statement, { operator, key }: ConditionView): Statement {
  const { Condition: block = {}, ...rest } = statement;
  const left = Object.entries(block).flatMap(([name, keys]) => {
    const kept = Object.entries(keys).filter(([each]) => name !== operator || each !== key);
    return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)] as const];
  });
  return left.length === 0 ? rest : { ...rest, Condition: Object.fromEntries(left) };
}

function names(placed: readonly Placed[]): string {
  const list = placed.map(({ value }) => value);
  if (list.length > 4) return `${list.slice(0, 3).join(', ')} and ${list.length - 3} more`;
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

function* checkMultipart({ key, base, ifExists, pointer }: ConditionView, view: StatementView): Iterable<Draft> {
  const header = /^s3:x-amz-(acl|grant-.*|server-side-encryption.*|storage-class)$/i.test(key);
  if (!header || ifExists || !view.allows || !/^String(Equals|Like)|^ArnEquals|^ArnLike/.test(base)) return;
  // AWS's own services (logs, inventory) send what their documented bucket policies demand.
  if (view.principals.length > 0 && view.principals.every(({ type }) => type === 'Service')) return;
  if (view.actions.some(({ value }) => /^s3:PutObject$/i.test(value)))
    yield { id: 'breaks-multipart', pointer, message: `UploadPart doesn't send ${key}, so large uploads are denied.` };
}
