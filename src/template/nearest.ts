import { distance } from 'fastest-levenshtein';
import { printable } from './text.js';

/**
 * The candidate that is nearest to a word, however far; undefined only where there are none.
 *
 * @param word what was written
 * @param candidates what would have been right
 */
export function closestOf(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.slice(0, 200).toLowerCase();
  const inside = candidates.filter((candidate) => {
    const other = candidate.toLowerCase();
    return lower.length > 3 && other.length > 3 && (other.includes(lower) || lower.includes(other));
  });
  const pool = inside.length > 0 ? inside : candidates;
  return [...pool].sort((a, b) => farness(lower, a) - farness(lower, b))[0];
}

/** Levenshtein's distance, or that to the candidate's beginning where the word stops early (`bitmovn`). */
function farness(lower: string, candidate: string): number {
  const other = candidate.slice(0, 200).toLowerCase();
  const whole = distance(lower, other);
  if (lower.length < 4 || other.length <= lower.length) return whole;
  return Math.min(whole, distance(lower, other.slice(0, lower.length + 1)) + 0.5);
}

/** As `closestOf`, but undefined where none is near enough to be a help. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const found = closestOf(word, candidates);
  if (found === undefined) return undefined;
  const lower = word.slice(0, 200).toLowerCase();
  const other = found.toLowerCase();
  const inside = lower.length > 3 && (other.includes(lower) || lower.includes(other));
  return inside || farness(lower, found) <= Math.max(2.5, Math.floor(lower.length * 0.4)) ? found : undefined;
}

/** ` Did you mean "x"?`, or which ones there are, as the hint of an error. */
export function didYouMean(word: string, candidates: readonly string[], kind: string): string {
  const best = nearest(word, candidates);
  const list = candidates.length === 0 ? 'none' : candidates.map(printable).join(', ');
  return best === undefined ? `Known ${kind}: ${list}.` : `Did you mean "${printable(best)}"? Known ${kind}: ${list}.`;
}
