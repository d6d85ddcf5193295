import type { Tags } from '../aws/ports.js';
import { namespaceMark, ownerOf, TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredResource } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import { markOf } from '../policy/sids.js';
import type { PolicyDocument } from '../policy/types.js';
import { inNamespace } from './owned.js';
import type { Run } from './run.js';

export interface Search {
  readonly run: Run;
  readonly namespace: string | null;
  /** By mark. */
  readonly knownNames: ReadonlyMap<string, string>;
  /** Puts one found thing on the list of its owner. */
  found(by: { readonly tag: string } | { readonly mark: string }, resource: DesiredResource): void;
  bucket(name: string, region: string, account: string): void;
}

/** The tag of a connection of this namespace; undefined for everything else. */
export function ownTag(search: Search, tags: Tags): string | undefined {
  const tag = tags[TAG_CONNECTION];
  return tag !== undefined && inNamespace(tag, search.namespace) ? tag : undefined;
}

/** Marks of this namespace in Sids and ids. */
export function ownMarks(search: Search, ids: readonly (string | undefined)[]): readonly string[] {
  const prefix = namespaceMark(search.namespace);
  const marks = ids.map(markOf).filter((mark): mark is string => mark?.startsWith(prefix) === true);
  return [...new Set(marks)];
}

export function isKnown(search: Search, tag: string): boolean {
  return search.knownNames.has(ownerOf(search.namespace, nameIn(tag)).mark);
}

export function sidsOf(document: PolicyDocument | undefined): readonly (string | undefined)[] {
  return asList(document?.Statement).map(({ Sid: sid }) => sid);
}

/** What may not be read is passed over: somebody else's bucket must not keep the rest from being tidied. */
export async function readable<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return undefined;
    throw e;
  }
}

export function nameIn(tag: string): string {
  return tag.slice(tag.indexOf('/') + 1);
}
