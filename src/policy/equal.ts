import { asList } from './documents.js';
import type { PolicyDocument, Statement } from './types.js';

/**
 * Whether two documents mean the same, so that a read-back that AWS has rearranged is no difference.
 * Equal are: any order of lists and statements, one value and a list of one, the case of action names and of condition
 * keys, an account id and its root's ARN as principal, `true` and `"true"`, the two older ways of writing no variables
 * (no `Version`, 2008-10-17) and 2012-10-17 where the document has no `${`.
 * Not equal are `"*"` and `{"AWS":"*"}` (S3 User Guide, "Principals"), an ARN and the unique id (`AROA…`, `AIDA…`) that
 * shows through once the principal was deleted (IAM User Guide, "AWS JSON policy elements: Principal"), and different Sids.
 * Documents that it calls equal decide every request alike.
 */
export function samePolicy(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || canonicalPolicy(a) === canonicalPolicy(b);
}

/** Whether two statements of one document mean the same; see `samePolicy`. */
export function sameStatement(a: Statement, b: Statement): boolean {
  return a === b || canonicalPolicy({ Statement: a }) === canonicalPolicy({ Statement: b });
}

/** One string per meaning: two documents mean the same when, and only when, their strings are the same. */
export function canonicalPolicy(doc: PolicyDocument): string {
  if (!isRecord(doc)) return stable(doc);
  const { Version: version, Id: id, Statement: statement, ...unknown } = doc;
  const partition = partitionOf(doc);
  const statements = asList(statement).map((each) => canonicalStatement(each, partition));
  const variables = statements.some((each) => each.includes('${'));
  return stable([
    id ?? '',
    version === undefined || version === '2008-10-17' || version === '2012-10-17'
      ? variables && version === '2012-10-17'
      : version,
    statements.sort(),
    unknown,
  ]);
}

function canonicalStatement(statement: Statement, partition: string): string {
  if (!isRecord(statement)) return stable(statement);
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(statement)) {
    if (value === undefined) continue;
    if (key === 'Sid' && value === '') continue;
    if (key === 'Condition' && isRecord(value)) {
      const conditions = canonicalConditions(value);
      if (conditions.length > 0) entries.push([key, conditions]);
    } else entries.push([key, canonicalElement(key, value, partition)]);
  }
  return stable(entries.sort(byFirst));
}

function canonicalElement(key: string, value: unknown, partition: string): unknown {
  if (key === 'Action' || key === 'NotAction') return canonicalList(value, lowerAscii);
  if (key === 'Resource' || key === 'NotResource') return canonicalList(value, (each) => each);
  if ((key === 'Principal' || key === 'NotPrincipal') && isRecord(value))
    return Object.entries(value)
      .map(([type, names]): [string, unknown] => [
        type,
        canonicalList(names, (name) => (type === 'AWS' ? canonicalPrincipal(name, partition) : name)),
      ])
      .sort(byFirst);
  return value;
}

/** Pairs, not an object: two keys that differ in case only both count. */
function canonicalConditions(block: Readonly<Record<string, unknown>>): unknown[] {
  const result: [string, unknown][] = [];
  for (const [operator, keys] of Object.entries(block)) {
    if (!isRecord(keys)) {
      result.push([operator, keys]);
      continue;
    }
    for (const [key, values] of Object.entries(keys))
      result.push([`${operator} ${lowerAscii(key)}`, canonicalList(values, (each) => each)]);
  }
  return result
    .map((pair) => stable(pair))
    .filter((each, i, all) => all.indexOf(each) === i)
    .sort();
}

function canonicalList(value: unknown, normalise: (each: string) => string): unknown {
  const list = Array.isArray(value) ? value : [value];
  const strings = list.map((each: unknown) => (isScalar(each) ? `=${normalise(String(each))}` : stable([each])));
  return [...new Set(strings)].sort();
}

/** A bare account id means its root (IAM User Guide, "Principal"); an account belongs to one partition. */
function canonicalPrincipal(name: string, partition: string): string {
  return /^\d{12}$/.test(name) ? `arn:${partition}:iam::${name}:root` : name;
}

/** The partition that its ARNs are in: what a bare account id stands in. */
function partitionOf(part: PolicyDocument | Statement): string {
  const found = new Set<string>();
  for (const statement of 'Statement' in part ? asList(part.Statement) : [part]) {
    if (!isRecord(statement)) continue;
    for (const element of [statement.Principal, statement.NotPrincipal, statement.Resource, statement.NotResource]) {
      const values = isRecord(element) ? Object.values(element).flat() : [element].flat();
      for (const value of values) {
        const arn = typeof value === 'string' ? /^arn:([a-z][a-z-]*):/.exec(value) : null;
        if (arn !== null) found.add(arn[1]!);
      }
    }
  }
  return found.size === 1 ? [...found][0]! : 'aws';
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** JSON with sorted keys, written without recursion: what is no policy may be nested arbitrarily deep. */
function stable(root: unknown): string {
  const out: string[] = [];
  const rest: ({ readonly value: unknown } | { readonly text: string })[] = [{ value: root }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if ('text' in next) out.push(next.text);
    else if (Array.isArray(next.value)) {
      rest.push({ text: ']' });
      for (let i = next.value.length - 1; i >= 0; i--) rest.push({ text: ',' }, { value: next.value[i] as unknown });
      out.push('[');
    } else if (isRecord(next.value)) {
      rest.push({ text: '}' });
      const entries = Object.entries(next.value)
        .filter(([, value]) => value !== undefined)
        .sort(byFirst);
      for (const [key, value] of entries.reverse())
        rest.push({ text: ',' }, { value }, { text: `${JSON.stringify(key)}:` });
      out.push('{');
    } else out.push(JSON.stringify(next.value) ?? 'null');
  }
  return out.join('');
}
