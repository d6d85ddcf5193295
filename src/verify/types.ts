import type { Layer, Statement, StatementRef } from '../policy/types.js';

export type VerifyMode = 'assume' | 'self' | 'direct' | 'keys' | 'anonymous' | 'simulate';

/** One row of `verify --json` (design/verify.md). */
export interface Check {
  readonly id: string;
  readonly what: string;
  readonly expect: 'allow' | 'deny';
  readonly actual: 'allow' | 'deny' | 'error' | 'skipped';
  readonly ok: boolean | null;
  readonly by: 'probe' | 'evaluator';
  readonly code: string | null;
  readonly detail: string;
  readonly ms: number;
  readonly foreign?: true;
  readonly because?: {
    readonly layer: Layer;
    readonly statement: StatementRef | null;
    readonly mismatch: string | null;
    readonly patch: Statement | null;
  };
}

export interface ConnectionReport {
  readonly name: string;
  readonly status: 'connected' | 'broken' | 'unknown';
  readonly mode: VerifyMode;
  /** Why this mode, and where the status needs it, why this status. */
  readonly why: string;
  readonly checks: readonly Check[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly path: string | null;
  };
}

export interface VerifyReport {
  readonly connections: readonly ConnectionReport[];
  readonly ok: boolean;
}
