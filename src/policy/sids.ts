import type { Statement } from './types.js';

/** Every statement that s3connect makes has a Sid (or, in CORS and notifications, an id) that begins so. */
const MARK = /^S3Connect[0-9A-Z]{12}/;

/** The mark that a Sid begins with (`S3Connect` and 12 characters of the owner's hash), undefined where it has none. */
export function markOf(sid: string | undefined): string | undefined {
  return typeof sid === 'string' ? MARK.exec(sid)?.[0] : undefined;
}

/** Whether a statement belongs to the owner with this mark: its Sid begins with it. */
export function carriesMark(statement: Statement, mark: string): boolean {
  const sid: unknown = statement?.Sid;
  return typeof sid === 'string' && sid.startsWith(mark);
}

/** Whether a Sid may stand in an IAM policy: letters and digits only (IAM User Guide, "IAM JSON policy elements: Sid"). */
export function isIamSid(sid: string): boolean {
  return /^[A-Za-z0-9]*$/.test(sid);
}
