import { s3Error } from './errors.js';

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * Reads a Range header against a size (RFC 9110, section 14; S3 takes one range only and ignores what it can't read).
 *
 * @returns the range, or undefined where the whole object is meant
 * @throws InvalidRange (416) where nothing of the object is in it
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const unsatisfiable = (): Error =>
    s3Error('InvalidRange', {
      extra: { RangeRequested: header ?? '', ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    });
  if (from === '') {
    const length = Math.min(Number(to), size);
    if (length === 0) throw unsatisfiable();
    return { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return undefined;
  if (start >= size) throw unsatisfiable();
  return { start, end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/**
 * The bytes of a part of an object that was uploaded in parts (`partNumber` of GetObject); an object in one piece is part 1.
 *
 * @throws InvalidRange (416) where there is no such part
 */
export function partRange(partSizes: readonly number[] | undefined, size: number, partNumber: number): ByteRange {
  const sizes = partSizes ?? [size];
  const length = sizes[partNumber - 1];
  if (length === undefined) throw s3Error('InvalidRange', { message: 'The requested partnumber is not satisfiable' });
  const start = sizes.slice(0, partNumber - 1).reduce((sum, part) => sum + part, 0);
  return { start, end: start + length - 1 };
}
