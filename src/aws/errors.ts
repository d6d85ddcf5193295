import { S3ConnectError } from '../errors.js';

/** Turns whatever an SDK call threw into the one error class; `call` is `Service:Operation`. */
export function translateAwsError(_e: unknown, call: string): S3ConnectError {
  return new S3ConnectError('AwsError', `${call} failed`);
}
