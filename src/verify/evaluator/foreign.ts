import { deadStatements } from '../../policy/dead-principals.js';
import { statementsOf } from '../../policy/documents.js';
import type { Decision, PolicyDocument, PolicySet } from '../../policy/types.js';
import type { ExpectedRow } from '../expected.js';
import type { NamedPolicy } from '../live.js';
import type { EvaluatorScene } from './types.js';

function indexOf(policy: string): number {
  return Number(/\[(\d+)\]$/.exec(policy)?.[1] ?? 0);
}

/**
 * Whether what allows is somebody else's policy: another connection's statement, another policy of a role or user that
 * was there before, or for an existing role a statement of the bucket policy that isn't ours.
 */
export function isForeign(
  row: ExpectedRow,
  found: { readonly decision: Decision; readonly set: PolicySet; readonly policies: readonly NamedPolicy[] },
  s: EvaluatorScene,
): boolean {
  const { decision, set, policies } = found;
  const c = s.connection;
  const { statement } = decision;
  if (statement === null) return false;
  const sid = statement.sid ?? '';
  if (/^S3Connect[0-9A-Z]{12}/.test(sid) && !sid.startsWith(c.owner.mark)) return true;
  if (decision.layer === 'identity-policy') {
    if (c.method !== 'existing-role' && c.method !== 'bucket-policy') return false;
    const policy = policies[indexOf(statement.policy)];
    if (c.method === 'bucket-policy' || policy === undefined) return true;
    if (policy.name !== c.policy.name || policy.kind !== c.policy.kind) return true;
    // In a policy that carries statements of ours, one without a mark was there before.
    const marked = statementsOf(policy.document).some((each) => each.Sid?.startsWith(c.owner.mark));
    return marked && !sid.startsWith(c.owner.mark);
  }
  if (decision.layer === 'resource-policy' && row.kind !== 'public' && c.method === 'existing-role') {
    return set.resourcePolicy !== undefined && !sid.startsWith(c.owner.mark);
  }
  return false;
}

/**
 * Within one account either side may grant, and the evaluator names the nearer one; a bucket-policy connection grants in
 * the bucket policy and nowhere else, so that is where its statement is missing.
 */
export function atTheBucket(
  decision: Decision,
  principal: string,
  policy: PolicyDocument | undefined,
  s: EvaluatorScene,
  bucketAccount: string,
): Decision {
  const { nearest } = decision;
  // Across accounts both sides must allow, and the one that the evaluator names is the one that is missing.
  if (principal.split(':')[4] !== bucketAccount) return decision;
  if (s.connection.method !== 'bucket-policy' || decision.reason !== 'implicit-deny') return decision;
  if (nearest === null || nearest.layer !== 'identity-policy') return decision;
  const gone = policy === undefined ? [] : [...new Set(deadStatements(policy).flatMap(({ ids }) => ids))];
  const mismatch =
    gone.length > 0
      ? `no statement of the bucket policy names ${principal}: it names ${gone.join(', ')}, a principal that was deleted, and one of the same name is another`
      : `no statement of the bucket policy lets ${principal} do it`;
  const patch = nearest.patch === null ? null : { ...nearest.patch, Principal: { AWS: principal } };
  return { ...decision, nearest: { layer: 'resource-policy', statement: null, mismatch, patch } };
}
