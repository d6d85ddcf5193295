import { type CompiledCondition, compileConditions } from '../conditions/compile.js';
import { asList, isRecord, member, stringsOf, usesVariables } from '../documents.js';
import type { PolicyDocument, Statement, StatementRef } from '../types.js';
import { type Glob, globMatches, parseGlob } from '../wildcard.js';
import type { RequestContext } from './context.js';
import { compilePrincipal, type PrincipalMatcher } from './principal.js';
import { compileResource, type ResourcePattern } from './resource.js';
import type { Resource } from './target.js';

/** A statement of a document, compiled once. */
export interface CompiledStatement {
  readonly ref: StatementRef;
  readonly source: Statement;
  readonly allow: boolean;
  readonly actions: readonly Glob[];
  readonly notActions: boolean;
  /** `undefined` where the kind of policy has no Resource: then every resource is meant. */
  readonly resources: readonly ResourcePattern[] | undefined;
  readonly notResources: boolean;
  readonly principal: PrincipalMatcher | undefined;
  readonly conditions: readonly CompiledCondition[];
  /** Whether the document's version knows policy variables. */
  readonly variables: boolean;
}

/** What a kind of policy has besides Effect, Action and Condition (IAM User Guide, "Grammar"). */
export interface PolicyShape {
  readonly principal: 'required' | 'forbidden';
  readonly resource: 'required' | 'optional';
}

/** Compiles the statements of a document; malformed ones, which AWS would have refused, match nothing. */
export function compileDocument(document: PolicyDocument, policy: string, shape: PolicyShape): CompiledStatement[] {
  if (!isRecord(document)) return [];
  const variables = usesVariables(document);
  const compiled: CompiledStatement[] = [];
  const statements = asList<unknown>(member(document, 'Statement') as readonly unknown[]);
  for (const [index, source] of statements.entries()) {
    const statement = isRecord(source) ? compileStatement(source, { policy, index }, shape, variables) : undefined;
    if (statement !== undefined) compiled.push(statement);
  }
  return compiled;
}

function compileStatement(
  source: Readonly<Record<string, unknown>>,
  place: { policy: string; index: number },
  shape: PolicyShape,
  variables: boolean,
): CompiledStatement | undefined {
  const effect = member(source, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') return undefined;
  const action = eitherOf(source, 'Action', 'NotAction');
  if (action === undefined || action === 'absent') return undefined;
  const resource = eitherOf(source, 'Resource', 'NotResource');
  if (resource === undefined || (resource === 'absent' && shape.resource === 'required')) return undefined;
  const principal = principalOf(source, shape);
  if (principal === 'malformed') return undefined;
  const conditions = compileConditions(member(source, 'Condition'), variables);
  if (conditions === undefined) return undefined;
  const sid = member(source, 'Sid');
  return {
    ref: { ...place, sid: typeof sid === 'string' ? sid : null },
    source: source as unknown as Statement,
    allow: effect === 'Allow',
    actions: action.values.map((text) => parseGlob(text.toLowerCase())),
    notActions: action.negated,
    resources: resource === 'absent' ? undefined : resource.values.map((text) => compileResource(text, variables)),
    notResources: resource !== 'absent' && resource.negated,
    principal,
    conditions,
    variables,
  };
}

/** One of a pair of elements; `undefined` where both stand there or the one has no value. */
function eitherOf(
  source: Readonly<Record<string, unknown>>,
  plain: string,
  negated: string,
): { values: readonly string[]; negated: boolean } | 'absent' | undefined {
  const yes = member(source, plain);
  const no = member(source, negated);
  if (yes === undefined && no === undefined) return 'absent';
  if (yes !== undefined && no !== undefined) return undefined;
  const values = stringsOf(yes ?? no);
  return values.length === 0 ? undefined : { values, negated: no !== undefined };
}

function principalOf(
  source: Readonly<Record<string, unknown>>,
  shape: PolicyShape,
): PrincipalMatcher | undefined | 'malformed' {
  const yes = member(source, 'Principal');
  const no = member(source, 'NotPrincipal');
  const present = yes !== undefined || no !== undefined;
  if (shape.principal === 'forbidden') return present ? 'malformed' : undefined;
  if (!present || (yes !== undefined && no !== undefined)) return 'malformed';
  return compilePrincipal(yes ?? no, yes === undefined) ?? 'malformed';
}

/** Whether Action or NotAction lets the statement apply; `action` in lower case. */
export function actionApplies(statement: CompiledStatement, action: string): boolean {
  for (const glob of statement.actions) if (globMatches(glob, action)) return !statement.notActions;
  return statement.notActions;
}

/** Whether Resource or NotResource lets the statement apply. */
export function resourceApplies(statement: CompiledStatement, resource: Resource, context: RequestContext): boolean {
  if (statement.resources === undefined) return true;
  for (const pattern of statement.resources) if (pattern(resource, context)) return !statement.notResources;
  return statement.notResources;
}

/** Whether all conditions hold. */
export function conditionsHold(statement: CompiledStatement, context: RequestContext): boolean {
  for (const condition of statement.conditions) if (!condition.holds(context)) return false;
  return true;
}
