import type { OneOrMany, PolicyDocument, Statement } from './types.js';

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
  return asList(document.Statement);
}
