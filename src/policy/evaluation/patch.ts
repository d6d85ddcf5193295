import { parseArn } from '../arn.js';
import { compileConditions } from '../conditions/compile.js';
import { readDate } from '../conditions/date.js';
import { readNumber } from '../conditions/numeric.js';
import type { ConditionBlock, OneOrMany, PrincipalElement, Scalar, Statement } from '../types.js';
import { isCutAsPublic } from './judge.js';
import type { Mismatch } from './mismatch.js';
import type { CompiledLayer } from './policies.js';
import type { Situation } from './situation.js';
import type { Resource } from './target.js';

type Conditions = Record<string, Record<string, OneOrMany<Scalar>>>;

/**
 * A statement which, appended to the layer's policy, lets exactly this request of exactly this principal
 * through; `undefined` where no statement can. Conditions of the nearest statement are kept, those that fail
 * are set to what the request carries.
 */
export function patchFor(
  layer: CompiledLayer,
  resource: Resource,
  nearest: Mismatch | undefined,
  situation: Situation,
): Statement | undefined {
  if (situation.caller.kind === 'unknown' || !isNameable(resource) || isFutile(layer, situation)) return undefined;
  const policy = nearest?.statement.ref.policy ?? layer.versions.keys().next().value;
  const version = policy === undefined ? '2012-10-17' : layer.versions.get(policy);
  const literal = version === '2012-10-17' ? escaped : unchanged;
  const conditions = narrowed(layer, keptConditions(nearest, situation, literal), situation, literal);
  const patch: Mutable = { Effect: 'Allow' };
  if (layer.hasPrincipal) patch.Principal = principalElement(situation);
  patch.Action = situation.request.action;
  // "Access Analyzer policy checks": a trust policy has no Resource.
  if (layer.layer !== 'trust-policy') patch.Resource = resourceElement(layer, resource, literal);
  if (conditions !== undefined) patch.Condition = conditions as ConditionBlock;
  return patch as Statement;
}

type Mutable = { -readonly [key in keyof Statement]?: Statement[key] };

/** Whether a pattern can stand for this resource alone: what begins like an ARN has to be a whole one. */
function isNameable(resource: Resource): boolean {
  return resource.arn !== undefined || !resource.text.includes(':');
}

function unchanged(text: string): string {
  return text;
}

/** A grant to anonymous callers is public, so that where RestrictPublicBuckets is on it opens nothing. */
function isFutile(layer: CompiledLayer, situation: Situation): boolean {
  if (layer.layer !== 'resource-policy' && layer.layer !== 'access-point-policy') return false;
  const becomesPublic = situation.caller.kind === 'anonymous';
  const { set } = situation;
  return isCutAsPublic({ ...situation, set: { ...set, publicBucket: set.publicBucket || becomesPublic } });
}

function principalElement({ caller }: Situation): PrincipalElement {
  switch (caller.kind) {
    case 'anonymous':
      return '*';
    case 'service':
      return { Service: caller.text };
    case 'federated':
      return { Federated: caller.text };
    default:
      return { AWS: caller.text };
  }
}

function resourceElement(layer: CompiledLayer, resource: Resource, literal: (text: string) => string): string {
  // "Key policies": the element names the key that the policy is attached to, and is written as a star.
  return layer.layer === 'key-policy' || resource.text === '*' ? '*' : literal(resource.text);
}

/** Adds conditions without which somebody else would gain by the statement. */
function narrowed(
  layer: CompiledLayer,
  kept: Conditions | undefined,
  { caller, target, context }: Situation,
  literal: (text: string) => string,
): Conditions | undefined {
  let result = kept;
  const add = (operator: string, key: string): void => {
    const values = context.values(key.toLowerCase());
    if (values?.length !== 1) return;
    // A value that is no ARN can be compared as text only.
    const use = operator === 'ArnEquals' && parseArn(values[0]!) === undefined ? 'StringEquals' : operator;
    result = { ...result, [use]: { ...result?.[use], [key]: literal(values[0]!) } };
  };
  if (layer.layer === 'scp') add('ArnEquals', 'aws:PrincipalArn');
  if (!layer.hasPrincipal) return result;
  // The account's root as a principal delegates to the whole account; the key names the root user alone.
  if (caller.kind === 'root') add('ArnEquals', 'aws:PrincipalArn');
  if (caller.kind === 'anonymous') add('StringEquals', 'aws:PrincipalAccount');
  if (caller.kind === 'service') {
    add('ArnEquals', 'aws:SourceArn');
    add('StringEquals', 'aws:SourceAccount');
  }
  if (target.accessPoint !== undefined && layer.layer === 'resource-policy')
    add('StringEquals', 's3:DataAccessPointArn');
  return result;
}

function keptConditions(
  nearest: Mismatch | undefined,
  situation: Situation,
  literal: (text: string) => string,
): Conditions | undefined {
  if (nearest === undefined || nearest.statement.conditions.length === 0) return undefined;
  const { source, variables, conditions } = nearest.statement;
  // The statement's own block is shared as long as all of it holds.
  if (nearest.failing.length === 0) return source.Condition as Conditions;
  const result: Conditions = {};
  const put = (operator: string, key: string, value: OneOrMany<Scalar>): void => {
    if (Object.hasOwn(result[operator] ?? {}, key)) return;
    result[operator] = { ...result[operator], [key]: value };
  };
  for (const condition of conditions) {
    const value = source.Condition?.[condition.text]?.[condition.key];
    if (!nearest.failing.includes(condition)) {
      if (value !== undefined) put(condition.text, condition.key, value);
      continue;
    }
    for (const [operator, fixed] of fixesFor(condition, situation, literal)) {
      const tried = compileConditions({ [operator]: { [condition.key]: fixed } }, variables);
      if (tried?.every((one) => one.holds(situation.context)) !== true) continue;
      put(operator, condition.key, fixed);
      break;
    }
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/** Conditions of the same shape that the request would meet, the most alike first. */
function* fixesFor(
  condition: Mismatch['failing'][number],
  { context }: Situation,
  literal: (text: string) => string,
): Generator<[string, OneOrMany<Scalar>]> {
  const { use, text, wanted } = condition;
  if (use === undefined) return;
  const actual = context.values(condition.key.toLowerCase());
  if (use.operator === 'Null') {
    yield [text, actual === undefined ? 'true' : 'false'];
    return;
  }
  if (actual === undefined) {
    if (use.qualifier === undefined) yield [`${text}IfExists`, wanted.length === 1 ? wanted[0]! : wanted];
    yield ['Null', 'true'];
    return;
  }
  const { name, negated } = use.operator;
  const prefix = use.qualifier === undefined ? '' : `${use.qualifier}:`;
  const suffix = use.ifExists ? 'IfExists' : '';
  const values = /^(?:String|Arn)/.test(name) ? actual.map(literal) : actual;
  const value = values.length === 1 ? values[0]! : values;
  const positive = negated ? (POSITIVE[name] ?? name) : name;
  yield [`${prefix}${positive}${suffix}`, value];
  if (name.startsWith('Numeric') && actual.every((one) => readNumber(one) !== undefined)) {
    yield [`${prefix}NumericEquals${suffix}`, value];
  }
  if (name.startsWith('Date') && actual.every((one) => readDate(one) !== undefined)) {
    yield [`${prefix}DateEquals${suffix}`, value];
  }
  // A value that is none of the operator's type, or several values without a qualifier, can only be text.
  yield [`${prefix || 'ForAllValues:'}StringEquals${suffix}`, actual.map(literal)];
}

const POSITIVE: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** A text in which no character is a wildcard or begins a variable. */
function escaped(text: string): string {
  return text.replace(/[*?]|\$(?=\{)/g, (found) => `\${${found}}`);
}
