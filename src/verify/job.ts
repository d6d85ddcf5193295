import type { AssumedCredentials } from '../aws/ports.js';
import type { ResolvedConnection } from '../connection/types.js';
import type { Answer } from './answers.js';
import type { ExpectedRow } from './expected.js';
import type { Run } from './run.js';
import type { Keys } from './secret.js';
import type { Survey } from './survey.js';
import type { VerifyMode } from './types.js';

/** Everything that is settled before the first row of a connection is asked. */
export interface Job {
  readonly c: ResolvedConnection;
  readonly run: Run;
  readonly survey: Survey;
  /** When the survey began, in the clock's milliseconds. */
  readonly surveyedAt: number;
  readonly mode: VerifyMode;
  readonly keys: Keys | undefined;
  /** The caller is one of `trust.verifiers`. */
  readonly asVerifier: boolean;
  readonly rows: readonly ExpectedRow[];
  /** Buckets whose live policy has a TLS-only statement; read while the role is being assumed. */
  readonly tlsOnly: Promise<ReadonlySet<string>>;
}

/** What became of assuming the role. */
export interface Assumed {
  readonly answer: Answer;
  readonly credentials: AssumedCredentials | undefined;
}

/** Starts a row; its check belongs to the report from then on. */
export type StartRow = (row: ExpectedRow, check: Promise<import('./types.js').Check>) => void;

/** Says in words which of what a row depends on is missing. */
export type Missing = () => Promise<string | undefined>;
