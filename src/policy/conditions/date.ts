import { type Comparer, NEVER, outcome } from './comparison.js';

/** A Date operator: the W3C forms of ISO 8601 or epoch seconds, also one against the other. */
export function date(holds: (actual: number, wanted: number) => boolean): Comparer {
  return (text) => {
    const wanted = readDate(text);
    if (wanted === undefined) return NEVER;
    return (actualText) => {
      const actual = readDate(actualText);
      return actual === undefined ? 'invalid' : outcome(holds(actual, wanted));
    };
  };
}

const W3C =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

/** Milliseconds since the epoch. Four digits are a year; any other plain number is epoch seconds. */
export function readDate(text: string): number | undefined {
  const parts = W3C.exec(text);
  if (parts === null) return /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : undefined;
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone] =
    parts;
  const time = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second) + Number(`0.${fraction}`) * 1000;
  if (+month < 1 || +month > 12 || +day < 1 || +day > 31 || +hour > 24 || +minute > 59 || +second > 60)
    return undefined;
  return time - offsetOf(zone);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
