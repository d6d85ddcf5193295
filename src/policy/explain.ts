import type { Decision, EvaluationCase, LayerEffect } from './types.js';

/** The decision and what every layer says by itself, in the order in which AWS asks them: `policy explain`. */
export function explain(_input: EvaluationCase): Decision & { layers: readonly LayerEffect[] } {
  throw new Error('not built yet');
}
