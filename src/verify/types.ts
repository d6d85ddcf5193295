import type { AwsAccess } from '../aws/ports.js';
import type { Layer, Statement, StatementRef } from '../policy/types.js';

export type VerifyMode = 'assume' | 'self' | 'direct' | 'keys' | 'anonymous' | 'simulate';

/** One row of `verify --json`. */
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

/** What `verify` wants to say while it works; `cli/render` turns these into lines on stderr. */
export type VerifyEvent =
  | { readonly type: 'mode'; readonly connection: string; readonly mode: VerifyMode; readonly why: string }
  | { readonly type: 'check'; readonly connection: string; readonly check: Check }
  /** Said once when asking again begins, and once when it ends (`ms` set). */
  | { readonly type: 'waiting'; readonly connection: string; readonly for: string; readonly ms?: number }
  /** Something of ours could not be removed: `s3://BUCKET/KEY`. */
  | { readonly type: 'residue'; readonly connection: string; readonly what: string };

/** Time, injected so that waiting is testable. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface VerifyOptions {
  readonly aws: AwsAccess;
  readonly mode?: VerifyMode | 'auto';
  /** Warnings (`foreign`) break the connection too. */
  readonly strict?: boolean;
  /** Answers of the evaluator do not count. */
  readonly requireProbe?: boolean;
  /** Every writing row comes from the evaluator. */
  readonly noWrite?: boolean;
  readonly allowUnknown?: boolean;
  /** Write into buckets from which versions cannot be removed again. */
  readonly allowResidue?: boolean;
  /** Default: 120 right after an apply, else 10. */
  readonly waitSeconds?: number;
  readonly afterApply?: boolean;
  /** Only these connections. */
  readonly names?: readonly string[];
  /** Keys of a `user` connection: a file in the AWS credentials format with the connection's name as profile. */
  readonly secretFile?: string;
  /** The same, by connection, where no file was named (`$XDG_STATE_HOME/s3connect/NAME.credentials`). */
  readonly secretFileOf?: (connection: string) => string | undefined;
  /** `S3CONNECT_ACCESS_KEY_ID` and `S3CONNECT_SECRET_ACCESS_KEY`. */
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Present at a terminal: asks before the trust policy is edited for a moment (mode `self`). */
  readonly confirmSelf?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: VerifyEvent) => void;
  readonly concurrency?: number;
  readonly clock?: Clock;
}
