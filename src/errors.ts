/** Every code that `--json` prints; scripts rely on them. */
export type ErrorCode =
  | 'BadUsage'
  | 'BadFile'
  | 'BadTemplate'
  | 'BadValue'
  | 'UnknownTemplate'
  | 'UnknownConnection'
  | 'WrongAccount'
  | 'BucketNotFound'
  | 'BucketInOtherAccount'
  | 'RoleNotFound'
  | 'RoleAmbiguous'
  | 'NotOurs'
  | 'PublicNotAllowed'
  | 'ExternalIdMissing'
  | 'PlanChanged'
  | 'LockOut'
  | 'TooLarge'
  | 'NoCredentials'
  | 'ExpiredCredentials'
  | 'AccessDenied'
  | 'EndpointUnreachable'
  | 'AwsError'
  | 'Interrupted';

export interface ErrorDetails {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  /** A JSON pointer into the file (`/connections/x/buckets/0/prefix`) or a flag (`--bucket`). */
  readonly path?: string;
  readonly cause?: unknown;
  /** AWS's own error code where there is one (`MalformedPolicy`), for waiting and for `-v`. */
  readonly awsCode?: string;
  readonly httpStatus?: number;
}

/** The one error class that a user ever sees: a code of the contract, a sentence, a remedy and a place. */
export class S3ConnectError extends Error {
  override readonly name = 'S3ConnectError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly awsCode: string | undefined;
  readonly httpStatus: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
    this.awsCode = details.awsCode;
    this.httpStatus = details.httpStatus;
  }

  /** The shape of `{"error":{…}}` in the contract. */
  toJSON(): { code: ErrorCode; message: string; hint: string | null; path: string | null } {
    return { code: this.code, message: this.message, hint: this.hint ?? null, path: this.path ?? null };
  }
}
