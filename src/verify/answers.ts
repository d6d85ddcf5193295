import type { ProbeAnswer } from '../aws/ports.js';
import { S3ConnectError } from '../errors.js';
import type { Decision } from '../policy/types.js';

/** What one asking gave: the verdict of a probe, or of the evaluator on the live documents. */
export interface Answer {
  /** `skipped` where nothing could be learned. */
  readonly actual: 'allow' | 'deny' | 'error' | 'skipped';
  readonly by: 'probe' | 'evaluator';
  readonly code: string | null;
  readonly detail: string;
  /** The evaluator's decision where the answer is its own. */
  readonly decision?: Decision;
  /** The allowing part is somebody else's (a CORS rule). */
  readonly foreign?: true;
}

/** 403 with one of these says that the signature or the key was refused, not the action. */
const NOT_ABOUT_RIGHTS = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'InvalidClientTokenId',
  'TokenRefreshRequired',
]);

export type ProbeMeaning = 'allow' | 'deny' | 'missing' | 'error';

/**
 * What an HTTP answer says about a right. The status comes first: some endpoints' error bodies are not understood by
 * the SDK, and HEAD has none.
 */
export function meaningOf(answer: ProbeAnswer): ProbeMeaning {
  const { status, code } = answer;
  if (code !== null && NOT_ABOUT_RIGHTS.has(code)) return 'error';
  if (status >= 200 && status < 300) return 'allow';
  if (status === 403 || status === 401) return 'deny';
  if (status === 404) return code === 'NoSuchBucket' || code === 'NoSuchAccessPoint' ? 'error' : 'missing';
  return 'error';
}

/** The code that a row shows: AWS's own, or the status where a body is missing. */
export function codeOf(answer: ProbeAnswer): string | null {
  if (answer.code !== null) return answer.code;
  return answer.status >= 200 && answer.status < 300 ? null : `HTTP ${answer.status}`;
}

/** A probe's answer as a row shows it. */
export function probed(actual: Answer['actual'], answer: ProbeAnswer, detail: string): Answer {
  const message = actual === 'error' && answer.message !== null ? `${detail}: ${answer.message}` : detail;
  return { actual, by: 'probe', code: codeOf(answer), detail: message };
}

/** Nothing was learned; `detail` says why. */
export function undecided(detail: string, by: Answer['by'] = 'probe', code: string | null = null): Answer {
  return { actual: 'skipped', by, code, detail };
}

/** The error where it is what a caller without the right to ask gets; everything else is a real failure. */
export function asDenied(error: unknown): S3ConnectError | undefined {
  if (!(error instanceof S3ConnectError)) return undefined;
  return error.code === 'AccessDenied' || error.httpStatus === 403 || error.httpStatus === 405 ? error : undefined;
}
