import { asList } from '../documents.js';
import type { Finding, PolicyDocument, PolicyKind } from '../types.js';
import { locatorOf } from './locate.js';
import { RULES, THEMES } from './rules.js';
import type { Draft, LintContext, LintOptions } from './types.js';
import { isRecord, viewOf } from './view.js';

export type { LintOptions } from './types.js';

/**
 * What is wrong with a policy document, or could be better: see docs/lint.md for every id.
 * Takes the parsed document, whatever it holds, and never throws for what stands in it. `kind` is guessed when absent;
 * lines are given only where `text`, the document as it was read, is. The worst findings of each place come first.
 */
export function lintPolicy(doc: PolicyDocument, o: LintOptions = {}): readonly Finding[] {
  const context: LintContext = {
    document: doc,
    statements: viewOf(doc),
    kind: o.kind ?? guessKind(doc),
    options: o,
  };
  const locator = locatorOf(o.text);
  const drafts: { readonly draft: Draft; readonly line: number | null }[] = locator.repeatedKeys.map((place) => ({
    draft: { id: 'repeated-key', pointer: place.pointer, message: 'This key stands here again.' },
    line: place.line,
  }));
  for (const theme of Object.values(THEMES))
    for (const draft of theme.check(context)) drafts.push({ draft, line: locator.lineOf(draft.pointer) });
  return drafts.map(({ draft, line }) => toFinding(draft, line, o.file ?? null)).sort(byPlace);
}

function toFinding(draft: Draft, line: number | null, file: string | null): Finding {
  const rule = RULES.get(draft.id);
  if (rule === undefined) throw new Error(`There is no lint rule ${draft.id}.`);
  return {
    id: draft.id,
    severity: draft.severity ?? rule.severity,
    file,
    pointer: draft.pointer,
    line,
    message: draft.message,
    why: rule.why,
    remedy: draft.remedy ?? rule.remedy,
    source: rule.source,
  };
}

const RANK = { error: 0, warning: 1, advice: 2 } as const;

function byPlace(a: Finding, b: Finding): number {
  return statementOf(a) - statementOf(b) || RANK[a.severity] - RANK[b.severity];
}

/** Findings on the whole document come last: those on statements say what to do about it. */
function statementOf({ pointer }: Finding): number {
  const index = /^\/Statement(?:\/(\d+))?/.exec(pointer);
  if (index === null) return Number.MAX_SAFE_INTEGER;
  return Number(index[1] ?? 0);
}

/**
 * What kind of policy a document is: one with principals is a resource's (a role's trust policy where it is about
 * sts:AssumeRole…, else told by its actions and resources), one without is an identity's.
 */
export function guessKind(doc: PolicyDocument): PolicyKind {
  const statements = isRecord(doc) ? asList(doc.Statement).filter(isRecord) : [];
  const principals = statements.some((each) => 'Principal' in each || 'NotPrincipal' in each);
  const mentions = (pattern: RegExp, ...elements: readonly string[]): boolean =>
    statements.some((each) =>
      elements.some((element) =>
        [(each as unknown as Record<string, unknown>)[element]]
          .flat()
          .some((value) => typeof value === 'string' && pattern.test(value)),
      ),
    );
  const withoutResource =
    statements.length > 0 && statements.every((each) => !('Resource' in each || 'NotResource' in each));
  if (mentions(/^sts:Assume/i, 'Action') && (principals || withoutResource)) return 'trust';
  if (!principals) return 'identity';
  if (mentions(/^arn:[^:]*:s3:[^:]*:[^:]*:accesspoint\//, 'Resource', 'NotResource')) return 'access-point';
  if (mentions(/^sns:/i, 'Action', 'NotAction') || mentions(/^arn:[^:]*:sns:/, 'Resource')) return 'topic';
  if (mentions(/^kms:/i, 'Action', 'NotAction')) return 'key';
  return 'bucket';
}
