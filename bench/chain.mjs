/**
 * The longest chain of calls of which each began after the one before had ended: what no parallelism could shorten,
 * given what waited for what.
 *
 * @param {readonly {start: number, end: number}[]} calls
 */
export function longestChain(calls) {
  const sorted = calls.toSorted((a, b) => a.end - b.end);
  const best = [];
  for (const [index, call] of sorted.entries()) {
    let before = { ms: 0, length: 0 };
    for (let other = 0; other < index; other += 1) {
      if (sorted[other].end <= call.start && best[other].ms > before.ms) before = best[other];
    }
    best.push({ ms: before.ms + call.end - call.start, length: before.length + 1 });
  }
  return best.reduce((longest, each) => (each.ms > longest.ms ? each : longest), { ms: 0, length: 0 });
}
