import { S3ConnectError } from '../errors.js';
import { compactStatements, policySize } from '../policy/size.js';
import type { ConditionBlock, Statement } from '../policy/types.js';
import { grantStatements } from './grants.js';
import { bucketAccount } from './names.js';
import type { PlacedBucket } from './sites.js';
import type { Facts, ResolvedConnection } from './types.js';

/** IAM User Guide, "IAM and AWS STS quotas": managed policies attached to one role or user. */
const MANAGED_PER_IDENTITY = 10;

/** The policies of a role or user: one inline one, or managed ones. */
export type IdentityPolicies =
  | { readonly kind: 'inline'; readonly name: string; readonly statements: readonly Statement[] }
  | {
      readonly kind: 'managed';
      readonly policies: readonly { readonly name: string; readonly statements: readonly Statement[] }[];
    };

/** What the role or user may do: by the bucket's ARNs, by the access point's, or by both. */
export function identityStatements(
  c: ResolvedConnection,
  facts: Facts,
  placed: readonly PlacedBucket[],
): readonly Statement[] {
  return placed.flatMap(({ bucket, direct, point, directly }) => {
    const pin: { condition?: ConditionBlock } = c.pinAccount
      ? { condition: { StringEquals: { 'aws:ResourceAccount': bucketAccount(bucket, facts) } } }
      : {};
    return [
      ...(directly ? grantStatements(c, bucket, { target: direct, ...pin }) : []),
      ...(point === undefined ? [] : grantStatements(c, bucket, { target: point.target, kind: 'Point', ...pin })),
    ];
  });
}

/**
 * Fits the statements into what IAM allows: inline while the budget lasts, else managed policies, as many as needed.
 *
 * @throws S3ConnectError TooLarge where ten managed policies don't hold them
 */
export function identityPolicies(c: ResolvedConnection, statements: readonly Statement[]): IdentityPolicies {
  const budget = c.method === 'user' ? 'user' : 'inline';
  const fits = (list: readonly Statement[], kind: 'user' | 'inline' | 'managed') => {
    const { used, limit } = policySize({ Version: '2012-10-17', Statement: list }, kind);
    return used <= limit;
  };
  if (c.policy.kind === 'inline') {
    if (fits(statements, budget)) return { kind: 'inline', name: c.policy.name, statements };
    const compact = compactStatements(statements);
    if (fits(compact, budget)) return { kind: 'inline', name: c.policy.name, statements: compact };
  }
  const parts = packed(statements, (list) => fits(list, 'managed'));
  if (parts.length > MANAGED_PER_IDENTITY) {
    throw new S3ConnectError(
      'TooLarge',
      `${c.name} needs ${parts.length} managed policies, and AWS attaches ${MANAGED_PER_IDENTITY}.`,
      {
        path: c.pointer,
        hint: 'Split the connection into two, each with some of the buckets.',
      },
    );
  }
  const base = c.policy.kind === 'managed' || c.policy.name !== 's3connect' ? c.policy.name : `s3connect-${c.name}`;
  return {
    kind: 'managed',
    policies: parts.map((part, i) => ({ name: i === 0 ? base : `${base}-${i + 1}`, statements: part })),
  };
}

/** As few lists as a plain walk finds, each compacted where it must be to fit; a statement that fits nowhere stands alone. */
function packed(
  statements: readonly Statement[],
  fits: (list: readonly Statement[]) => boolean,
): readonly (readonly Statement[])[] {
  const parts: (readonly Statement[])[] = [];
  let part: readonly Statement[] = [];
  let written: readonly Statement[] = [];
  for (const statement of statements) {
    const next = [...part, statement];
    const shorter = fits(next) ? next : compactStatements(next);
    if (part.length === 0 || fits(shorter)) {
      part = next;
      written = shorter;
      continue;
    }
    parts.push(written);
    part = [statement];
    written = part;
  }
  return part.length === 0 ? parts : [...parts, written];
}
