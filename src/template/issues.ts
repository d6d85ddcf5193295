import type { z } from 'zod';
import { pointerStep } from './json-text.js';
import { closestOf, nearest } from './nearest.js';
import { printable } from './text.js';

/** What a schema has against a value, in our words. */
export interface SchemaIssue {
  /** `shape`: unknown keys and wrong types; `content`: everything else. */
  readonly kind: 'shape' | 'content';
  readonly pointer: string;
  readonly message: string;
  readonly hint: string;
}

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function typeOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : (TYPE_NAMES[typeof value] ?? typeof value);
}

function at(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** The branch of a union that the value was most likely meant for: the one whose own type fits. */
function unwrap(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = issue.errors as Issue[][];
  // A branch that has something against the value as a whole is for another type, or for other words.
  const branch =
    branches.find((issues) => issues.every((inner) => inner.path.length > 0)) ??
    branches.find((issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0));
  return branch === undefined
    ? [issue]
    : branch.flatMap((inner) => unwrap({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

/**
 * Zod's issues as sentences of ours, with JSON pointers; an unknown key names the nearest known one.
 *
 * @param error what `safeParse` answered
 * @param data what was parsed
 * @param knownKeys the keys that the object at a path may have
 */
export function schemaIssues(
  error: z.ZodError,
  data: unknown,
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): readonly SchemaIssue[] {
  // What is written wrong goes before what is missing because of it.
  const issues = (error.issues as Issue[]).flatMap(unwrap);
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
  return [...unknown, ...issues.filter((issue) => !unknown.includes(issue))].flatMap((issue): SchemaIssue[] => {
    const path = issue.path;
    const pointer = path.map((step) => pointerStep(String(step))).join('');
    const name = path.length === 0 ? 'The file' : `"${printable(String(path.at(-1)))}"`;
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => {
          const known = knownKeys(path);
          const best = closestOf(key, known);
          return {
            kind: 'shape',
            pointer: `${pointer}${pointerStep(key)}`,
            message: `the key "${printable(key)}" is not known${best === undefined ? '' : `; did you mean "${best}"?`}`,
            hint:
              best === undefined ? `Known here: ${known.join(', ')}.` : `Write "${best}" instead, or remove the key.`,
          };
        });
      case 'invalid_type': {
        const expected = TYPE_NAMES[issue.expected] ?? issue.expected;
        const value = at(data, path);
        if (value === undefined) {
          return [{ kind: 'shape', pointer, message: `${name} is missing`, hint: `Add it: it must be ${expected}.` }];
        }
        return [
          {
            kind: 'shape',
            pointer,
            message: `${name} must be ${expected}, not ${typeOf(value)}`,
            hint: `Make it ${expected}.`,
          },
        ];
      }
      case 'invalid_union': {
        const value = at(data, path);
        return [
          {
            kind: 'shape',
            pointer,
            message: `${name} has the wrong type (it is ${typeOf(value)})`,
            hint: issue.message === 'Invalid input' ? 'See the schema for what it may be.' : issue.message,
          },
        ];
      }
      case 'invalid_value': {
        const value = at(data, path);
        const allowed = issue.values.map(String);
        if (value === undefined) {
          return [{ kind: 'shape', pointer, message: `${name} is missing`, hint: `One of: ${allowed.join(', ')}.` }];
        }
        if (typeof value !== 'string') {
          return [
            {
              kind: 'shape',
              pointer,
              message: `${name} must be one of ${allowed.join(', ')}, not ${typeOf(value)}`,
              hint: `One of: ${allowed.join(', ')}.`,
            },
          ];
        }
        const best = nearest(value, allowed);
        return [
          {
            kind: 'content',
            pointer,
            message: `"${printable(value)}" is none of ${allowed.join(', ')}`,
            hint: best === undefined ? `Use one of ${allowed.join(', ')}.` : `Did you mean "${best}"?`,
          },
        ];
      }
      case 'invalid_key':
        return [
          {
            kind: 'content',
            pointer,
            message: `${name} is no valid name here: ${issue.issues[0]?.message ?? 'wrong form'}`,
            hint: 'Rename it.',
          },
        ];
      default:
        return [{ kind: 'content', pointer, message: `${name}: ${issue.message}`, hint: 'Correct the value.' }];
    }
  });
}
