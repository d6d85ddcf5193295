import { CATALOGUE } from './data.generated.js';

/** One action as AWS's Service Authorization Reference lists it. */
export interface CatalogueAction {
  /** `s3:GetObject`, spelled as AWS spells it. */
  readonly name: string;
  readonly service: string;
  readonly access: 'List' | 'Read' | 'Tagging' | 'Permissions management' | 'Write';
  /** Resource types (`bucket`, `object`, `role` …) that the action takes; empty where only `*` fits. */
  readonly resourceTypes: readonly string[];
  /** Service's own condition keys that a request may carry; `${}` stands for a tag's key (`s3:ExistingObjectTag/${}`). */
  readonly conditionKeys: readonly string[];
}

interface Data {
  readonly keys: readonly string[];
  /** Index into KEY_TYPES for each of `keys`, -1 where unknown. */
  readonly types: readonly number[];
  readonly services: Readonly<
    Record<
      string,
      {
        /** Condition keys of each resource type. */
        readonly resources: Readonly<Record<string, readonly number[]>>;
        readonly actions: readonly (readonly [
          name: string,
          access: number,
          resources: string,
          keys: readonly number[],
        ])[];
      }
    >
  >;
}

const ACCESS = ['List', 'Read', 'Tagging', 'Permissions management', 'Write'] as const;
const KEY_TYPES = [
  'String',
  'ArrayOfString',
  'ARN',
  'ArrayOfARN',
  'Bool',
  'Numeric',
  'Date',
  'IPAddress',
  'Binary',
] as const;

export type KeyType = (typeof KEY_TYPES)[number];

interface Index {
  readonly byName: ReadonlyMap<string, CatalogueAction>;
  readonly byService: ReadonlyMap<string, readonly CatalogueAction[]>;
  readonly keyTypes: ReadonlyMap<string, KeyType>;
  readonly keysOf: ReadonlyMap<CatalogueAction, KeySet>;
}

/** Keys in lower case, those that hold a tag's key apart. */
interface KeySet {
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly string[];
}

function keySet(keys: readonly string[]): KeySet {
  const lower = keys.map((key) => key.toLowerCase());
  return { exact: new Set(lower), patterns: lower.filter((key) => key.includes('${}')) };
}

let index: Index | undefined;

/** Parsed at first use: most commands never need it. */
function load(): Index {
  index ??= build(JSON.parse(CATALOGUE) as Data);
  return index;
}

function build(data: Data): Index {
  const byName = new Map<string, CatalogueAction>();
  const byService = new Map<string, CatalogueAction[]>();
  const keysOf = new Map<CatalogueAction, KeySet>();
  for (const [service, entry] of Object.entries(data.services)) {
    const list: CatalogueAction[] = [];
    for (const [name, access, types, keys] of entry.actions) {
      const resourceTypes = types === '' ? [] : types.split(' ').map((type) => type.replace('!', ''));
      const all = [...keys, ...resourceTypes.flatMap((type) => entry.resources[type] ?? [])];
      const action: CatalogueAction = {
        name: `${service}:${name}`,
        service,
        access: ACCESS[access]!,
        resourceTypes,
        conditionKeys: [...new Set(all)].map((key) => data.keys[key]!),
      };
      list.push(action);
      keysOf.set(action, keySet(action.conditionKeys));
      byName.set(action.name.toLowerCase(), action);
    }
    byService.set(service, list);
  }
  const keyTypes = new Map<string, KeyType>();
  data.keys.forEach((key, i) => {
    const type = KEY_TYPES[data.types[i]!];
    if (type !== undefined) keyTypes.set(key.toLowerCase(), type);
  });
  return { byName, byService, keyTypes, keysOf };
}

/** The action of that name in any case, undefined where the catalogue (s3, sts, iam, kms, sns) has none. */
export function findAction(name: string): CatalogueAction | undefined {
  return load().byName.get(name.toLowerCase());
}

/** All actions of a service (`s3`), by name. */
export function actionsOf(service: string): readonly CatalogueAction[] {
  return load().byService.get(service.toLowerCase()) ?? [];
}

/** The services that the catalogue covers. */
export function catalogueServices(): readonly string[] {
  return [...load().byService.keys()];
}

/** Whether it is an action on a bucket (`s3:ListBucket`); then it takes the bucket's ARN. */
export function isBucketAction(name: string): boolean {
  return findAction(name)?.resourceTypes.includes('bucket') ?? false;
}

/** Whether it is an action on an object (`s3:GetObject`); then it takes `BUCKET/KEY`. */
export function isObjectAction(name: string): boolean {
  return findAction(name)?.resourceTypes.includes('object') ?? false;
}

/** Whether a request of this action can carry the key; tag keys are matched by their form. */
export function carriesKey(action: CatalogueAction, key: string): boolean {
  const wanted = key.toLowerCase();
  const keys = load().keysOf.get(action) ?? keySet(action.conditionKeys);
  return keys.exact.has(wanted) || keys.patterns.some((known) => matchesKey(known, wanted));
}

/** Whether any action of the key's service carries it. */
export function isKnownKey(key: string): boolean {
  return keyType(key) !== undefined;
}

/** What a key's values are (`ArrayOf…` is multi-valued), undefined where the catalogue doesn't know the key. */
export function keyType(key: string): KeyType | undefined {
  const wanted = key.toLowerCase();
  const { keyTypes } = load();
  const exact = keyTypes.get(wanted);
  if (exact !== undefined) return exact;
  for (const [known, type] of keyTypes) if (known.includes('${}') && matchesKey(known, wanted)) return type;
  return undefined;
}

function matchesKey(known: string, wanted: string): boolean {
  const at = known.indexOf('${}');
  if (at < 0) return known === wanted;
  const [before, after] = [known.slice(0, at), known.slice(at + 3)];
  return wanted.length > before.length + after.length && wanted.startsWith(before) && wanted.endsWith(after);
}
