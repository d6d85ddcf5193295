import type { AwsPorts, Tags } from '../aws/ports.js';
import { samePolicy } from '../policy/equal.js';
import { mergeOwned } from '../policy/merge.js';
import { fitOrThrow, type SizedKind } from '../policy/size.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import type { Contributor, Reader, Taken } from './kind.js';
import { claimOf } from './ownership.js';
import { documentOf } from './policy-refs.js';

/** An inline policy and the tags of the identity that it is on, which say whether it is ours whole. */
export interface InlineLive {
  readonly document: PolicyDocument | undefined;
  /** Undefined where the role or user isn't there (yet). */
  readonly tags: Tags | undefined;
}

/** Ours whole on an identity that we make or made; elsewhere our statements stand beside others'. */
function isWhole(live: InlineLive, by: Contributor, existing: boolean): boolean {
  if (existing) return false;
  return live.tags === undefined || claimOf(live.tags, by) === 'whole';
}

export function putInline(
  live: InlineLive,
  statements: readonly Statement[],
  by: Contributor,
  o: { readonly existing: boolean; readonly budget: SizedKind; readonly name: string },
): InlineLive {
  const base = isWhole(live, by, o.existing) ? undefined : live.document;
  const merged = mergeOwned(base, by.owner.mark, statements) ?? documentOf(statements);
  return { ...live, document: fitOrThrow(merged, o.budget, o.name) };
}

export function takeInline(live: InlineLive, by: Contributor, existing: boolean): Taken<InlineLive> {
  if (live.document === undefined) return { live };
  if (!existing && live.tags !== undefined && claimOf(live.tags, by) === 'whole') {
    return { live: { ...live, document: undefined } };
  }
  return { live: { ...live, document: mergeOwned(live.document, by.owner.mark, []) } };
}

export function sameInline(a: InlineLive, b: InlineLive): boolean {
  return samePolicy(a.document, b.document);
}

/** The one read of an identity that several kinds share. */
export function readRole(reader: Reader, name: string) {
  return reader.once(`GetRole ${name}`, (ports: AwsPorts) => ports.iam.getRole(name));
}

export function readUser(reader: Reader, name: string) {
  return reader.once(`GetUser ${name}`, (ports: AwsPorts) => ports.iam.getUser(name));
}
