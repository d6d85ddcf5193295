/** Records under a key, of which others see a change only after a while. */
export interface Table<T extends { readonly id: string }> {
  /** What was written last: writers act on it, so that none loses another's update. */
  newest(key: string): T | undefined;
  /** What the other calls see now. */
  visible(key: string): T | undefined;
  newestById(id: string): T | undefined;
  visibleById(id: string): T | undefined;
  /** `undefined` removes. */
  put(key: string, value: T | undefined): void;
  /** Without delay. */
  putNow(key: string, value: T | undefined): void;
  allNewest(): readonly T[];
  allVisible(): readonly T[];
  clear(): void;
}

interface Version<T> {
  readonly value: T | undefined;
  readonly visibleAt: number;
}

/** When changes become visible: after a random time up to `maxMs` (IAM User Guide, "Changes that I make are not always immediately visible"). */
export interface Propagation {
  readonly maxMs: number;
  now(): number;
  random(): number;
}

/** Counts changes, so that what was derived from the tables can be kept until the next one. */
export interface Epoch {
  /** Undefined while something is still on its way: then nothing derived may be kept. */
  current(): number | undefined;
  changed(visibleAt: number): void;
}

/** A fresh counter. */
export function createEpoch(now: () => number): Epoch {
  let count = 0;
  let settledAt = 0;
  return {
    current: () => (now() >= settledAt ? count : undefined),
    changed: (visibleAt) => {
      count += 1;
      settledAt = Math.max(settledAt, visibleAt);
    },
  };
}

/** An empty table whose changes propagate as told. */
export function createTable<T extends { readonly id: string }>(propagation: Propagation, epoch: Epoch): Table<T> {
  const rows = new Map<string, Version<T>[]>();
  const keysById = new Map<string, string>();

  const settle = (key: string): Version<T>[] | undefined => {
    const versions = rows.get(key);
    if (versions === undefined) return undefined;
    const now = propagation.now();
    const last = versions.findLastIndex((version) => version.visibleAt <= now);
    if (last > 0) versions.splice(0, last);
    if (versions.length === 1 && last >= 0 && versions[0]!.value === undefined) {
      rows.delete(key);
      return undefined;
    }
    return versions;
  };
  const newest = (key: string): T | undefined => rows.get(key)?.at(-1)?.value;
  const visible = (key: string): T | undefined => {
    const first = settle(key)?.[0];
    return first !== undefined && first.visibleAt <= propagation.now() ? first.value : undefined;
  };
  const byId = (id: string, look: (key: string) => T | undefined): T | undefined => {
    const key = keysById.get(id);
    const found = key === undefined ? undefined : look(key);
    return found?.id === id ? found : undefined;
  };
  const write = (key: string, value: T | undefined, visibleAt: number): void => {
    const versions = settle(key) ?? [];
    versions.push({ value, visibleAt });
    rows.set(key, versions);
    if (value !== undefined) keysById.set(value.id, key);
    epoch.changed(visibleAt);
    settle(key);
  };
  const all = (look: (key: string) => T | undefined): readonly T[] =>
    [...rows.keys()]
      .sort()
      .map(look)
      .filter((value): value is NonNullable<typeof value> => value !== undefined);

  return {
    newest,
    visible,
    newestById: (id) => byId(id, newest),
    visibleById: (id) => byId(id, visible),
    put: (key, value) => write(key, value, propagation.now() + propagation.random() * propagation.maxMs),
    putNow: (key, value) => write(key, value, propagation.now()),
    allNewest: () => all(newest),
    allVisible: () => all(visible),
    clear: () => {
      rows.clear();
      keysById.clear();
      epoch.changed(0);
    },
  };
}
