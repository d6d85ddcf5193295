import type { Nearest } from '../types.js';
import type { Verdict } from './judge.js';
import type { Situation } from './situation.js';

export function nearestOf(verdict: Verdict, _situation: Situation): Nearest | null {
  return { layer: verdict.layer, statement: verdict.statement?.ref ?? null, mismatch: '', patch: null };
}
