import { closest, distance } from 'fastest-levenshtein';
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
  if (pool.length === 0) return undefined;
  const best = closest(
    lower,
    pool.map((candidate) => candidate.toLowerCase()),
  );
  return pool.find((candidate) => candidate.toLowerCase() === best);
}

/** As `closestOf`, but undefined where none is near enough to be a help. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const found = closestOf(word, candidates);
  if (found === undefined) return undefined;
  const [a, b] = [word.slice(0, 200).toLowerCase(), found.toLowerCase()];
  const near = distance(a, b) <= Math.max(2, Math.floor(Math.max(a.length, b.length) * 0.4));
  return near || (a.length > 3 && (b.includes(a) || a.includes(b))) ? found : undefined;
}

/** ` Did you mean "x"?`, or which ones there are, as the hint of an error. */
export function didYouMean(word: string, candidates: readonly string[], kind: string): string {
  const best = nearest(word, candidates);
  const list = candidates.length === 0 ? 'none' : candidates.map(printable).join(', ');
  return best === undefined ? `Known ${kind}: ${list}.` : `Did you mean "${printable(best)}"? Known ${kind}: ${list}.`;
}
