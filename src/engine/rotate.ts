import type { AwsAccess } from '../aws/ports.js';
import type { ResolvedConnection } from '../connection/types.js';
import type { OnEvent } from './types.js';

export interface RotateInput {
  readonly connection: ResolvedConnection;
  readonly aws: AwsAccess;
  readonly secretFile: string;
  /** Verify the new key, then deactivate and delete the old one. */
  readonly finish?: boolean;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

export interface RotateResult {
  readonly user: string;
  readonly created: string | null;
  readonly deleted: string | null;
  readonly secretFile: string;
}

/** Rotates the access key of a connection's user in two steps; there is never a third key. */
export async function rotateAccessKey(_input: RotateInput): Promise<RotateResult> {
  throw new Error('not built yet');
}
