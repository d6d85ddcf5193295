import { closest, distance } from 'fastest-levenshtein';
import { printable } from './text.js';

/**
 * The candidate that a misspelled word most likely means; undefined where none is near enough to be a help.
 *
 * @param word what was written
 * @param candidates what would have been right
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const lower = word.slice(0, 200).toLowerCase();
  const best = closest(
    lower,
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  const found = candidates.find((candidate) => candidate.toLowerCase() === best);
  if (found === undefined) return undefined;
  const near = distance(lower, best) <= Math.max(2, Math.floor(Math.max(lower.length, best.length) * 0.4));
  return near || best.startsWith(lower) || lower.startsWith(best) ? found : undefined;
}

/** ` Did you mean "x"?`, or which ones there are, as the hint of an error. */
export function didYouMean(word: string, candidates: readonly string[], kind: string): string {
  const best = nearest(word, candidates);
  const list = candidates.length === 0 ? 'none' : candidates.map(printable).join(', ');
  return best === undefined ? `Known ${kind}: ${list}.` : `Did you mean "${printable(best)}"? Known ${kind}: ${list}.`;
}
