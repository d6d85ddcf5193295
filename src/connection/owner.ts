import { createHash } from 'node:crypto';
import type { Owner } from './types.js';

export const TAG_CONNECTION = 's3connect:connection';
export const TAG_TEMPLATE = 's3connect:template';
export const TAG_ADOPTED = 's3connect:adopted';

/** Crockford's base32: no I, L, O or U, so that a mark can't be misread and fits a Sid (A-Z a-z 0-9 only). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The first characters of a SHA-256 in base32, for names that must be short, stable and alphanumeric.
 *
 * @param text what is hashed
 * @param length how many characters; each holds five bits
 */
export function shortHash(text: string, length: number): string {
  const bytes = createHash('sha256').update(text, 'utf8').digest();
  let out = '';
  for (let i = 0; i < length; i++) {
    const bit = i * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    out += ALPHABET[(pair >> (11 - (bit & 7))) & 31];
  }
  return out;
}

/**
 * What begins every mark of a namespace in shared documents: `S3Connect` + 4 characters of the namespace's hash.
 * `--prune` tells by it the leftovers of this namespace from the statements of another one.
 */
export function namespaceMark(namespace: string | null): string {
  return `S3Connect${shortHash(`${namespace ?? ''}/`, 4)}`;
}

/**
 * Who owns a mark: the tag's value and the beginning of every Sid, CORS rule id and notification id of a connection.
 *
 * @param namespace keeps two files of one account apart; null where the file has none
 * @param name the connection's name
 */
export function ownerOf(namespace: string | null, name: string): Owner {
  return {
    namespace,
    name,
    tag: namespace === null ? name : `${namespace}/${name}`,
    mark: `${namespaceMark(namespace)}${shortHash(`${namespace ?? ''}/${name}`, 8)}`,
  };
}
