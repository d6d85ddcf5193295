import { accessPointArn, bucketArn, bucketRegion } from '../connection/names.js';
import type { Facts, ResolvedBucket } from '../connection/types.js';
import type { EvaluationRequest } from '../policy/types.js';
import type { ExpectedRow, RowKind } from './expected.js';
import { ACTION_OF, grants, type Operation, onlyThroughAccessPoint } from './grants.js';
import { insideKey, outsideKey } from './keys.js';

export interface RequestScene {
  readonly facts: Facts;
  /** The account that the bucket is in. */
  readonly bucketAccount: string;
  /** The account that the access point is in. */
  readonly pointAccount: string;
  readonly now: string;
}

interface Way {
  readonly arn: string;
  readonly object: (key: string) => string;
  /** The bucket behind an access point. */
  readonly behind: string | undefined;
}

function wayTo(bucket: ResolvedBucket, through: 'bucket' | 'access-point', s: RequestScene): Way {
  const point = bucket.accessPoint;
  if (through === 'access-point' && point !== undefined) {
    const arn = accessPointArn(s.facts.partition, bucketRegion(bucket, s.facts), s.pointAccount, point.name);
    return { arn, object: (key) => `${arn}/object/${key}`, behind: bucket.name };
  }
  const arn = bucketArn(s.facts.partition, bucket.name);
  return { arn, object: (key) => `${arn}/${key}`, behind: undefined };
}

/** The way that a row takes: through the access point where it is named so, or where the grant names nothing else. */
export function throughOf(kind: RowKind, bucket: ResolvedBucket): 'bucket' | 'access-point' {
  if (kind.startsWith('access-point.')) return 'access-point';
  if (kind === 'policy' || kind === 'public' || kind === 'tls' || kind.endsWith('.direct')) return 'bucket';
  return onlyThroughAccessPoint(bucket) ? 'access-point' : 'bucket';
}

/** The key under the prefix that stands for all of them where the documents are evaluated. */
export const evaluatedKey = (bucket: ResolvedBucket): string => insideKey(bucket.prefix, 'evaluated');

/**
 * A row about a bucket as requests to the evaluator. The row is allowed where any of them is (a denial must hold for
 * all), but for the rows that expect allow, which have one each.
 */
export function requestsOf(row: ExpectedRow, principal: string, s: RequestScene): readonly EvaluationRequest[] {
  const bucket = row.bucket;
  if (bucket === undefined) return [];
  const way = wayTo(bucket, throughOf(row.kind, bucket), s);
  const inside = evaluatedKey(bucket);
  const outside = outsideKey(bucket.prefix, 'evaluated');
  const request = (
    action: string,
    resource: string,
    context: Readonly<Record<string, string>> = {},
    as: string = principal,
  ): EvaluationRequest => ({
    principal: as,
    action,
    resource,
    resourceAccount: s.bucketAccount,
    ...(way.behind === undefined ? {} : { bucket: way.behind }),
    context: { 'aws:SecureTransport': 'true', 'aws:CurrentTime': s.now, ...context },
  });
  // A request without a prefix carries no s3:prefix (Service Authorization Reference, Amazon S3 condition keys).
  const list = (prefix: string, as?: string) =>
    request(ACTION_OF.list, way.arn, { 's3:max-keys': '1', ...(prefix === '' ? {} : { 's3:prefix': prefix }) }, as);
  const object = (operation: 'get' | 'put' | 'delete' | 'acl', key: string, as?: string) =>
    request(ACTION_OF[operation], way.object(key), {}, as);

  switch (row.kind) {
    case 'location':
      return [request(ACTION_OF.location, way.arn)];
    case 'list':
    case 'access-point.list':
      return row.expect === 'deny' && bucket.prefix !== ''
        ? [list(bucket.prefix), list('')]
        : [list(listPrefix(bucket))];
    case 'get':
    case 'put':
    case 'delete':
    case 'acl':
      return [object(row.kind, inside)];
    case 'multipart':
    case 'access-point.put':
    case 'put.direct':
      return [object('put', inside)];
    case 'access-point.get':
    case 'get.direct':
      return [object('get', inside)];
    case 'list.outside-prefix':
      return [list(outside), list('')];
    case 'get.outside-prefix':
      return [object('get', outside)];
    case 'put.outside-prefix':
      return [object('put', outside)];
    case 'delete.outside-prefix':
      return [object('delete', outside)];
    case 'policy':
      return [request('s3:PutBucketPolicy', way.arn)];
    case 'public':
      return row.expect === 'allow'
        ? bucket.publicPlayback || grants(bucket, 'get')
          ? [object('get', inside, '*')]
          : [list(bucket.prefix, '*')]
        : [object('get', inside, '*'), object('get', outside, '*'), list(bucket.prefix, '*')];
    case 'tls':
      return [insecure(request, way, bucket, inside)];
    default:
      return [];
  }
}

/** The prefix that a declared listing is asked with: none where the template frees it (a vendor that calls HeadBucket). */
export function listPrefix(bucket: ResolvedBucket): string {
  const free = bucket.actions.some(({ action, prefix }) => action === ACTION_OF.list && prefix === false);
  return free ? '' : bucket.prefix;
}

function insecure(
  request: (action: string, resource: string, context: Readonly<Record<string, string>>) => EvaluationRequest,
  way: Way,
  bucket: ResolvedBucket,
  key: string,
): EvaluationRequest {
  const context = { 'aws:SecureTransport': 'false' };
  const onObject = (['get', 'put', 'delete'] as const).find((operation) => grants(bucket, operation));
  const operation: Operation = onObject ?? 'list';
  const resource = onObject === undefined ? way.arn : way.object(key);
  return request(ACTION_OF[operation], resource, context);
}
