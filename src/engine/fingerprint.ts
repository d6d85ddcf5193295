import { createHash } from 'node:crypto';
import type { ConnectionPlan } from './types.js';

/**
 * One form for everything that AWS may return in several: lists of plain values sorted, a list of one as its value,
 * keys sorted, an account's root ARN as the account id.
 */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonical);
    if (items.length === 1 && (typeof items[0] !== 'object' || items[0] === null)) return items[0];
    if (items.every((item) => typeof item !== 'object' || item === null)) {
      return [...items].sort((a, b) => (String(a) < String(b) ? -1 : 1));
    }
    return items;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [
          key,
          key === 'Statement' && !Array.isArray(inner) ? [canonical(inner)] : canonical(inner),
        ]),
    );
  }
  if (typeof value === 'string') return /^arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1] ?? value;
  return value;
}

/** Names a plan by what it would change: the same file against the same account has the same fingerprint. */
export function fingerprintOf(connections: readonly ConnectionPlan[]): string {
  const hash = createHash('sha256');
  for (const { name, account, changes, error } of connections) {
    hash.update(JSON.stringify([name, account, error?.code ?? null]));
    for (const { action, resource, id, before, after } of changes) {
      if (action !== 'none') hash.update(JSON.stringify([action, resource, id, canonical(before), canonical(after)]));
    }
  }
  return hash.digest('hex');
}
