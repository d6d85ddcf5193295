/**
 * Wildcards as IAM matches them (IAM User Guide, "Resource", "Condition operators"): `*` is any run of
 * characters, `?` any single one. Matching never backtracks further than the last `*`, so a hostile pattern
 * such as `a*a*a*a*b` costs no more than a plain comparison.
 */
export const STAR = -1;
export const ONE = -2;

/** UTF-16 codes of a pattern, with STAR and ONE for the wildcards; a literal `*` is its own code. */
export type Units = readonly number[];

export type Glob =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'general'; readonly units: Units };

/** The codes of a text in which `*` and `?` are wildcards. */
function patternUnits(text: string): number[] {
  const units: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    units.push(code === 42 ? STAR : code === 63 ? ONE : code);
  }
  return units;
}

/** The codes of a text in which nothing is a wildcard. */
export function literalUnits(text: string): number[] {
  const units: number[] = [];
  for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
  return units;
}

/** The cheapest matcher for these codes. */
export function globOf(units: Units): Glob {
  let end = units.length;
  while (end > 0 && units[end - 1] === STAR) end--;
  for (let i = 0; i < end; i++) {
    if (units[i]! < 0) return { kind: 'general', units };
  }
  if (end === units.length) return { kind: 'exact', text: textOf(units, end) };
  return end === 0 ? { kind: 'any' } : { kind: 'prefix', text: textOf(units, end) };
}

/** A pattern as text, compiled. */
export function parseGlob(text: string): Glob {
  return globOf(patternUnits(text));
}

/** Whether the whole text matches. */
export function globMatches(glob: Glob, text: string): boolean {
  switch (glob.kind) {
    case 'any':
      return true;
    case 'exact':
      return text === glob.text;
    case 'prefix':
      return text.startsWith(glob.text);
    case 'general':
      return unitsMatch(glob.units, text);
  }
}

/** Whether `text` matches `pattern` (case sensitive): the one-off form of {@link globMatches}. */
export function wildcardMatch(pattern: string, text: string): boolean {
  return globMatches(parseGlob(pattern), text);
}

/** Whether a text has a wildcard at all. */
export function hasWildcard(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

function textOf(units: Units, end: number): string {
  let text = '';
  for (let i = 0; i < end; i++) text += String.fromCharCode(units[i]!);
  return text;
}

function unitsMatch(units: Units, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const unit = p < units.length ? units[p]! : undefined;
    if (unit === STAR) {
      star = p++;
      resume = t;
    } else if (unit !== undefined && (unit === ONE || unit === text.charCodeAt(t))) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < units.length && units[p] === STAR) p++;
  return p === units.length;
}
