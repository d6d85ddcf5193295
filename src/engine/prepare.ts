import type { AwsAccess } from '../aws/ports.js';
import type { ResolvedConnection, ResourceType } from '../connection/types.js';
import type { OnEvent, Plan } from './types.js';

export interface PrepareInput {
  readonly connections: readonly ResolvedConnection[];
  readonly goal: 'present' | 'absent';
  readonly aws: AwsAccess;
  readonly adopt?: boolean;
  readonly allowPublic?: boolean;
  /** Also remove what carries marks of `namespace` and belongs to none of `knownNames` (default: `connections`). */
  readonly prune?: boolean;
  /** Names of every connection of the file, where `connections` is a selection of them. */
  readonly knownNames?: readonly string[];
  /** Only these kinds (`role create`, `cors set` …). */
  readonly only?: readonly ResourceType[];
  readonly concurrency?: number;
  readonly namespace?: string | null;
  /** Path for the access key's secret; the default path is the caller's to compute. */
  readonly secretFile?: string | ((connection: string) => string);
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

/** A plan and what `execute` needs to carry out exactly that plan. */
export interface Prepared {
  readonly plan: Plan;
}

/** Reads what there is and computes the plan; writes nothing. */
export async function prepare(_input: PrepareInput): Promise<Prepared> {
  throw new Error('not built yet');
}
