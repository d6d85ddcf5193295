import { readCaller } from './evaluation/caller.js';
import { judge, type Verdict } from './evaluation/judge.js';
import { nearestOf } from './evaluation/nearest.js';
import { compileSet } from './evaluation/policies.js';
import { type Readers, readSituation, type Situation } from './evaluation/situation.js';
import { actionOf, resourceOf } from './evaluation/target.js';
import type { Decision, EvaluationCase, EvaluationRequest, PolicySet } from './types.js';

/** Documents that were compiled once and answer any number of requests. */
export interface CompiledPolicies {
  decide(request: EvaluationRequest): Decision;
  allows(request: EvaluationRequest): boolean;
}

/**
 * Compiles every document of the set once. Never throws on what stands in a document: malformed pieces, which
 * AWS would have refused to store, match nothing. Follows the IAM User Guide, "Policy evaluation logic".
 */
export function compile(set: PolicySet): CompiledPolicies {
  const compiled = compileSet(set);
  const readers: Readers = {
    caller: remember(readCaller),
    action: remember(actionOf),
    resource: remember(resourceOf),
  };
  const situationOf = (request: EvaluationRequest): Situation => readSituation(compiled, request, readers);
  return {
    decide: (request) => {
      const situation = situationOf(request);
      return decisionOf(judge(situation), situation);
    },
    allows: (request) => judge(situationOf(request)).decision === 'allow',
  };
}

/** Decides one case, with the statement that decided or the nearest one: `policy eval`. */
export function evaluate(input: EvaluationCase): Decision {
  return compile(input).decide(input.request);
}

/** A verdict in the shape of the contract. */
export function decisionOf(verdict: Verdict, situation: Situation): Decision {
  return {
    decision: verdict.decision,
    reason: verdict.reason,
    layer: verdict.layer,
    statement: verdict.statement?.ref ?? null,
    nearest: verdict.decision === 'allow' ? null : nearestOf(verdict, situation),
  };
}

const REMEMBERED = 512;

/** The same principals and resources are asked for again and again: they are read once. */
function remember<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= REMEMBERED) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}
