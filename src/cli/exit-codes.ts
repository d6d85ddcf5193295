import { type ErrorCode, S3ConnectError } from '../errors.js';

/** The exit codes of the contract. */
export const EXIT = { ok: 0, failed: 1, refused: 2, changes: 3, denied: 4, interrupted: 130 } as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  AwsError: EXIT.failed,
  EndpointUnreachable: EXIT.failed,
  NoCredentials: EXIT.denied,
  ExpiredCredentials: EXIT.denied,
  AccessDenied: EXIT.denied,
  Interrupted: EXIT.interrupted,
};

/** An interruption ends everything; of the others the one that the user has to act on first. */
const RANKING = [EXIT.interrupted, EXIT.denied, EXIT.failed, EXIT.refused, EXIT.changes];

/**
 * The exit code that belongs to an error code: 4 where credentials or a permission are missing, 1 where AWS refused or
 * could not be reached, 130 after an interruption, 2 for every refusal of s3connect's own.
 */
export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.refused;
}

/** The highest-ranking of several exit codes, in the order 4, 1, 2, 3; 0 for none. */
export function highestExitCode(codes: readonly number[]): number {
  return RANKING.find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** Turns an abort by SIGINT into the contract's error and leaves everything else as it is. */
export function asKnownError(error: unknown): unknown {
  if (error instanceof S3ConnectError) return error;
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'ExitPromptError')) {
    return new S3ConnectError('Interrupted', 'Interrupted.', { cause: error });
  }
  return error;
}
