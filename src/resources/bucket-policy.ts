import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import { samePolicy } from '../policy/equal.js';
import { compile } from '../policy/evaluate.js';
import { wouldLockOut } from '../policy/lock-out.js';
import { mergeOwned } from '../policy/merge.js';
import { isPublicPolicy } from '../policy/public.js';
import { fitOrThrow } from '../policy/size.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import { type BucketOwner, isMadeBy, madeBy, readOwner, readPolicy } from './bucket-reads.js';
import type { Contributor, ResourceKind } from './kind.js';
import { documentOf, principalRefs } from './policy-refs.js';

export interface BucketPolicyLive {
  readonly policy: PolicyDocument | undefined;
  readonly owner: BucketOwner;
}

/** The TLS-only statement belongs to buckets that we make; on others it could cut somebody off. */
function isTlsOnly(statement: Statement): boolean {
  return statement.Effect === 'Deny' && statement.Condition?.Bool?.['aws:SecureTransport'] !== undefined;
}

function isPublic(statements: readonly Statement[]): boolean {
  return isPublicPolicy(documentOf(statements), 'bucket');
}

/** Would an unsigned request for each of these grants pass already? */
function letsEverybody(policy: PolicyDocument, statements: readonly Statement[]): boolean {
  const compiled = compile({ resourcePolicy: policy });
  return statements
    .filter((statement) => statement.Effect === 'Allow')
    .every((statement) =>
      asList(statement.Action).every((action) =>
        asList(statement.Resource).every((pattern) =>
          compiled.allows({
            principal: '*',
            action,
            resource: pattern.replaceAll('*', 's3connect-any-key'),
            context: { 'aws:SecureTransport': 'true' },
          }),
        ),
      ),
    );
}

/** Only a connection that makes the bucket brings a TLS-only statement. */
function makes(statements: readonly Statement[]): boolean {
  return statements.some(isTlsOnly);
}

function oursFor(live: BucketPolicyLive, statements: readonly Statement[], by: Contributor): readonly Statement[] {
  return isMadeBy(live.owner, by.owner.tag) ? statements : statements.filter((statement) => !isTlsOnly(statement));
}

/** Bucket policies, shared by everybody who has statements in them (Amazon S3 API Reference, PutBucketPolicy). */
export const bucketPolicy: ResourceKind<'bucket-policy', BucketPolicyLive> = {
  type: 'bucket-policy',
  shared: true,
  bornEmptyIn: 'bucket',
  identify: (desired) => desired.bucket,
  dependsOn: (desired) => [
    { kind: 'bucket', id: desired.bucket },
    ...(isPublic(desired.statements) ? [{ kind: 'public-access-block' as const, id: desired.bucket }] : []),
    ...principalRefs(desired.statements),
  ],
  readsMost: (desired) => makes(desired.statements),
  async read(desired, reader) {
    const tlsOnly = makes(desired.statements);
    const [policy, owner] = await Promise.all([
      readPolicy(reader, desired.bucket),
      tlsOnly ? readOwner(reader, desired.bucket) : ({ state: 'missing' } as const),
    ]);
    return { policy, owner };
  },
  refresh: async (live, desired, { ports }) => ({ ...live, policy: await ports.s3.getBucketPolicy(desired.bucket) }),
  put(live, desired, by) {
    const merged = mergeOwned(live.policy, by.owner.mark, oursFor(live, desired.statements, by));
    return {
      ...live,
      owner: makes(desired.statements) && isMadeBy(live.owner, by.owner.tag) ? madeBy(by.owner.tag) : live.owner,
      policy: merged === undefined ? undefined : fitOrThrow(merged, 'bucket', `The policy of bucket ${desired.bucket}`),
    };
  },
  take: (live, _desired, by) => ({ live: { ...live, policy: mergeOwned(live.policy, by.owner.mark, []) } }),
  show: ({ policy }) => policy ?? null,
  same: (a, b) => samePolicy(a.policy, b.policy),
  async write(_before, { policy }, desired, { s3 }) {
    if (policy === undefined) await s3.deleteBucketPolicy(desired.bucket);
    else await s3.putBucketPolicy(desired.bucket, policy);
  },
  async preflight(before, { policy }, desired, caller, place) {
    if (policy === undefined) return;
    const lost = wouldLockOut({
      caller,
      bucketArn: `arn:${place.partition}:s3:::${desired.bucket}`,
      account: place.account,
      before: before.policy,
      after: policy,
    });
    if (lost !== undefined) {
      throw new S3ConnectError(
        'LockOut',
        `The new policy of bucket ${desired.bucket} would take ${lost.action} from you (${caller}).`,
        {
          hint: 'Change the statement that denies it, or run as a principal that keeps the right to change the policy.',
        },
      );
    }
  },
  opensToAll: (desired) => isPublic(desired.statements),
  alreadyOpen: ({ policy }, desired) => policy !== undefined && letsEverybody(policy, desired.statements),
  documents: ({ policy }) => (policy === undefined ? [] : [{ kind: 'bucket', document: policy }]),
};
