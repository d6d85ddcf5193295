import type { Statement } from '../policy/types.js';
import { levelOf } from '../template/actions.js';
import { grantStatements, oneOrMany, principalElement, sidOf } from './grants.js';
import { granteesOf } from './names.js';
import type { PlacedBucket } from './sites.js';
import type { CorsRule, Facts, ResolvedConnection } from './types.js';

/**
 * Whether the connection makes the bucket. What goes with that is meant for a bucket of ours: one that was there before
 * keeps its settings, which only the account can tell.
 */
export function isMade(entries: readonly PlacedBucket[]): boolean {
  return entries.some((entry) => entry.bucket.create);
}

/**
 * What one connection puts into the policy of one bucket: the grants of the method, the delegation to access points, the
 * confinement, public reading, and on a bucket that we make the refusal of plain http.
 */
export function bucketPolicyStatements(
  c: ResolvedConnection,
  facts: Facts,
  entries: readonly PlacedBucket[],
): readonly Statement[] {
  const statements: Statement[] = [];
  const first = entries[0];
  if (first === undefined) return statements;
  if (isMade(entries)) statements.push(tlsOnly(c, first.direct.bucket));

  const granted = (entry: PlacedBucket) => c.method === 'bucket-policy' || c.method === 'anonymous' || entry.foreign;
  for (const entry of entries) {
    const { bucket, direct, point, directly } = entry;
    if (directly && granted(entry)) {
      statements.push(
        ...grantStatements(c, bucket, { target: direct, principal: principalElement(granteesOf(c, facts)) }),
      );
    }
    if (point !== undefined) {
      // S3 User Guide, "Delegating access control to access points", narrowed to this access point, these actions and
      // these principals.
      statements.push(
        ...grantStatements(c, bucket, {
          target: direct,
          principal: principalElement(granteesOf(c, facts)),
          condition: { StringEquals: { 's3:DataAccessPointArn': point.arn } },
          kind: 'Point',
        }),
      );
    }
    if (bucket.publicPlayback) {
      statements.push({
        Sid: sidOf(c, 'PublicPlayback', bucket),
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: direct.objects(bucket.prefix),
      });
    }
  }
  return [...statements, ...confinement(c, facts, entries)];
}

/** S3 User Guide, "Security best practices for Amazon S3": both ARNs, so that nothing of the bucket goes over plain http. */
function tlsOnly(c: ResolvedConnection, arn: string): Statement {
  return {
    Sid: sidOf(c, 'TlsOnly'),
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

/**
 * The Deny of `confine`, in the bucket policy: there `NotResource` means this bucket alone. In an identity policy it would
 * cut the principal off from every other bucket. Actions that the same principal has under several prefixes are denied
 * outside all of them.
 */
function confinement(c: ResolvedConnection, facts: Facts, entries: readonly PlacedBucket[]): readonly Statement[] {
  const confined = entries.filter((entry) => entry.bucket.confine);
  if (confined.length === 0) return [];
  const allowedAt = new Map<string, string[]>();
  for (const { bucket, direct } of entries) {
    for (const { action, prefix } of bucket.actions) {
      if (levelOf(action) !== 'object') continue;
      const where = direct.objects(prefix === false ? '' : bucket.prefix);
      allowedAt.set(action, [...new Set([...(allowedAt.get(action) ?? []), where])].sort());
    }
  }
  const groups = new Map<string, { actions: string[]; where: readonly string[] }>();
  for (const { bucket } of confined) {
    for (const { action } of bucket.actions) {
      const where = allowedAt.get(action);
      if (where === undefined) continue;
      const key = where.join('\n');
      const group = groups.get(key) ?? { actions: [], where };
      if (!group.actions.includes(action)) group.actions.push(action);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ actions, where }, i) => ({
    Sid: sidOf(c, `Confine${i === 0 ? '' : i + 1}`),
    Effect: 'Deny',
    Principal: principalElement(granteesOf(c, facts)),
    Action: oneOrMany(actions),
    NotResource: oneOrMany(where),
  }));
}

/**
 * The access point's policy: needed where no identity policy of the bucket's account allows (S3 User Guide, "Configuring
 * IAM policies for using access points").
 */
export function accessPointStatements(c: ResolvedConnection, facts: Facts, entry: PlacedBucket): readonly Statement[] {
  if (entry.point === undefined || (c.method !== 'bucket-policy' && !entry.foreign)) return [];
  return grantStatements(c, entry.bucket, {
    target: entry.point.target,
    principal: principalElement(granteesOf(c, facts)),
    kind: 'Point',
  });
}

/** The CORS rules of one bucket, one for each entry that has its own. */
export function corsRules(c: ResolvedConnection, entries: readonly PlacedBucket[]): readonly CorsRule[] {
  const seen = new Set<string>();
  return entries.flatMap(({ bucket }): CorsRule[] => {
    const cors = bucket.cors;
    if (cors === undefined || seen.has(JSON.stringify(cors))) return [];
    seen.add(JSON.stringify(cors));
    return [
      {
        ID: sidOf(c, 'Cors', bucket),
        AllowedOrigins: cors.allowedOrigins,
        AllowedMethods: cors.allowedMethods,
        ...(cors.allowedHeaders.length === 0 ? {} : { AllowedHeaders: cors.allowedHeaders }),
        ...(cors.exposeHeaders.length === 0 ? {} : { ExposeHeaders: cors.exposeHeaders }),
        ...(cors.maxAgeSeconds === undefined ? {} : { MaxAgeSeconds: cors.maxAgeSeconds }),
      },
    ];
  });
}
