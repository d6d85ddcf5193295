import type { ObjectVersion } from '../../store/buckets.js';
import { s3Error } from './errors.js';

type Headers = Readonly<Record<string, string>>;

function etags(value: string): readonly string[] {
  return value.split(',').map((tag) => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''));
}

function names(value: string, version: ObjectVersion): boolean {
  const wanted = etags(value);
  return wanted.includes('*') || wanted.includes(version.etag.replace(/^"|"$/g, ''));
}

function failed(condition: string): Error {
  return s3Error('PreconditionFailed', { extra: { Condition: condition } });
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}

/**
 * Conditions of a read (RFC 9110, section 13.2.2, as GetObject has them).
 *
 * @param prefix empty, or `x-amz-copy-source-` for the source of a copy
 * @returns true where the answer is 304 Not Modified
 * @throws PreconditionFailed (412)
 */
export function checkRead(headers: Headers, version: ObjectVersion, prefix = ''): boolean {
  const ifMatch = headers[`${prefix}if-match`];
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const unmodified = Date.parse(headers[`${prefix}if-unmodified-since`] ?? '');
  const modified = Date.parse(headers[`${prefix}if-modified-since`] ?? '');
  if (ifMatch !== undefined && !names(ifMatch, version)) throw failed('If-Match');
  if (ifMatch === undefined && seconds(version.modified) > unmodified) throw failed('If-Unmodified-Since');
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, version);
  return seconds(version.modified) <= modified;
}

/**
 * Conditions of a write (S3 User Guide, "Conditional requests"): create only if absent, replace only what is known.
 *
 * @throws PreconditionFailed (412), NoSuchKey (404), NotImplemented (501)
 */
export function checkWrite(headers: Headers, current: ObjectVersion | undefined): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') {
      throw s3Error('NotImplemented', {
        extra: {
          Header: 'If-None-Match',
          additionalMessage: "We don't accept the provided value of If-None-Match header for this API",
        },
      });
    }
    if (current !== undefined) throw failed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (current === undefined) throw s3Error('NoSuchKey');
  if (!names(ifMatch, current)) throw failed('If-Match');
}
