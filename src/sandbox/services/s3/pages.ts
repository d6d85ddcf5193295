/** Order of keys: by their UTF-8 bytes, as S3 lists them. */
export function byUtf8(a: string, b: string): number {
  if (a === b) return 0;
  for (let index = 0; index < a.length && index < b.length; index++) {
    const left = a.codePointAt(index) ?? 0;
    const right = b.codePointAt(index) ?? 0;
    if (left !== right) return left - right;
    if (left > 0xffff) index++;
  }
  return a.length - b.length;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix of the page: the next one begins behind it. */
  readonly last: string;
}

/**
 * One page of a listing: keys with the prefix and behind `after`, those with the delimiter further on rolled up, at
 * most `max` of both together (S3 User Guide, "Organizing objects using prefixes").
 *
 * @param sorted items in the order of their keys
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  request: { readonly prefix: string; readonly delimiter: string; readonly max: number; readonly after: string },
): Page<T> {
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  for (const item of sorted) {
    const key = keyOf(item);
    if (!key.startsWith(request.prefix)) continue;
    if (request.after !== '' && byUtf8(key, request.after) <= 0) continue;
    const cut = request.delimiter === '' ? -1 : key.indexOf(request.delimiter, request.prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + request.delimiter.length);
    // A page that ended with a common prefix goes on behind everything under it.
    if (common !== undefined && (common === request.after || common === commonPrefixes.at(-1))) continue;
    if (items.length + commonPrefixes.length >= request.max) {
      return { items, commonPrefixes, truncated: request.max > 0, last };
    }
    if (common === undefined) items.push(item);
    else commonPrefixes.push(common);
    last = common ?? key;
  }
  return { items, commonPrefixes, truncated: false, last };
}
