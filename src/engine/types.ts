import type { CompiledConnection, Handoff, ResourceType } from '../connection/types.js';
import type { S3ConnectError } from '../errors.js';
import type { Finding } from '../policy/types.js';

export type ChangeAction = 'create' | 'update' | 'delete' | 'none';

/** One row of `plan --json`: plain data; `before` and `after` are whole documents, foreign statements included. */
export interface Change {
  readonly action: ChangeAction;
  readonly resource: ResourceType;
  /** The ARN, or `BUCKET`, or `ROLE/POLICY`. */
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
  /** After an apply or destroy. */
  readonly status?: 'done' | 'failed' | 'skipped';
  readonly error?: ReturnType<S3ConnectError['toJSON']>;
  /** Why it is skipped or worth a look, in a sentence. */
  readonly note?: string;
}

export interface ConnectionPlan {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  readonly error?: ReturnType<S3ConnectError['toJSON']>;
  /** The items for the vendor, and what they still lack. */
  readonly handoff?: Handoff['items'];
  readonly handoffMissing?: Handoff['missing'];
  readonly secretFile?: string;
}

/** The very object that `plan --json` prints. */
export interface Plan {
  readonly fingerprint: string;
  readonly connections: readonly ConnectionPlan[];
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly delete: number;
    readonly unchanged: number;
  };
}

/** Everything that the engine wants to say while it works; `cli/render` turns these into lines on stderr. */
export type EngineEvent =
  | { readonly type: 'reading'; readonly connection: string; readonly resource: ResourceType; readonly id: string }
  | {
      readonly type: 'changing';
      readonly connection: string;
      readonly resource: ResourceType;
      readonly id: string;
      readonly action: ChangeAction;
    }
  | {
      readonly type: 'changed';
      readonly connection: string;
      readonly resource: ResourceType;
      readonly id: string;
      readonly action: ChangeAction;
      readonly ms: number;
    }
  | {
      readonly type: 'skipped';
      readonly connection: string;
      readonly resource: ResourceType;
      readonly id: string;
      readonly why: string;
    }
  | {
      readonly type: 'failed';
      readonly connection: string;
      readonly resource: ResourceType;
      readonly id: string;
      readonly error: S3ConnectError;
    }
  /** Said once when waiting begins, and once when it ends (`ms` set). */
  | { readonly type: 'waiting'; readonly connection: string; readonly for: string; readonly ms?: number };

export type OnEvent = (event: EngineEvent) => void;

export interface Compiled extends CompiledConnection {}
