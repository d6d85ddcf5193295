import { s3Error } from './errors.js';

const PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/**
 * Whether a new general purpose bucket may have the name (S3 User Guide, "General purpose bucket naming rules").
 */
export function isValidBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !SUFFIXES.some((suffix) => name.endsWith(suffix))
  );
}

/** Throws InvalidBucketName for a name that no bucket can have. */
export function checkBucketName(name: string): void {
  if (!isValidBucketName(name)) throw s3Error('InvalidBucketName', { extra: { BucketName: name } });
}
