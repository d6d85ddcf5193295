import type { RequestContext } from '../evaluation/context.js';

/**
 * How one value of the policy compares with one value of the request. `invalid` (not a number, not a date …)
 * satisfies neither an operator nor its negation.
 */
export type Outcome = 'match' | 'differ' | 'invalid';

/** A policy value, compiled once. */
export type Comparison = (actual: string, context: RequestContext) => Outcome;

/** What makes comparisons of one operator out of the policy's values. */
export type Comparer = (wanted: string, variables: boolean) => Comparison;

export const NEVER: Comparison = () => 'invalid';

/** A plain yes or no as an outcome. */
export function outcome(matches: boolean): Outcome {
  return matches ? 'match' : 'differ';
}
