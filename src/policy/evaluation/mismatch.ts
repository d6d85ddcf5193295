import type { CompiledCondition } from '../conditions/compile.js';
import { isRecord, stringsOf } from '../documents.js';
import type { Caller } from './caller.js';
import { namingIn, type Situation } from './situation.js';
import { actionApplies, type CompiledStatement, resourceApplies } from './statement.js';
import type { Resource } from './target.js';

/** What of an Allow does not fit the request, and how far it is from fitting. */
export interface Mismatch {
  readonly statement: CompiledStatement;
  readonly action: boolean;
  readonly principal: boolean;
  readonly resource: boolean;
  readonly failing: readonly CompiledCondition[];
  readonly distance: number;
}

/** Where an Allow falls short. A failing condition is nearer than another resource, principal or action. */
export function mismatchOf(statement: CompiledStatement, resource: Resource, situation: Situation): Mismatch {
  const { caller, target, context } = situation;
  const failing = statement.conditions.filter((condition) => !condition.holds(context));
  const action = !actionApplies(statement, target.action);
  const principal = statement.principal !== undefined && namingIn(statement, caller) === undefined;
  const other = !resourceApplies(statement, resource, context);
  const distance =
    failing.length +
    (failing.some(isOtherWay) ? 15 : 0) +
    (action ? 40 : 0) +
    (principal ? 20 : 0) +
    (other ? 10 - closeness(statement, resource.text) : 0);
  return { statement, action, principal, resource: other, failing, distance };
}

/** What is delegated to access points is not meant for those who come to the bucket by another way. */
function isOtherWay({ key, use }: CompiledCondition): boolean {
  const negated = use === undefined || (use.operator !== 'Null' && use.operator.negated);
  return !negated && /^s3:DataAccessPoint(Arn|Account)$/i.test(key);
}

/** The first thing that does not match, in words. */
export function mismatchWords(mismatch: Mismatch, resource: Resource, situation: Situation): string {
  const { statement, failing } = mismatch;
  if (mismatch.action) return actionWords(statement, situation.request.action);
  if (mismatch.principal) return principalWords(statement, situation.caller);
  if (mismatch.resource) return resourceWords(statement, resource.text);
  const [condition] = failing;
  return condition === undefined
    ? 'the statement allows this, but another policy has to as well'
    : conditionWords(condition, situation);
}

function actionWords(statement: CompiledStatement, action: string): string {
  return statement.notActions
    ? `NotAction takes out ${action} (${list(stringsOf(statement.source.NotAction))})`
    : `the action ${action} is not among ${list(stringsOf(statement.source.Action))}`;
}

function principalWords(statement: CompiledStatement, caller: Caller): string {
  const listed = list(statement.principal?.listed ?? []);
  const who = caller.kind === 'anonymous' ? 'an anonymous caller' : `the principal ${caller.text}`;
  return statement.principal?.negated ? `NotPrincipal takes out ${who} (${listed})` : `${who} is not among ${listed}`;
}

function resourceWords(statement: CompiledStatement, resource: string): string {
  return statement.notResources
    ? `NotResource takes out ${resource} (${list(stringsOf(statement.source.NotResource))})`
    : `the resource ${resource} does not match ${list(stringsOf(statement.source.Resource))}`;
}

function conditionWords(condition: CompiledCondition, { context }: Situation): string {
  const actual = context.values(condition.key.toLowerCase());
  const wanted = condition.wanted.length === 0 ? 'no value at all' : list(condition.wanted);
  if (condition.use === undefined) return `${condition.text} is no condition operator`;
  const has = actual === undefined ? `the request carries no ${condition.key}` : `${condition.key} is ${list(actual)}`;
  return `${has}, but the condition ${condition.text} asks for ${wanted}`;
}

function list(values: readonly string[]): string {
  const shown = values
    .slice(0, 5)
    .map((value) => JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value));
  return shown.length < values.length ? `${shown.join(', ')} … (${values.length})` : shown.join(', ');
}

/** From 0 to 5: how much of the resource a pattern of the statement shares from the left. */
function closeness(statement: CompiledStatement, resource: string): number {
  if (statement.notResources || !isRecord(statement.source)) return 0;
  let best = 0;
  for (const pattern of stringsOf(statement.source.Resource)) {
    let same = 0;
    while (same < pattern.length && pattern[same] === resource[same]) same++;
    best = Math.max(best, same / Math.max(1, resource.length));
  }
  return best * 5;
}
