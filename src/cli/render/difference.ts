import type { Change } from '../../engine/types.js';
import { sameStatement } from '../../policy/equal.js';
import type { PolicyDocument, Statement } from '../../policy/types.js';
import { type DiffLine, statementDiff, statementLines } from './statement.js';
import { count, short } from './text.js';

type Document = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPolicy = (value: unknown): value is PolicyDocument => isObject(value) && 'Statement' in value;

function statementsOf(value: unknown): readonly Statement[] {
  if (!isPolicy(value)) return [];
  return Array.isArray(value.Statement) ? value.Statement : [value.Statement as Statement];
}

const signed = (sign: DiffLine['sign'], lines: readonly string[]): readonly DiffLine[] =>
  lines.map((text) => ({ sign, text }));

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Two policies compared statement by statement: by Sid where there is one, else by content. */
function policyDiff(before: unknown, after: unknown, width: number): readonly DiffLine[] {
  const old = statementsOf(before);
  const rest = [...old];
  const lines: DiffLine[] = [];
  let untouched = 0;
  for (const statement of statementsOf(after)) {
    const equal = rest.findIndex((each) => sameStatement(each, statement));
    if (equal >= 0) {
      rest.splice(equal, 1);
      untouched += 1;
      continue;
    }
    const namesake = statement.Sid === undefined ? -1 : rest.findIndex((each) => each.Sid === statement.Sid);
    if (namesake >= 0) {
      const [previous] = rest.splice(namesake, 1);
      lines.push(...statementDiff(previous!, statement));
    } else {
      lines.push(...signed('+', statementLines(statement, width)));
    }
  }
  for (const statement of rest) lines.push(...signed('-', statementLines(statement, width)));
  if (untouched > 0) lines.push({ sign: ' ', text: `${count(untouched, 'statement')} unchanged` });
  return lines;
}

/** Lists of rules (CORS, notifications): whole rules come and go. */
function listDiff(label: string, before: readonly unknown[], after: readonly unknown[]): readonly DiffLine[] {
  const rest = [...before];
  const lines: DiffLine[] = [];
  let untouched = 0;
  for (const rule of after) {
    const equal = rest.findIndex((each) => same(each, rule));
    if (equal >= 0) {
      rest.splice(equal, 1);
      untouched += 1;
    } else lines.push(...signed('+', ruleLines(label, rule)));
  }
  for (const rule of rest) lines.push(...signed('-', ruleLines(label, rule)));
  if (untouched > 0) lines.push({ sign: ' ', text: `${count(untouched, 'rule')} unchanged` });
  return lines;
}

function ruleLines(label: string, rule: unknown): readonly string[] {
  if (!isObject(rule)) return [`${label} ${short(rule)}`];
  return [
    label,
    ...Object.entries(rule).map(
      ([key, value]) => `  ${key} ${Array.isArray(value) ? value.map(short).join(', ') : short(value)}`,
    ),
  ];
}

function fieldDiff(key: string, before: unknown, after: unknown, width: number): readonly DiffLine[] {
  if (same(before, after)) return [];
  if (isPolicy(before) || isPolicy(after)) {
    const title = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const lines = policyDiff(before, after, width);
    return [{ sign: ' ', text: title }, ...lines.map((line) => ({ ...line, text: `  ${line.text}` }))];
  }
  if (Array.isArray(before) || Array.isArray(after)) {
    return listDiff(key, Array.isArray(before) ? before : [], Array.isArray(after) ? after : []);
  }
  if (isObject(before) || isObject(after)) {
    const old = isObject(before) ? before : {};
    const next = isObject(after) ? after : {};
    return [...new Set([...Object.keys(old), ...Object.keys(next)])].flatMap((name) =>
      fieldDiff(`${key} ${name}`, old[name], next[name], width),
    );
  }
  const lines: DiffLine[] = [];
  if (before !== undefined && before !== null) lines.push({ sign: '-', text: `${key} ${short(before)}` });
  if (after !== undefined && after !== null) lines.push({ sign: '+', text: `${key} ${short(after)}` });
  return lines;
}

/** What a change does to its document, as lines of a readable difference. */
export function changeDiff(change: Change, width: number): readonly DiffLine[] {
  if (isPolicy(change.before) || isPolicy(change.after)) return policyDiff(change.before, change.after, width);
  const before = isObject(change.before) ? change.before : {};
  const after = isObject(change.after) ? change.after : {};
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => fieldDiff(key, before[key], after[key], width));
}
