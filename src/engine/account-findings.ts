import { S3ConnectError } from '../errors.js';
import type { Finding } from '../policy/types.js';
import type { Member } from './nodes.js';
import { roleFindings, strangePolicies } from './role-findings.js';
import { type Run, readOnce } from './run.js';

/**
 * What only the account can tell and no document of ours shows.
 * `s3:PutObjectAcl` grants nothing where the bucket enforces its owner (S3 User Guide, "Controlling ownership of
 * objects and disabling ACLs"): every such call fails with AccessControlListNotSupported. Looked at only where it is
 * granted, and never a reason to fail.
 */
export async function accountFindings(
  run: Run,
  members: readonly Member[],
): Promise<ReadonlyMap<number, readonly Finding[]>> {
  const found = await Promise.all(
    members.map(async (member): Promise<readonly [number, readonly Finding[]]> => {
      const { index, connection, facts } = member;
      const buckets = connection.buckets.filter(
        (bucket) =>
          facts.buckets?.[bucket.name] !== undefined &&
          bucket.actions.some(({ action }) => action.toLowerCase() === 's3:putobjectacl'),
      );
      const names = await Promise.all(
        buckets.map(async ({ name, site }) => {
          const region = facts.buckets?.[name]?.region ?? site.region;
          try {
            const ownership = await readOnce(run, { ...site, region }, `GetBucketOwnershipControls ${name}`, (ports) =>
              ports.s3.getOwnershipControls(name),
            );
            return ownership === 'BucketOwnerEnforced' ? name : undefined;
          } catch (e) {
            if (e instanceof S3ConnectError && e.code === 'AccessDenied') return undefined;
            throw e;
          }
        }),
      );
      const ownership = [...new Set(names)].filter((name) => name !== undefined).map(useless);
      const ofRole = await Promise.all([readable(roleFindings(run, member)), readable(strangePolicies(run, member))]);
      return [index, [...ownership, ...ofRole.flat()]];
    }),
  );
  return new Map(found);
}

/** What may not be read gives no finding; it is no reason to fail a plan. */
async function readable(findings: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await findings;
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return [];
    throw e;
  }
}

function useless(bucket: string): Finding {
  return {
    id: 'useless-put-object-acl',
    severity: 'advice',
    file: `bucket ${bucket}`,
    pointer: '',
    line: null,
    message: `s3:PutObjectAcl is granted on ${bucket}, where ACLs are off (BucketOwnerEnforced).`,
    why: 'S3 answers such a call with AccessControlListNotSupported; uploads must carry no ACL or bucket-owner-full-control.',
    remedy: 'Nothing needs to be done unless the vendor sets other ACLs; then the bucket needs BucketOwnerPreferred.',
    source: 'S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket"',
  };
}
