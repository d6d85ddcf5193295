import { createHash } from 'node:crypto';
import type { Owner } from './types.js';

export const TAG_CONNECTION = 's3connect:connection';
export const TAG_TEMPLATE = 's3connect:template';
export const TAG_ADOPTED = 's3connect:adopted';

/** Crockford's base 32: digits and letters that are not mistaken for one another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function letters(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, length)].map((byte) => ALPHABET[byte % 32]).join('');
}

/**
 * What begins every mark of a namespace in shared documents: `S3Connect` + 4 characters of the namespace's hash.
 * `--prune` tells by it the leftovers of this namespace from the statements of another one.
 */
export function namespaceMark(namespace: string | null): string {
  return `S3Connect${letters(`${namespace ?? ''}/`, 4)}`;
}

/** Marks of a connection: the tag's value, and what its Sids and ids begin with (4 + 8 characters of a hash). */
export function ownerOf(namespace: string | null, name: string): Owner {
  return {
    namespace,
    name,
    tag: namespace === null ? name : `${namespace}/${name}`,
    mark: `${namespaceMark(namespace)}${letters(`${namespace ?? ''}/${name}`, 8)}`,
  };
}
