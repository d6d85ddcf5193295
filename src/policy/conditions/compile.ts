import { asList, isRecord, isScalar } from '../documents.js';
import type { RequestContext } from '../evaluation/context.js';
import type { Scalar } from '../types.js';
import type { Comparison } from './comparison.js';
import { type OperatorUse, readOperator } from './operators.js';

/** One key under one operator of a statement's Condition. */
export interface CompiledCondition {
  /** The operator as the policy writes it. */
  readonly text: string;
  readonly use: OperatorUse | undefined;
  readonly key: string;
  readonly wanted: readonly string[];
  holds(context: RequestContext): boolean;
}

/**
 * The Condition of a statement: all of them must hold ("Condition with multiple keys or values").
 * `undefined` for what is no condition block at all; an unknown operator is a condition that never holds.
 */
export function compileConditions(block: unknown, variables: boolean): readonly CompiledCondition[] | undefined {
  if (block === undefined) return [];
  if (!isRecord(block)) return undefined;
  const conditions: CompiledCondition[] = [];
  for (const text of Object.keys(block)) {
    const keys = block[text];
    if (!isRecord(keys)) return undefined;
    const use = readOperator(text);
    for (const key of Object.keys(keys)) {
      const wanted = asList(keys[key] as Scalar | readonly Scalar[])
        .filter(isScalar)
        .map(String);
      conditions.push({ text, use, key, wanted, holds: compileOne(use, key.toLowerCase(), wanted, variables) });
    }
  }
  return conditions;
}

function compileOne(
  use: OperatorUse | undefined,
  key: string,
  wanted: readonly string[],
  variables: boolean,
): (context: RequestContext) => boolean {
  if (use === undefined) return () => false;
  const { operator, qualifier, ifExists } = use;
  if (operator === 'Null') {
    const flags = wanted.map((value) => value.toLowerCase());
    return (context) => flags.includes(context.values(key) === undefined ? 'true' : 'false');
  }
  const comparisons = wanted.map((value) => operator.compare(value, variables));
  const one = operator.negated ? noneMatches(comparisons) : oneMatches(comparisons);
  // "Access Analyzer policy checks": with no value to compare, these two hold for a missing key alone.
  const empty = wanted.length === 0 && (ifExists || qualifier === 'ForAllValues');
  return (context) => {
    const actual = context.values(key);
    if (actual === undefined) {
      if (ifExists || qualifier === 'ForAllValues') return true;
      return operator.negated && qualifier === undefined;
    }
    if (empty) return false;
    if (qualifier === 'ForAllValues') return actual.every((value) => one(value, context));
    if (qualifier === 'ForAnyValue') return wanted.length > 0 && actual.some((value) => one(value, context));
    // Several values of the request need a qualifier ("Multivalued context keys"); without one nothing matches.
    return actual.length === 1 && one(actual[0]!, context);
  };
}

type ValueTest = (actual: string, context: RequestContext) => boolean;

function oneMatches(comparisons: readonly Comparison[]): ValueTest {
  return (actual, context) => {
    for (const compare of comparisons) if (compare(actual, context) === 'match') return true;
    return false;
  };
}

function noneMatches(comparisons: readonly Comparison[]): ValueTest {
  return (actual, context) => {
    for (const compare of comparisons) if (compare(actual, context) !== 'differ') return false;
    return true;
  };
}
