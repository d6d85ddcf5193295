import type { CorsRule } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { isThere } from './bucket-reads.js';
import type { ResourceKind } from './kind.js';

export interface CorsLive {
  readonly rules: readonly CorsRule[];
}

/** PutBucketCors: at most 100 rules, 64 KB, 255 characters for an ID. */
const MAX_RULES = 100;
const MAX_BYTES = 65_536;

/** One string per meaning: the order within a rule's lists doesn't matter, an empty list is none. */
function canonicalRule(rule: CorsRule): string {
  const sorted = (list: readonly string[] | undefined): string[] => [...(list ?? [])].sort();
  return JSON.stringify([
    rule.ID ?? '',
    sorted(rule.AllowedOrigins),
    sorted(rule.AllowedMethods),
    sorted(rule.AllowedHeaders),
    sorted(rule.ExposeHeaders),
    rule.MaxAgeSeconds ?? null,
  ]);
}

function originMatches(pattern: string, origin: string): boolean {
  if (pattern === '*' || pattern === origin) return true;
  const star = pattern.indexOf('*');
  if (star < 0) return false;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return origin.length >= head.length + tail.length && origin.startsWith(head) && origin.endsWith(tail);
}

/** Would a rule answer for one of these origins? The first rule that matches a request is the one that counts. */
function catches(rule: CorsRule, origins: readonly string[]): boolean {
  return rule.AllowedOrigins.some((pattern) => origins.some((origin) => originMatches(pattern, origin)));
}

function isMarked(rule: CorsRule): boolean {
  return /^S3Connect[0-9A-Z]{12}/.test(rule.ID ?? '');
}

function merge(live: readonly CorsRule[], mark: string, ours: readonly CorsRule[]): readonly CorsRule[] {
  const isOurs = (rule: CorsRule): boolean => rule.ID?.startsWith(mark) === true;
  const others = live.filter((rule) => !isOurs(rule));
  const origins = ours.flatMap((rule) => rule.AllowedOrigins);
  const firstCatching = others.findIndex((rule) => !isMarked(rule) && catches(rule, origins));
  const limit = firstCatching < 0 ? others.length : firstCatching;
  // Where ours stands already it stays, unless a foreign rule before it would answer for its origins.
  const present = live.findIndex(isOurs);
  const at = present >= 0 && present <= limit ? present : limit;
  return [...others.slice(0, at), ...ours, ...others.slice(at)];
}

/** The CORS configuration of a bucket, shared by all who have rules in it (Amazon S3 API Reference, PutBucketCors). */
export const cors: ResourceKind<'cors', CorsLive> = {
  type: 'cors',
  shared: true,
  bornEmptyIn: 'bucket',
  identify: (desired) => desired.bucket,
  dependsOn: (desired) => [{ kind: 'bucket', id: desired.bucket }],
  read: async (desired, reader) => ({
    rules: isThere(reader, desired.bucket)
      ? ((await reader.once(`GetBucketCors ${desired.bucket}`, (ports) => ports.s3.getBucketCors(desired.bucket))) ??
        [])
      : [],
  }),
  refresh: async (_live, desired, { ports }) => ({ rules: (await ports.s3.getBucketCors(desired.bucket)) ?? [] }),
  put({ rules: live }, desired, by) {
    const rules = merge(live, by.owner.mark, desired.rules);
    if (rules.length > MAX_RULES) {
      throw new S3ConnectError(
        'TooLarge',
        `The bucket ${desired.bucket} would have ${rules.length} CORS rules; S3 takes ${MAX_RULES}.`,
        {
          hint: 'Remove rules that nobody needs.',
        },
      );
    }
    const size = Buffer.byteLength(JSON.stringify(rules));
    if (size > MAX_BYTES) {
      throw new S3ConnectError(
        'TooLarge',
        `The CORS configuration of ${desired.bucket} is ${size - MAX_BYTES} bytes too large: ${size} of at most ${MAX_BYTES}.`,
        { hint: 'Name fewer origins, or use a pattern with one *.' },
      );
    }
    return { rules };
  },
  take: ({ rules }, _desired, by) => ({ live: { rules: merge(rules, by.owner.mark, []) } }),
  show: ({ rules }) => (rules.length === 0 ? null : { CORSRules: rules }),
  same: (a, b) =>
    a.rules.length === b.rules.length &&
    a.rules.every((rule, index) => canonicalRule(rule) === canonicalRule(b.rules[index] as CorsRule)),
  async write(_before, { rules }, desired, { s3 }) {
    if (rules.length === 0) await s3.deleteBucketCors(desired.bucket);
    else await s3.putBucketCors(desired.bucket, rules);
  },
};
