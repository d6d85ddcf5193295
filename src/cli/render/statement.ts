import type { ConditionBlock, OneOrMany, PrincipalElement, Statement } from '../../policy/types.js';
import { plain, short, wrapList } from './text.js';

const list = <T>(value: OneOrMany<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** One comparable part of a statement: what it is called, and its members. */
export interface StatementPart {
  readonly label: string;
  readonly members: readonly string[];
}

function principalMembers(principal: PrincipalElement): readonly string[] {
  if (typeof principal === 'string') return ['everybody (*)'];
  return Object.entries(principal).flatMap(([type, who]) =>
    list(who).map((each) => (each === '*' ? `everybody (${type} *)` : type === 'AWS' ? each : `${type} ${each}`)),
  );
}

function conditionMembers(condition: ConditionBlock): readonly string[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${key} ${operator} ${list(values).map(String).join(' | ')}`),
  );
}

/** Takes a statement apart into the lists that people compare: who, what, on what, if what. */
export function statementParts(statement: Statement): readonly StatementPart[] {
  const parts: StatementPart[] = [];
  const add = (label: string, members: readonly string[]) => {
    if (members.length > 0) parts.push({ label, members });
  };
  if (statement.Principal !== undefined) add('who', principalMembers(statement.Principal));
  if (statement.NotPrincipal !== undefined) add('all but', principalMembers(statement.NotPrincipal));
  add('may', list(statement.Action));
  add('may all but', list(statement.NotAction));
  add('on', list(statement.Resource));
  add('on all but', list(statement.NotResource));
  if (statement.Condition !== undefined) add('if', conditionMembers(statement.Condition));
  if (statement.Effect === 'Deny') {
    return parts.map((part) =>
      part.label.startsWith('may') ? { ...part, label: part.label.replace('may', 'not') } : part,
    );
  }
  return parts;
}

/** The headline of a statement: its effect and its Sid. */
export function statementTitle(statement: Statement): string {
  return plain(statement.Sid === undefined ? statement.Effect : `${statement.Effect} ${statement.Sid}`);
}

/** A statement as indented lists instead of JSON. */
export function statementLines(statement: Statement, width: number): readonly string[] {
  const lines = [statementTitle(statement)];
  for (const part of statementParts(statement)) {
    const wrapped = wrapList(part.members, width - 14);
    wrapped.forEach((text, index) => {
      lines.push(`  ${(index === 0 ? part.label : '').padEnd(10)}${text}`);
    });
  }
  return lines;
}

/** A line of a difference: taken away, put there, or as it was. */
export interface DiffLine {
  readonly sign: '+' | '-' | '~' | ' ';
  readonly text: string;
}

/** What changed between two versions of one statement, list by list. */
export function statementDiff(before: Statement, after: Statement): readonly DiffLine[] {
  const lines: DiffLine[] = [{ sign: '~', text: statementTitle(after) }];
  const old = statementParts(before);
  const next = statementParts(after);
  if (before.Effect !== after.Effect) {
    lines.push({ sign: '-', text: `  ${before.Effect}` }, { sign: '+', text: `  ${after.Effect}` });
  }
  const labels = [...new Set([...old, ...next].map((part) => part.label))];
  for (const label of labels) {
    const had = old.find((part) => part.label === label)?.members ?? [];
    const has = next.find((part) => part.label === label)?.members ?? [];
    for (const member of had.filter((each) => !has.includes(each))) {
      lines.push({ sign: '-', text: `  ${label.padEnd(10)}${short(member)}` });
    }
    for (const member of has.filter((each) => !had.includes(each))) {
      lines.push({ sign: '+', text: `  ${label.padEnd(10)}${short(member)}` });
    }
  }
  return lines;
}
