import { S3ConnectError } from '../errors.js';
import { awsCodeOf, httpStatusOf, translateAwsError } from './errors.js';

/** What a port needs from the access layer: its client, made at the first call, and whose credentials it uses. */
export interface Connect<Client> {
  (): Promise<Client>;
  readonly profile?: string | undefined;
}

/** Runs one SDK call; failures come out as S3ConnectError naming the IAM action. */
export async function ask<T>(call: string, profile: string | undefined, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (e) {
    throw translateAwsError(e, call, profile);
  }
}

/** The same where one of `absent` (AWS's codes, or the status 404) is a normal answer: undefined. */
export async function askMaybe<T>(
  call: string,
  profile: string | undefined,
  absent: readonly (string | 404)[],
  send: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await send();
  } catch (e) {
    const code = awsCodeOf(e);
    if (code !== undefined && absent.includes(code)) return undefined;
    if (absent.includes(404) && httpStatusOf(e) === 404) return undefined;
    throw translateAwsError(e, call, profile);
  }
}

/** A field that AWS documents as always there. */
export function given<T>(value: T | undefined | null, call: string, field: string): T {
  if (value === undefined || value === null) {
    throw new S3ConnectError('AwsError', `${call} answered without ${field}`);
  }
  return value;
}
