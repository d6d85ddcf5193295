import { WireError } from '../types.js';
import { chunkSignature, sameText, sha256 } from './sigv4.js';

/** What the signature of a streamed body's chunks is chained to. */
export interface ChunkSeed {
  readonly key: Buffer;
  readonly timestamp: string;
  readonly scope: string;
  readonly signature: string;
}

export interface DecodedBody {
  readonly body: Buffer;
  /** Trailing headers, lower-case names. */
  readonly trailers: Readonly<Record<string, string>>;
}

const EMPTY_HASH = sha256('');

function incomplete(): WireError {
  return new WireError('IncompleteBody', 400, 'The request body terminated unexpectedly');
}

function badChunk(): WireError {
  return new WireError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

/**
 * Takes an `aws-chunked` body apart ("Signature calculations for the authorization header: transferring payload in
 * multiple chunks" and "… including trailing headers" of the S3 API Reference).
 *
 * @param seed where chunks are signed (STREAMING-AWS4-HMAC-SHA256-PAYLOAD and its -TRAILER form), else undefined
 * @throws WireError IncompleteBody, SignatureDoesNotMatch
 */
export function decodeChunked(raw: Buffer, seed: ChunkSeed | undefined): DecodedBody {
  const chunks: Buffer[] = [];
  let at = 0;
  let previous = seed?.signature ?? '';
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    if (end < 0) throw incomplete();
    const [sizeText = '', ...extensions] = raw.toString('latin1', at, end).split(';');
    if (!/^[0-9a-fA-F]+$/.test(sizeText)) throw incomplete();
    const size = Number.parseInt(sizeText, 16);
    const start = end + 2;
    if (start + size > raw.length) throw incomplete();
    const data = raw.subarray(start, start + size);
    if (seed !== undefined) {
      const given = extensions.find((text) => text.startsWith('chunk-signature='))?.slice(16) ?? '';
      const text = `AWS4-HMAC-SHA256-PAYLOAD\n${seed.timestamp}\n${seed.scope}\n${previous}\n${EMPTY_HASH}\n${sha256(data)}`;
      const expected = chunkSignature(seed.key, text);
      if (!sameText(expected, given)) throw badChunk();
      previous = expected;
    }
    at = start + size;
    if (size === 0) break;
    chunks.push(data);
    if (raw.toString('latin1', at, at + 2) !== '\r\n') throw incomplete();
    at += 2;
  }
  const trailers = readTrailers(raw.toString('latin1', at));
  const signature = trailers['x-amz-trailer-signature'];
  delete trailers['x-amz-trailer-signature'];
  if (seed !== undefined && (signature !== undefined || Object.keys(trailers).length > 0)) {
    const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
    const text = `AWS4-HMAC-SHA256-TRAILER\n${seed.timestamp}\n${seed.scope}\n${previous}\n${sha256(lines.join(''))}`;
    if (!sameText(chunkSignature(seed.key, text), signature ?? '')) throw badChunk();
  }
  return { body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), trailers };
}

function readTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}
