import { S3ConnectError } from '../errors.js';
import { compactStatements } from './compact.js';
import { asList } from './documents.js';
import type { PolicyDocument } from './types.js';

export { compactStatements } from './compact.js';

export type SizedKind = 'trust' | 'inline' | 'managed' | 'user' | 'bucket' | 'access-point' | 'topic';

interface Budget {
  readonly limit: number;
  readonly unit: 'characters' | 'bytes';
  readonly hint: string;
}

/**
 * IAM User Guide, "IAM and AWS STS quotas" (white space isn't counted; inline budgets are the sum of all inline
 * policies of the identity); S3 User Guide, "Adding a bucket policy" and "Access points restrictions" (20 KB).
 */
const BUDGETS: Readonly<Record<SizedKind, Budget>> = {
  trust: {
    limit: 2048,
    unit: 'characters',
    hint: 'Trust fewer principals, or ask AWS to raise the quota for role trust policies.',
  },
  inline: {
    limit: 10_240,
    unit: 'characters',
    hint: 'Set "policy": { "kind": "managed" }, or split the connection into two.',
  },
  managed: { limit: 6144, unit: 'characters', hint: 'Split the connection into two, each with some of the buckets.' },
  user: {
    limit: 2048,
    unit: 'characters',
    hint: 'Set "policy": { "kind": "managed" }, or split the connection into two.',
  },
  bucket: {
    limit: 20_480,
    unit: 'bytes',
    hint: 'Remove statements that nobody needs, or grant through access points.',
  },
  'access-point': { limit: 20_480, unit: 'bytes', hint: 'Use a second access point for some of the principals.' },
  topic: { limit: 30_720, unit: 'bytes', hint: 'Use another topic, or remove statements that nobody needs.' },
};

/** How much of its budget a document uses, counted as AWS counts: without white space between the elements. */
export function policySize(doc: PolicyDocument, kind: SizedKind): { readonly used: number; readonly limit: number } {
  const { limit, unit } = BUDGETS[kind];
  const text = JSON.stringify(doc);
  return { used: unit === 'bytes' ? utf8Length(text) : text.length, limit };
}

/**
 * The document itself where it fits, else with its statements compacted (same meaning, fewer characters).
 * Statements that s3connect doesn't own are never touched. `others` is what other inline policies already use.
 * Throws `TooLarge`, saying by how much, where that is not enough.
 */
export function fitOrThrow(doc: PolicyDocument, kind: SizedKind, name: string, others = 0): PolicyDocument {
  if (policySize(doc, kind).used + others <= BUDGETS[kind].limit) return doc;
  const compacted = { ...doc, Statement: compactStatements(asList(doc.Statement)) };
  const { used, limit } = policySize(compacted, kind);
  if (used + others <= limit) return compacted;
  throw tooLarge(name, kind, used + others);
}

function tooLarge(name: string, kind: SizedKind, used: number): S3ConnectError {
  const { limit, unit, hint } = BUDGETS[kind];
  return new S3ConnectError(
    'TooLarge',
    `${name} is ${used - limit} ${unit} too large: ${used} ${unit} of at most ${limit}.`,
    { hint },
  );
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
