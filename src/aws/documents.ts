import type { PolicyDocument } from '../policy/types.js';
import type { Tags } from './ports.js';

/** A policy document as IAM (URL-encoded, RFC 3986), S3 or SNS (plain JSON) returns it. */
export function parseDocument(text: string): PolicyDocument {
  return JSON.parse(text.trimStart().startsWith('%') ? decodeURIComponent(text) : text) as PolicyDocument;
}

/** Minified: IAM and S3 count what is sent. */
export function printDocument(document: PolicyDocument): string {
  return JSON.stringify(document);
}

export function tagsOf(list: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

export function tagListOf(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
