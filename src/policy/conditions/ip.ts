import { type Comparer, NEVER, outcome } from './comparison.js';

/** An address as 16-bit groups (two for IPv4, eight for IPv6) with the length of its prefix in bits. */
export interface Cidr {
  readonly groups: readonly number[];
  readonly bits: number;
}

/** IpAddress: CIDR ranges of IPv4 and IPv6; an address without prefix is that one address. */
export const ipAddress: Comparer = (text) => {
  const wanted = readCidr(text);
  if (wanted === undefined) return NEVER;
  return (actualText) => {
    const actual = readCidr(actualText);
    return actual === undefined ? 'invalid' : outcome(contains(wanted, actual));
  };
};

/** Whether the range holds the whole of another; an address of the other family is never in it. */
function contains(range: Cidr, other: Cidr): boolean {
  if (range.groups.length !== other.groups.length || other.bits < range.bits) return false;
  let left = range.bits;
  for (let i = 0; left > 0; i++, left -= 16) {
    const shift = left >= 16 ? 0 : 16 - left;
    if (range.groups[i]! >> shift !== other.groups[i]! >> shift) return false;
  }
  return true;
}

/** An address or a range; `undefined` for anything else. */
export function readCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const groups = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (groups === undefined) return undefined;
  const most = groups.length * 16;
  if (slash < 0) return { groups, bits: most };
  const prefix = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) return undefined;
  return { groups, bits: Number(prefix) };
}

function readAddress(text: string): number[] | undefined {
  return text.includes(':') ? readV6(text) : readV4(text);
}

function readV4(text: string): number[] | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return [bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!];
}

function readV6(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function readGroups(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInV4 && index === parts.length - 1 && part.includes('.')) {
      const v4 = readV4(part);
      if (v4 === undefined) return undefined;
      groups.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}
