import type { PolicyDocument, PolicyKind, Severity } from '../types.js';
import type { StatementView } from './view.js';

export interface LintOptions {
  readonly kind?: PolicyKind;
  /** The account that is one's own; without it every account is foreign. */
  readonly account?: string;
  readonly partition?: string;
  readonly file?: string;
  /** The document's text, for line numbers and repeated keys. */
  readonly text?: string;
  /** What GetBucketOwnershipControls says of the bucket that the policy is about, where that is known. */
  readonly objectOwnership?: string;
}

/** One finding id with everything that is the same each time; docs/lint.md is generated from these. */
export interface Rule {
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
  /** The AWS document that it follows. */
  readonly source: string;
  /** The smallest document that shows it. */
  readonly example: { readonly policy: unknown; readonly options?: LintOptions };
}

/** What a check reports; the rule supplies the rest. */
export interface Draft {
  readonly id: string;
  readonly pointer: string;
  readonly message: string;
  /** In place of the rule's, where the statement itself tells what to write. */
  readonly remedy?: string;
  readonly severity?: Severity;
}

export interface LintContext {
  readonly document: PolicyDocument;
  readonly statements: readonly StatementView[];
  readonly kind: PolicyKind;
  readonly options: LintOptions;
}

/** One theme: its rules and the check that reports them. */
export interface Theme {
  readonly rules: Readonly<Record<string, Rule>>;
  readonly check: (context: LintContext) => Iterable<Draft>;
}

/** Statement of an example with what it doesn't show filled in. */
export function exampleOf(statement: unknown, options?: LintOptions): Rule['example'] {
  const policy = { Version: '2012-10-17', Statement: [statement].flat() };
  return options === undefined ? { policy } : { policy, options };
}
