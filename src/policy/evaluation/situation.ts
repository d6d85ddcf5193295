import type { EvaluationRequest } from '../types.js';
import { type Caller, hasIdentity, readCaller } from './caller.js';
import { createContext, type RequestContext } from './context.js';
import type { CompiledLayer, CompiledSet } from './policies.js';
import { isSpared, type Naming, namingOf } from './principal.js';
import { actionApplies, type CompiledStatement, conditionsHold, resourceApplies } from './statement.js';
import { type Resource, readTarget, resourceOf, type Target } from './target.js';

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

/** Reads a request; what is no text in it reads as the empty text. */
export function readSituation(
  set: CompiledSet,
  request: EvaluationRequest,
  cached: { caller(text: string): Caller; resource(text: string): Resource } = {
    caller: readCaller,
    resource: resourceOf,
  },
): Situation {
  const sound =
    typeof request.principal === 'string' && typeof request.action === 'string' && typeof request.resource === 'string'
      ? request
      : { ...request, principal: `${request.principal}`, action: `${request.action}`, resource: `${request.resource}` };
  const caller = cached.caller(sound.principal);
  const target = readTarget(sound, caller, cached.resource(sound.resource), set.key.documents > 0);
  return {
    set,
    request: sound,
    caller,
    target,
    context: createContext(sound.context, caller, target),
    identified: hasIdentity(caller) && !target.unsigned,
    boundaryAttached: set.boundary.documents > 0 && caller.kind !== 'root' && hasIdentity(caller),
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
