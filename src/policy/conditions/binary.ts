import { type Comparer, NEVER, outcome } from './comparison.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** BinaryEquals: base64 on both sides, compared byte for byte. */
export const binaryEquals: Comparer = (text) => {
  const wanted = canonicalBase64(text);
  if (wanted === undefined) return NEVER;
  return (actualText) => {
    const actual = canonicalBase64(actualText);
    return actual === undefined ? 'invalid' : outcome(actual === wanted);
  };
};

/**
 * Two texts for the same bytes become one: padding is left out, and so are the bits of the last character
 * that belong to no byte. `undefined` for what is no base64.
 */
function canonicalBase64(text: string): string | undefined {
  let end = text.length;
  while (end > 0 && text.length - end < 2 && text[end - 1] === '=') end--;
  const body = text.slice(0, end);
  if (!/^[A-Za-z0-9+/]*$/.test(body)) return undefined;
  const rest = body.length % 4;
  if (rest === 1) return undefined;
  if (rest === 0) return body;
  const last = ALPHABET.indexOf(body[body.length - 1]!);
  return body.slice(0, -1) + ALPHABET[rest === 2 ? last & 0b110000 : last & 0b111100];
}
