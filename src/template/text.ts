/** C0 and C1 controls, and the marks that reorder or hide text on a terminal (Unicode, "Bidirectional Formatting Characters"). */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text without anything that could steer a terminal or hide in it. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '');
}

/** Whether a text has such characters. */
export function hasControls(text: string): boolean {
  return printable(text) !== text;
}

/** A JSON value whose strings and keys all went through `printable`. */
export function printableValue<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), clean(item)]));
  }
  return value;
}

/** A text as a sentence: a capital first, and one mark at its end. */
export function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

/** A text that goes on after a place (`file:3:7: …`), with one mark at its end. */
export function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
