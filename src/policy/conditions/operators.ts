import { arnLike } from './arn.js';
import { binaryEquals } from './binary.js';
import { bool } from './bool.js';
import type { Comparer } from './comparison.js';
import { date } from './date.js';
import { ipAddress } from './ip.js';
import { numeric } from './numeric.js';
import { stringEquals, stringEqualsIgnoreCase, stringLike } from './string.js';

/** A condition operator of the IAM User Guide's "Condition operators" without qualifier and IfExists. */
interface Operator {
  readonly name: string;
  /** The positive operator says yes; its negation wants that no value does. */
  readonly negated: boolean;
  readonly compare: Comparer;
}

/** An operator as a policy writes it: `ForAnyValue:StringLikeIfExists`. */
export interface OperatorUse {
  readonly operator: Operator | 'Null';
  readonly qualifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
}

const equal = (actual: number, wanted: number): boolean => actual === wanted;
const less = (actual: number, wanted: number): boolean => actual < wanted;
const lessOrEqual = (actual: number, wanted: number): boolean => actual <= wanted;
const greater = (actual: number, wanted: number): boolean => actual > wanted;
const greaterOrEqual = (actual: number, wanted: number): boolean => actual >= wanted;

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  (
    [
      ['StringEquals', false, stringEquals],
      ['StringNotEquals', true, stringEquals],
      ['StringEqualsIgnoreCase', false, stringEqualsIgnoreCase],
      ['StringNotEqualsIgnoreCase', true, stringEqualsIgnoreCase],
      ['StringLike', false, stringLike],
      ['StringNotLike', true, stringLike],
      ['NumericEquals', false, numeric(equal)],
      ['NumericNotEquals', true, numeric(equal)],
      ['NumericLessThan', false, numeric(less)],
      ['NumericLessThanEquals', false, numeric(lessOrEqual)],
      ['NumericGreaterThan', false, numeric(greater)],
      ['NumericGreaterThanEquals', false, numeric(greaterOrEqual)],
      ['DateEquals', false, date(equal)],
      ['DateNotEquals', true, date(equal)],
      ['DateLessThan', false, date(less)],
      ['DateLessThanEquals', false, date(lessOrEqual)],
      ['DateGreaterThan', false, date(greater)],
      ['DateGreaterThanEquals', false, date(greaterOrEqual)],
      ['Bool', false, bool],
      ['BinaryEquals', false, binaryEquals],
      ['IpAddress', false, ipAddress],
      ['NotIpAddress', true, ipAddress],
      ['ArnEquals', false, arnLike],
      ['ArnLike', false, arnLike],
      ['ArnNotEquals', true, arnLike],
      ['ArnNotLike', true, arnLike],
    ] as const
  ).map(([name, negated, compare]) => [name.toLowerCase(), { name, negated, compare }]),
);

/** Reads an operator; `undefined` for what is none. Upper and lower case do not matter. */
export function readOperator(text: string): OperatorUse | undefined {
  let rest = text.toLowerCase();
  let qualifier: OperatorUse['qualifier'];
  if (rest.startsWith('forallvalues:')) qualifier = 'ForAllValues';
  if (rest.startsWith('foranyvalue:')) qualifier = 'ForAnyValue';
  if (qualifier !== undefined) rest = rest.slice(qualifier.length + 1);
  const ifExists = rest.endsWith('ifexists');
  if (ifExists) rest = rest.slice(0, -'ifexists'.length);
  if (rest === 'null') return ifExists ? undefined : { operator: 'Null', qualifier, ifExists };
  const operator = OPERATORS.get(rest);
  return operator === undefined ? undefined : { operator, qualifier, ifExists };
}
