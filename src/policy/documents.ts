import type { OneOrMany, PolicyDocument, Scalar, Statement } from './types.js';

/**
 * A value or a list of values as a list ("Grammar of the IAM JSON policy language": a single value and a
 * one-element list mean the same). `undefined` is the empty list.
 */
export function asList<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The statements of a document, in order; a single statement object is accepted as AWS accepts it. */
export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return isRecord(document) ? asList(document.Statement) : [];
}

/** A JSON object: neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What may stand as a value in a policy: numbers and Booleans may be unquoted. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The strings of an element that may be a string or a list; whatever else stands there is left out. */
export function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** An own member of a JSON object: keys such as `constructor` never reach what objects inherit. */
export function member(record: object, key: string): unknown {
  return Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined;
}

/** Policy variables work in version 2012-10-17 only; without a version, or in 2008-10-17, they are literal text. */
export function usesVariables(document: PolicyDocument): boolean {
  return isRecord(document) && member(document, 'Version') === '2012-10-17';
}
