import { isRecord, member } from '../documents.js';
import type { ContextValues, EvaluationRequest } from '../types.js';
import { type Caller, hasIdentity, readCaller } from './caller.js';
import { createContext, type RequestContext } from './context.js';
import type { CompiledLayer, CompiledSet } from './policies.js';
import { isSpared, type Naming, namingOf } from './principal.js';
import { actionApplies, type CompiledStatement, conditionsHold, resourceApplies } from './statement.js';
import { type Action, actionOf, type Resource, readTarget, resourceOf, type Target } from './target.js';

/** One request against one compiled set, with everything that was read out of it. */
export interface Situation {
  readonly set: CompiledSet;
  readonly request: EvaluationRequest;
  readonly caller: Caller;
  readonly target: Target;
  readonly context: RequestContext;
  /** Identity policies, boundary, session policies and SCPs have a say. */
  readonly identified: boolean;
  readonly boundaryAttached: boolean;
}

/** What reads the parts of a request; a compiled set remembers what it has read. */
export interface Readers {
  caller(text: string): Caller;
  action(text: string): Action;
  resource(text: string): Resource;
}

const READERS: Readers = { caller: readCaller, action: actionOf, resource: resourceOf };

/** Reads a request; what is no text in it reads as the empty text. */
export function readSituation(set: CompiledSet, request: EvaluationRequest, readers = READERS): Situation {
  const sound = isSound(request) ? request : repaired(request);
  const caller = readers.caller(sound.principal);
  const action = readers.action(sound.action);
  const target = readTarget(sound, caller, action, readers.resource(sound.resource), set.key.documents > 0);
  const identity = hasIdentity(caller);
  return {
    set,
    request: sound,
    caller,
    target,
    context: createContext(sound.context, caller, target),
    identified: identity && !target.unsigned,
    boundaryAttached: identity && set.boundary.documents > 0 && caller.kind !== 'root',
  };
}

function isSound(request: EvaluationRequest): boolean {
  return (
    typeof request === 'object' &&
    request !== null &&
    typeof request.principal === 'string' &&
    typeof request.action === 'string' &&
    typeof request.resource === 'string' &&
    (request.resourceAccount === undefined || typeof request.resourceAccount === 'string')
  );
}

function repaired(request: unknown): EvaluationRequest {
  const given = isRecord(request) ? request : {};
  const text = (key: string): string => {
    const value = member(given, key);
    return typeof value === 'string' ? value : '';
  };
  const account = text('resourceAccount');
  return {
    principal: text('principal'),
    action: text('action'),
    resource: text('resource'),
    ...(account === '' ? {} : { resourceAccount: account }),
    ...(isRecord(given.context) ? { context: given.context as ContextValues } : {}),
  };
}

/** The first statement of a layer without principals that applies to the request. */
export function firstApplying(
  statements: readonly CompiledStatement[],
  situation: Situation,
): CompiledStatement | undefined {
  const { target, context } = situation;
  for (const statement of statements) {
    if (
      actionApplies(statement, target.action) &&
      resourceApplies(statement, target.resource, context) &&
      conditionsHold(statement, context)
    ) {
      return statement;
    }
  }
  return undefined;
}

/** The first Deny of a layer with principals that applies to the request. */
export function firstDenying(
  layer: CompiledLayer,
  resource: Resource,
  situation: Situation,
): CompiledStatement | undefined {
  for (const statement of layer.denies) {
    if (
      actionApplies(statement, situation.target.action) &&
      isDenied(statement, situation) &&
      resourceApplies(statement, resource, situation.context) &&
      conditionsHold(statement, situation.context)
    ) {
      return statement;
    }
  }
  return undefined;
}

export interface Grant {
  readonly statement: CompiledStatement;
  readonly naming: Naming;
}

/** All Allows of a layer with principals that apply to the request, with how each names the caller. */
export function grantsOf(layer: CompiledLayer, resource: Resource, situation: Situation): readonly Grant[] {
  let grants: Grant[] | undefined;
  for (const statement of layer.allows) {
    if (!actionApplies(statement, situation.target.action)) continue;
    const naming = namingIn(statement, situation.caller);
    if (
      naming !== undefined &&
      resourceApplies(statement, resource, situation.context) &&
      conditionsHold(statement, situation.context)
    ) {
      grants ??= [];
      grants.push({ statement, naming });
    }
  }
  return grants ?? NO_GRANTS;
}

const NO_GRANTS: readonly Grant[] = [];

/** How an Allow names the caller; Allow with NotPrincipal means everybody else, anonymous callers included. */
export function namingIn(statement: CompiledStatement, caller: Caller): Naming | undefined {
  const matcher = statement.principal;
  if (matcher === undefined) return 'any';
  const naming = namingOf(matcher, caller);
  if (!matcher.negated) return naming;
  return naming === undefined ? 'any' : undefined;
}

function isDenied(statement: CompiledStatement, { caller, boundaryAttached }: Situation): boolean {
  const matcher = statement.principal;
  if (matcher === undefined) return true;
  return matcher.negated ? !isSpared(matcher, caller, boundaryAttached) : namingOf(matcher, caller) !== undefined;
}
