import type { Prepared } from './prepare.js';
import type { OnEvent, Plan } from './types.js';

export interface ExecuteOptions {
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** Fingerprint of the reviewed plan; another one is `PlanChanged` before any write. */
  readonly expect?: string;
}

/** Carries out a prepared plan and reads back what it wrote. */
export async function execute(_prepared: Prepared, _o: ExecuteOptions = {}): Promise<Plan> {
  throw new Error('not built yet');
}
