import { type Comparer, NEVER, outcome } from './comparison.js';

/** A Numeric operator: integers and decimals; anything else is no number and matches nothing. */
export function numeric(holds: (actual: number, wanted: number) => boolean): Comparer {
  return (text) => {
    const wanted = readNumber(text);
    if (wanted === undefined) return NEVER;
    return (actualText) => {
      const actual = readNumber(actualText);
      return actual === undefined ? 'invalid' : outcome(holds(actual, wanted));
    };
  };
}

/** A number as condition values write it. */
export function readNumber(text: string): number | undefined {
  return /^[+-]?\d{1,300}(?:\.\d{1,300})?$/.test(text) ? Number(text) : undefined;
}
