/** What a `{{path}}` stands for: a value, `null` where it isn't known yet, undefined where it resolves to nothing. */
export type Lookup = (path: string) => unknown;

// No `\s*` beside the group: a text of a million spaces must not be tried in every split of it.
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const WHOLE = /^\{\{([^{}]*)\}\}$/;

/** The paths that a text names, in order. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').trim());
}

/**
 * Replaces `{{path}}` inside the string values of parsed JSON; never in keys, never twice over.
 * A string that is exactly one `{{path}}` takes the value with its JSON type; a key or list item that resolves to
 * nothing is dropped; a text with a part that isn't known yet is `null` as a whole.
 *
 * @param value parsed JSON
 * @param lookup answers a path
 */
export function substitute(value: unknown, lookup: Lookup): unknown {
  if (typeof value === 'string') return substituteText(value, lookup);
  if (Array.isArray(value)) {
    return value.map((item) => substitute(item, lookup)).filter((item) => item !== undefined);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, substitute(item, lookup)] as const)
        .filter(([, item]) => item !== undefined),
    );
  }
  return value;
}

function substituteText(text: string, lookup: Lookup): unknown {
  const whole = WHOLE.exec(text);
  if (whole !== null) return lookup((whole[1] ?? '').trim());
  let unknown = false;
  const out = text.replace(PLACEHOLDER, (_, path: string) => {
    const value = lookup(path.trim());
    if (value === null) unknown = true;
    if (value === null || value === undefined) return '';
    return Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
  return unknown ? null : out;
}
