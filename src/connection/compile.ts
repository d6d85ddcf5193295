import { accessPointStatements, bucketPolicyStatements, corsRules, isMade } from './bucket-documents.js';
import { identityPolicies, identityStatements } from './identity.js';
import { roleName } from './names.js';
import { TAG_CONNECTION, TAG_TEMPLATE } from './owner.js';
import { byBucket, type PlacedBucket, placeBuckets } from './sites.js';
import { notificationResources } from './topics.js';
import { trustStatements } from './trust.js';
import type { DesiredResource, Facts, ResolvedConnection } from './types.js';

export interface CompileOptions {
  /**
   * What to do where the vendor has yet to give the external ID: `needed` (default) throws ExternalIdMissing,
   * `placeholder` puts the placeholder in (to destroy or to verify what is there).
   */
  readonly externalId?: 'needed' | 'placeholder';
}

/**
 * Compiles a connection to the AWS resources that make it, plain data: no I/O, no clock, no randomness; the same input
 * gives the same resources in the same order.
 *
 * @param c a resolved connection
 * @param facts what only the account, or `--account` and `--partition`, can tell
 * @throws S3ConnectError ExternalIdMissing, BadValue (principals of another partition, a region that the vendor can't
 *   use), BadUsage (the account is needed and unknown), TooLarge
 */
export function compileConnection(
  c: ResolvedConnection,
  facts: Facts,
  o: CompileOptions = {},
): readonly DesiredResource[] {
  const placed = placeBuckets(c, facts);
  const groups = byBucket(placed);
  const marks = { ...c.tags, [TAG_CONNECTION]: c.owner.tag, [TAG_TEMPLATE]: c.template.id };
  return [
    ...groups.flatMap((entries) => bucketSettings(c, entries, marks)),
    ...identityResources(c, facts, placed, marks, o),
    ...groups.flatMap((entries) => bucketDocuments(c, facts, entries)),
    ...notificationResources(c, facts, groups, marks),
    ...(c.method === 'user' && c.user !== undefined
      ? [
          {
            kind: 'access-key' as const,
            site: c.site,
            desired: { user: c.user.name, path: c.user.path, secretFile: facts.secretFile },
          },
        ]
      : []),
  ];
}

/** The bucket itself; what we make is private, owner-enforced where the template doesn't say otherwise, and marked. */
function bucketSettings(
  c: ResolvedConnection,
  entries: readonly PlacedBucket[],
  marks: Readonly<Record<string, string>>,
): readonly DesiredResource[] {
  const first = entries[0];
  if (first === undefined) return [];
  const { site } = first;
  const bucket = first.bucket.name;
  const made = isMade(entries);
  const open = c.method === 'anonymous' || entries.some((entry) => entry.bucket.publicPlayback);
  const resources: DesiredResource[] = [
    { kind: 'bucket', site, desired: { bucket, region: site.region, create: made, tags: made ? marks : {} } },
  ];
  if (made || open) {
    // S3 User Guide, "Blocking public access": a public policy needs both of the last two off; ACLs stay blocked.
    const settings = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: !open,
      RestrictPublicBuckets: !open,
    };
    resources.push({
      kind: 'public-access-block',
      site,
      desired: { bucket, settings, purpose: open ? 'opened' : 'made' },
    });
  }
  if (made) {
    resources.push({
      kind: 'ownership-controls',
      site,
      desired: { bucket, objectOwnership: first.bucket.objectOwnership },
    });
  }
  return resources;
}

/** Role or user with what they may do. */
function identityResources(
  c: ResolvedConnection,
  facts: Facts,
  placed: readonly PlacedBucket[],
  marks: Readonly<Record<string, string>>,
  o: CompileOptions,
): readonly DesiredResource[] {
  const { site } = c;
  const resources: DesiredResource[] = [];
  if (c.method === 'role' && c.role !== undefined) {
    const statements = trustStatements(c, facts, o.externalId ?? 'needed');
    resources.push({ kind: 'role', site, desired: { ...c.role, tags: marks, statements } });
  } else if (c.method === 'user' && c.user !== undefined) {
    resources.push({ kind: 'user', site, desired: { ...c.user, tags: marks } });
  } else if (c.method !== 'existing-role') {
    return resources;
  }
  const policies = identityPolicies(c, identityStatements(c, facts, placed));
  const user = c.method === 'user' ? c.user?.name : undefined;
  const role = roleName(c, facts);
  if (policies.kind === 'inline') {
    const { name, statements } = policies;
    resources.push(
      user === undefined
        ? { kind: 'role-policy', site, desired: { role, name, statements } }
        : { kind: 'user-policy', site, desired: { user, name, statements } },
    );
    return resources;
  }
  for (const { name, statements } of policies.policies) {
    const attachTo = user === undefined ? { role } : { user };
    const desired = { name, path: '/', description: c.policy.description, tags: marks, statements, attachTo };
    resources.push({ kind: 'managed-policy', site, desired });
  }
  return resources;
}

/** Access points, the bucket's policy and its CORS rules. */
function bucketDocuments(
  c: ResolvedConnection,
  facts: Facts,
  entries: readonly PlacedBucket[],
): readonly DesiredResource[] {
  const first = entries[0];
  if (first === undefined) return [];
  const bucket = first.bucket.name;
  const resources: DesiredResource[] = [];
  const points = new Map<string, PlacedBucket[]>();
  for (const entry of entries) {
    if (entry.point !== undefined) points.set(entry.point.name, [...(points.get(entry.point.name) ?? []), entry]);
  }
  for (const [name, users] of points) {
    const vpcId = users[0]?.bucket.accessPoint?.vpcId;
    resources.push({ kind: 'access-point', site: first.site, desired: { name, bucket, vpcId } });
    const statements = users.flatMap((entry) => accessPointStatements(c, facts, entry));
    if (statements.length > 0) {
      resources.push({ kind: 'access-point-policy', site: first.site, desired: { name, statements } });
    }
  }
  const statements = bucketPolicyStatements(c, facts, entries);
  if (statements.length > 0)
    resources.push({ kind: 'bucket-policy', site: first.site, desired: { bucket, statements } });
  const rules = corsRules(c, entries);
  if (rules.length > 0) resources.push({ kind: 'cors', site: first.site, desired: { bucket, rules } });
  return resources;
}
