import { compileConditions } from '../conditions/compile.js';
import { readDate } from '../conditions/date.js';
import { readNumber } from '../conditions/numeric.js';
import type { ConditionBlock, OneOrMany, PrincipalElement, Scalar, Statement } from '../types.js';
import { hasIdentity } from './caller.js';
import { isCutAsPublic } from './judge.js';
import type { Mismatch } from './mismatch.js';
import type { CompiledLayer } from './policies.js';
import { namingIn, type Situation } from './situation.js';
import { actionApplies, compileDocument, conditionsHold, resourceApplies } from './statement.js';
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
  const policy = nearest?.statement.ref.policy ?? [...layer.versions.keys()][0];
  const version = policy === undefined ? '2012-10-17' : layer.versions.get(policy);
  const literal = version === '2012-10-17' ? escaped : (text: string): string => text;
  const kept = narrowed(layer, keptConditions(nearest, situation, literal), situation, literal);
  for (const conditions of [kept, narrowed(layer, {}, situation, literal)]) {
    const patch: Statement = {
      Effect: 'Allow',
      ...(layer.hasPrincipal ? { Principal: principalElement(situation) } : {}),
      Action: situation.request.action,
      ...(layer.layer === 'trust-policy' ? {} : { Resource: resourceElement(layer, resource, literal) }),
      ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions as ConditionBlock }),
    };
    if (fits(patch, layer, resource, situation, version)) return patch;
  }
  return undefined;
}

function fits(
  patch: Statement,
  layer: CompiledLayer,
  resource: Resource,
  situation: Situation,
  version: unknown,
): boolean {
  const document = { ...(typeof version === 'string' ? { Version: version } : {}), Statement: [patch] };
  const [compiled] = compileDocument(document, '', {
    principal: layer.hasPrincipal ? 'required' : 'forbidden',
    resource: 'optional',
  });
  if (compiled === undefined) return false;
  const { caller, target, context } = situation;
  if (isFutile(layer, situation)) return false;
  return (
    actionApplies(compiled, target.action) &&
    resourceApplies(compiled, resource, context) &&
    namingIn(compiled, caller) !== undefined &&
    conditionsHold(compiled, context)
  );
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

/** Conditions without which somebody else would gain by the statement. */
function narrowed(
  layer: CompiledLayer,
  conditions: Conditions,
  { caller, target, context }: Situation,
  literal: (text: string) => string,
): Conditions {
  const result: Conditions = structuredClone(conditions);
  const add = (operator: string, key: string, value: string | undefined): void => {
    if (value === undefined || Object.values(result).some((keys) => hasKey(keys, key))) return;
    result[operator] = { ...result[operator], [key]: value };
  };
  const only = (key: string): string | undefined => {
    const values = context.values(key.toLowerCase());
    return values?.length === 1 ? literal(values[0]!) : undefined;
  };
  if (layer.layer === 'scp' && hasIdentity(caller)) add('ArnEquals', 'aws:PrincipalArn', only('aws:PrincipalArn'));
  if (!layer.hasPrincipal) return result;
  // The account's root as a principal delegates to the whole account; the key names the root user alone.
  if (caller.kind === 'root') add('ArnEquals', 'aws:PrincipalArn', only('aws:PrincipalArn'));
  if (caller.kind === 'anonymous') add('StringEquals', 'aws:PrincipalAccount', only('aws:PrincipalAccount'));
  if (caller.kind === 'service') {
    add('ArnEquals', 'aws:SourceArn', only('aws:SourceArn'));
    add('StringEquals', 'aws:SourceAccount', only('aws:SourceAccount'));
  }
  if (target.accessPoint !== undefined && layer.layer === 'resource-policy') {
    add('StringEquals', 's3:DataAccessPointArn', only('s3:DataAccessPointArn'));
  }
  return result;
}

function hasKey(keys: Readonly<Record<string, unknown>>, key: string): boolean {
  return Object.keys(keys).some((one) => one.toLowerCase() === key.toLowerCase());
}

function keptConditions(
  nearest: Mismatch | undefined,
  situation: Situation,
  literal: (text: string) => string,
): Conditions {
  const result: Conditions = {};
  if (nearest === undefined) return result;
  const put = (operator: string, key: string, value: OneOrMany<Scalar>): void => {
    if (Object.hasOwn(result[operator] ?? {}, key)) return;
    result[operator] = { ...result[operator], [key]: value };
  };
  for (const condition of nearest.statement.conditions) {
    const failing = nearest.failing.includes(condition);
    const source = nearest.statement.source.Condition?.[condition.text]?.[condition.key];
    if (!failing && source !== undefined) put(condition.text, condition.key, source);
    if (!failing || condition.use === undefined) continue;
    for (const [operator, value] of fixesFor(condition, situation, literal)) {
      const holds = compileConditions({ [operator]: { [condition.key]: value } }, nearest.statement.variables)?.every(
        (fixed) => fixed.holds(situation.context),
      );
      if (!holds) continue;
      put(operator, condition.key, value);
      break;
    }
  }
  return result;
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
