import type { AwsPorts } from '../aws/ports.js';
import type { DesiredByKind, Facts, Owner, ResourceType, Site } from '../connection/types.js';
import type { Finding, PolicyDocument, PolicyKind } from '../policy/types.js';

/** Where a resource is: what its ARN needs. */
export interface Place {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
}

/** On whose behalf a resource is put there or taken away. */
export interface Contributor {
  readonly name: string;
  readonly owner: Owner;
  readonly templateId: string;
  /** JSON pointer of the connection, for errors. */
  readonly pointer: string;
  /** `--adopt`: take over what carries no mark. */
  readonly adopt: boolean;
  readonly place: Place;
  readonly facts: Facts;
}

/** Another resource that must be there first; without `id`, every one of that kind of the same connection. */
export interface Ref {
  readonly kind: ResourceType;
  readonly id?: string;
}

/** Cached reads: several kinds may ask for the same document, it is fetched once. */
export interface Reader {
  readonly ports: AwsPorts;
  readonly place: Place;
  readonly facts: Facts;
  readonly goal: 'present' | 'absent';
  /** The answer to the first call under this key in this run. */
  once<T>(key: string, ask: (ports: AwsPorts) => Promise<T>): Promise<T>;
}

/** What `take` makes of the live state. */
export interface Taken<L> {
  readonly live: L;
  /** Why something was left where it is. */
  readonly left?: string;
  /** It is left because it isn't ours: refused where it was asked for by name. */
  readonly foreign?: boolean;
}

/** What other resources of this run will be, for kinds whose removal depends on it. */
export interface Outlook {
  /** The planned state of a resource of this run; undefined where the run has none such. */
  planned(kind: ResourceType, id: string): unknown;
  /** Marks of those who take their part of a resource away in this run. */
  leaving(kind: ResourceType, id: string): ReadonlySet<string>;
}

/**
 * One kind of AWS resource. The live state `L` is plain data that also stands for absence; `put` and `take` are pure,
 * so that a plan is the same data for the same input, and several connections' contributions to one document are
 * simply applied one after the other.
 */
export interface ResourceKind<K extends ResourceType, L> {
  readonly type: K;
  /** Shared with others: read again just before it is written. */
  readonly shared: boolean;
  /** Removed by AWS together with what it is part of: its removal is no call. */
  readonly goesWithParent?: ResourceType;
  /** ARN, BUCKET or ROLE/POLICY, as plans show it. */
  /** Nothing of it is there in a parent that this run has just made, so nothing needs to be read again. */
  readonly bornEmptyIn?: ResourceType;
  identify(desired: DesiredByKind[K], place: Place): string;
  dependsOn(desired: DesiredByKind[K], place: Place): readonly Ref[];
  read(desired: DesiredByKind[K], reader: Reader): Promise<L>;
  /** Of several contributions, does this one need the most to be read? Default: the first is read for all. */
  readsMost?(desired: DesiredByKind[K]): boolean;
  /** Reads anew what may have changed meanwhile; the rest of the live state stays. Default: `read`. */
  refresh?(live: L, desired: DesiredByKind[K], reader: Reader): Promise<L>;
  put(live: L, desired: DesiredByKind[K], by: Contributor): L;
  take(live: L, desired: DesiredByKind[K], by: Contributor, outlook: Outlook): Taken<L>;
  /** The whole document for `before` and `after`; null where there is none. */
  show(live: L): unknown;
  same(a: L, b: L): boolean;
  /** Brings AWS from `before` to `after`; safe to repeat. */
  write(before: L, after: L, desired: DesiredByKind[K], ports: AwsPorts, place: Place): Promise<void>;
  /** Last refusals before the first write of the run (lock-out, the secret's file …). */
  preflight?(before: L, after: L, desired: DesiredByKind[K], caller: string, place: Place): Promise<void>;
  /** Puts random values where the plan has placeholders. */
  settle?(after: L, random: () => string): L;
  /** Does this contribution let everybody in? */
  opensToAll?(desired: DesiredByKind[K]): boolean;
  /** Does what is there let everybody in already, as this contribution would? */
  alreadyOpen?(live: L, desired: DesiredByKind[K]): boolean;
  /** Policy documents to lint. */
  documents?(live: L): readonly { readonly kind: PolicyKind; readonly document: PolicyDocument }[];
  /** What the engine itself has to say about the live state. */
  findings?(before: L, after: L, desired: DesiredByKind[K], by: Contributor): readonly Finding[];
  /** A word on a row that the documents don't show. */
  note?(before: L, after: L, desired: DesiredByKind[K]): string | undefined;
  /** Facts that are known once it is there. */
  learn?(live: L, desired: DesiredByKind[K], by: Contributor): Partial<Facts>;
}

/** A kind whose desired and live types are not known here; method parameters are bivariant, so each kind fits. */
export type AnyKind = ResourceKind<ResourceType, unknown>;

export function placeOf(site: Site, facts: Facts): Place {
  return { account: site.account ?? facts.account, partition: facts.partition, region: site.region };
}
