import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Checksum } from '../../store/buckets.js';

type Algorithm = Checksum['algorithm'];

const ALGORITHMS: readonly Algorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

const CRC32C = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(data: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC32C[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return bigEndian32((crc ^ 0xffffffff) >>> 0);
}

function bigEndian32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}

// CRC-64/NVME in two 32-bit halves: BigInt arithmetic for each byte would be far slower.
const POLY_HIGH = 0x9a6c9329;
const POLY_LOW = 0xac4bc9b5;
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let high = 0;
  let low = index;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = ((low >>> 1) | ((high & 1) << 31)) >>> 0;
    high = high >>> 1;
    if (carry) {
      high = (high ^ POLY_HIGH) >>> 0;
      low = (low ^ POLY_LOW) >>> 0;
    }
  }
  CRC64_HIGH[index] = high;
  CRC64_LOW[index] = low;
}

function crc64nvme(data: Buffer): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = (((low >>> 8) | ((high & 0xff) << 24)) ^ (CRC64_LOW[index] ?? 0)) >>> 0;
    high = ((high >>> 8) ^ (CRC64_HIGH[index] ?? 0)) >>> 0;
  }
  return Buffer.concat([bigEndian32((high ^ 0xffffffff) >>> 0), bigEndian32((low ^ 0xffffffff) >>> 0)]);
}

/** The checksum of data in one of S3's five algorithms, base64 as S3's headers carry it. */
export function checksumOf(algorithm: Algorithm, data: Buffer): string {
  switch (algorithm) {
    case 'CRC32':
      return bigEndian32(crc32(data)).toString('base64');
    case 'CRC32C':
      return crc32c(data).toString('base64');
    case 'CRC64NVME':
      return crc64nvme(data).toString('base64');
    case 'SHA1':
      return createHash('sha1').update(data).digest('base64');
    case 'SHA256':
      return createHash('sha256').update(data).digest('base64');
  }
}

/** Name of the header (and, capitalised by S3, of the XML element `ChecksumCRC32` …) that carries it. */
export function checksumHeader(algorithm: Algorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm named by a header's or request's word, in any case. */
export function algorithmNamed(word: string | undefined): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm === word?.toUpperCase());
}

/**
 * The algorithm that a request uses: a checksum header, the trailer it announces, or the SDK's algorithm header.
 */
export function requestedAlgorithm(headers: Readonly<Record<string, string>>): Algorithm | undefined {
  const trailer = headers['x-amz-trailer']?.toLowerCase() ?? '';
  return (
    ALGORITHMS.find((algorithm) => headers[checksumHeader(algorithm)] !== undefined) ??
    ALGORITHMS.find((algorithm) => trailer.split(',').some((name) => name.trim() === checksumHeader(algorithm))) ??
    algorithmNamed(headers['x-amz-sdk-checksum-algorithm']) ??
    algorithmNamed(headers['x-amz-checksum-algorithm'])
  );
}

/** Checksum of checksums, as a multipart object has it (`VALUE-PARTS`). */
export function compositeChecksum(algorithm: Algorithm, parts: readonly string[]): string {
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  return `${checksumOf(algorithm, joined)}-${parts.length}`;
}
