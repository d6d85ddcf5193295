import type { ConditionBlock, PrincipalElement, Statement } from '../policy/types.js';
import { carriesPrefix, levelOf } from '../template/actions.js';
import type { TemplateAction } from '../template/types.js';
import { shortHash } from './owner.js';
import type { ResolvedBucket, ResolvedConnection } from './types.js';

/** Where a grant applies: a bucket's own ARNs or an access point's. */
export interface GrantTarget {
  readonly bucket: string;
  /** ARN of the objects under a prefix. */
  readonly objects: (prefix: string) => string;
}

export interface GrantOptions {
  readonly target: GrantTarget;
  /** Absent in identity policies. */
  readonly principal?: PrincipalElement;
  /** Added to every statement. */
  readonly condition?: ConditionBlock;
  /** Goes before the purpose in the Sid, where one document has the grant on two targets. */
  readonly kind?: string;
}

/** One value as a string, several as a list: how AWS returns them. */
export function oneOrMany(list: readonly string[]): string | readonly string[] {
  const only = list[0];
  return list.length === 1 && only !== undefined ? only : list;
}

/** The `Principal` element for ARNs; `*` alone stands for everybody, unsigned callers too. */
export function principalElement(arns: readonly string[]): PrincipalElement {
  return arns.length === 1 && arns[0] === '*' ? '*' : { AWS: oneOrMany(arns) };
}

/** The Sid of a statement of ours: mark, purpose, and where there are several entries which one. */
export function sidOf(c: ResolvedConnection, purpose: string, bucket?: ResolvedBucket): string {
  const which = bucket === undefined || c.buckets.length < 2 ? '' : shortHash(`${bucket.name}/${bucket.prefix}`, 6);
  return `${c.owner.mark}${purpose}${which}`;
}

/** Two condition blocks as one: all keys of both must hold (IAM User Guide, "Conditions with multiple context keys"). */
function joinConditions(...blocks: readonly (ConditionBlock | undefined)[]): ConditionBlock | undefined {
  const out: Record<string, Record<string, ConditionBlock[string][string]>> = {};
  for (const block of blocks) {
    for (const [operator, keys] of Object.entries(block ?? {})) out[operator] = { ...out[operator], ...keys };
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

/**
 * The Allow statements of one bucket entry. `s3:prefix` goes only with the actions that carry it (Service Authorization
 * Reference, Amazon S3): beside any other action it would withhold that action in IAM and be refused by S3.
 *
 * @param c the connection, for the Sids
 * @param bucket the entry: its actions and its prefix
 * @param o where the grant applies and to whom
 */
export function grantStatements(c: ResolvedConnection, bucket: ResolvedBucket, o: GrantOptions): readonly Statement[] {
  const limited = (entry: TemplateAction) => bucket.prefix !== '' && entry.prefix !== false;
  const onBucket = bucket.actions.filter((entry) => levelOf(entry.action) === 'bucket');
  const onObjects = bucket.actions.filter((entry) => levelOf(entry.action) === 'object');
  const listing = onBucket.filter((entry) => limited(entry) && carriesPrefix(entry.action));
  const groups: readonly [
    purpose: string,
    actions: readonly TemplateAction[],
    resource: string,
    own?: ConditionBlock,
  ][] = [
    ['Bucket', onBucket.filter((entry) => !listing.includes(entry)), o.target.bucket],
    ['List', listing, o.target.bucket, { StringLike: { 's3:prefix': [`${bucket.prefix}*`] } }],
    ['Objects', onObjects.filter((entry) => bucket.prefix === '' || limited(entry)), o.target.objects(bucket.prefix)],
    ['AllObjects', onObjects.filter((entry) => bucket.prefix !== '' && !limited(entry)), o.target.objects('')],
  ];
  return groups
    .filter(([, actions]) => actions.length > 0)
    .map(([purpose, actions, resource, own]): Statement => {
      const condition = joinConditions(own, o.condition);
      return {
        Sid: sidOf(c, `${o.kind ?? ''}${purpose}`, bucket),
        Effect: 'Allow',
        ...(o.principal === undefined ? {} : { Principal: o.principal }),
        Action: oneOrMany(actions.map((entry) => entry.action)),
        Resource: resource,
        ...(condition === undefined ? {} : { Condition: condition }),
      };
    });
}
