import type { Decision, EvaluationCase, EvaluationRequest, PolicySet } from './types.js';

/** Documents that were compiled once and answer any number of requests. */
export interface CompiledPolicies {
  decide(request: EvaluationRequest): Decision;
  allows(request: EvaluationRequest): boolean;
}

/** Compiles every document of the set once. Never throws: malformed pieces match nothing. */
export function compile(_set: PolicySet): CompiledPolicies {
  throw new Error('not built yet');
}

/** Decides one case: `policy eval`. */
export function evaluate(input: EvaluationCase): Decision {
  return compile(input).decide(input.request);
}
