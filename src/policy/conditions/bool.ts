import { type Comparer, NEVER, outcome } from './comparison.js';

/** Bool: `true` or `false`, without regard to case. */
export const bool: Comparer = (text) => {
  const wanted = readBool(text);
  if (wanted === undefined) return NEVER;
  return (actualText) => {
    const actual = readBool(actualText);
    return actual === undefined ? 'invalid' : outcome(actual === wanted);
  };
};

/** A Boolean as condition values write it. */
function readBool(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}
