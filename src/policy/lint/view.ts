import { parseArn } from '../arn.js';
import { asList } from '../documents.js';
import type { PolicyDocument, Statement } from '../types.js';

/** A value with the place it stands at. */
export interface Placed {
  readonly value: string;
  readonly pointer: string;
}

export interface PlacedPrincipal extends Placed {
  /** `*` where the element itself is the string `"*"`. */
  readonly type: string;
}

export interface ConditionView {
  readonly pointer: string;
  readonly operator: string;
  /** `StringLike` of `ForAnyValue:StringLikeIfExists`. */
  readonly base: string;
  readonly qualifier: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement flattened into lists with places; what has a wrong type is left out (the grammar check reports it). */
export interface StatementView {
  readonly pointer: string;
  readonly statement: Statement;
  readonly allows: boolean;
  readonly denies: boolean;
  readonly actions: readonly Placed[];
  readonly notActions: readonly Placed[];
  readonly resources: readonly Placed[];
  readonly notResources: readonly Placed[];
  readonly principals: readonly PlacedPrincipal[];
  readonly notPrincipals: readonly PlacedPrincipal[];
  readonly conditions: readonly ConditionView[];
}

/** Flattens the statements of a document that may be anything. */
export function viewOf(document: PolicyDocument): readonly StatementView[] {
  if (!isRecord(document)) return [];
  const single = !Array.isArray(document.Statement);
  return asList(document.Statement).flatMap((statement, i) =>
    isRecord(statement)
      ? [statementView(statement as unknown as Statement, single ? '/Statement' : `/Statement/${i}`)]
      : [],
  );
}

function statementView(statement: Statement, pointer: string): StatementView {
  const placed = (element: keyof Statement): readonly Placed[] =>
    placedList(statement[element], `${pointer}/${element}`);
  return {
    pointer,
    statement,
    allows: statement.Effect === 'Allow',
    denies: statement.Effect === 'Deny',
    actions: placed('Action'),
    notActions: placed('NotAction'),
    resources: placed('Resource'),
    notResources: placed('NotResource'),
    principals: placedPrincipals(statement.Principal, `${pointer}/Principal`),
    notPrincipals: placedPrincipals(statement.NotPrincipal, `${pointer}/NotPrincipal`),
    conditions: conditionViews(statement.Condition, `${pointer}/Condition`),
  };
}

function placedList(value: unknown, pointer: string): readonly Placed[] {
  if (typeof value === 'string') return [{ value, pointer }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown, i) =>
    typeof each === 'string' ? [{ value: each, pointer: `${pointer}/${i}` }] : [],
  );
}

function placedPrincipals(element: unknown, pointer: string): readonly PlacedPrincipal[] {
  if (typeof element === 'string') return [{ type: '*', value: element, pointer }];
  if (!isRecord(element)) return [];
  return Object.entries(element).flatMap(([type, names]) =>
    placedList(names, `${pointer}/${escapePointer(type)}`).map((placed) => ({ ...placed, type })),
  );
}

function conditionViews(block: unknown, pointer: string): readonly ConditionView[] {
  if (!isRecord(block)) return [];
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isRecord(keys)) return [];
    const [, qualifier, rest = ''] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/s.exec(operator) ?? [];
    const ifExists = rest.endsWith('IfExists');
    const base = ifExists ? rest.slice(0, -'IfExists'.length) : rest;
    return Object.entries(keys).map(([key, values]) => ({
      pointer: `${pointer}/${escapePointer(operator)}/${escapePointer(key)}`,
      operator,
      base,
      qualifier: qualifier as ConditionView['qualifier'],
      ifExists,
      negated: /Not/.test(base),
      key,
      values: (Array.isArray(values) ? values : [values]).flatMap((value: unknown) =>
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [],
      ),
    }));
  });
}

/** Whether the statement names everybody: `"*"` or `{"AWS":"*"}`. */
export function namesEverybody(view: StatementView): boolean {
  return view.principals.some(({ type, value }) => value === '*' && (type === '*' || type === 'AWS'));
}

/** The account of an `AWS` principal: of its ARN, or the bare id. */
export function accountOf(principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) return principal;
  const account = parseArn(principal)?.account;
  return account === undefined || account === '' ? undefined : account;
}

/** Whether a principal is a whole account: its id or its root's ARN. */
export function isWholeAccount(principal: string): boolean {
  return /^\d{12}$/.test(principal) || /^arn:[^:]*:iam::\d{12}:root$/.test(principal);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
