import type { ObjectVersion } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { type S3Call, xmlResponse } from './call.js';
import { s3Error } from './errors.js';
import { lockHeaders } from './object-retention.js';
import { checkRead } from './preconditions.js';
import { type ByteRange, parseRange, partRange } from './ranges.js';
import { readTarget } from './read-target.js';
import { versionHeader } from './versions.js';
import { checksumHeaders, ENCRYPTED } from './write-headers.js';
import { document, element, optional } from './xml.js';

const OVERRIDES = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

function overrides(call: S3Call): Readonly<Record<string, string>> {
  const asked = OVERRIDES.flatMap((name) => {
    const value = call.request.query.get(name);
    return value === null ? [] : [[name.slice('response-'.length), value] as const];
  });
  if (asked.length > 0 && call.request.caller.arn === '*') {
    throw s3Error('InvalidRequest', {
      message: 'Request specific response headers cannot be used for anonymous GET requests.',
    });
  }
  return Object.fromEntries(asked);
}

function factsOf(call: S3Call, version: ObjectVersion): Readonly<Record<string, string>> {
  return {
    ...version.headers,
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    etag: version.etag,
    'last-modified': version.modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...ENCRYPTED,
    ...(version.storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': version.storageClass }),
    ...(version.tags.size === 0 ? {} : { 'x-amz-tagging-count': String(version.tags.size) }),
    ...lockHeaders(call, version),
    ...versionHeader(call.bucket, version),
  };
}

function wantedRange(call: S3Call, version: ObjectVersion): ByteRange | undefined {
  const part = call.request.query.get('partNumber');
  const { range } = call.request.headers;
  if (part === null) return parseRange(range, version.body.length);
  if (range !== undefined) {
    throw s3Error('InvalidRequest', { message: 'Cannot specify both Range header and partNumber query parameter' });
  }
  if (!/^\d+$/.test(part) || Number(part) < 1 || Number(part) > 10_000) {
    throw s3Error('InvalidArgument', { message: 'Part number must be an integer between 1 and 10000, inclusive' });
  }
  return partRange(version.partSizes, version.body.length, Number(part));
}

/** GetObject and HeadObject: s3:GetObject decides both, s3:GetObjectVersion where a version is named. */
export function getObject(call: S3Call): WireResponse {
  const { query, headers, method } = call.request;
  const version = readTarget(
    call,
    { plain: 's3:GetObject', versioned: 's3:GetObjectVersion' },
    query.get('versionId') ?? undefined,
  );
  const facts = factsOf(call, version);
  if (checkRead(headers, version)) {
    return { status: 304, headers: { etag: version.etag, 'last-modified': facts['last-modified'] ?? '' } };
  }
  const range = wantedRange(call, version);
  const size = version.body.length;
  const body = range === undefined ? version.body : version.body.subarray(range.start, range.end + 1);
  const whole = body.length === size;
  const partCount = query.has('partNumber') && version.partSizes !== undefined ? version.partSizes.length : undefined;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...facts,
      ...overrides(call),
      ...(whole && headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
        ? checksumHeaders(version.checksum)
        : {}),
      ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
      ...(partCount === undefined ? {} : { 'x-amz-mp-parts-count': String(partCount) }),
      'content-length': String(body.length),
    },
    ...(method === 'HEAD' ? {} : { body }),
  };
}

/** GetObjectAttributes: s3:GetObject and s3:GetObjectAttributes. */
export function getObjectAttributes(call: S3Call): WireResponse {
  const versionId = call.request.query.get('versionId') ?? undefined;
  readTarget(call, { plain: 's3:GetObject', versioned: 's3:GetObjectVersion' }, versionId);
  const version = readTarget(
    call,
    { plain: 's3:GetObjectAttributes', versioned: 's3:GetObjectVersionAttributes' },
    versionId,
  );
  const wanted = new Set((call.request.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim()));
  const { checksum } = version;
  return xmlResponse(
    document(
      'GetObjectAttributesResponse',
      wanted.has('ETag') ? element('ETag', version.etag.replaceAll('"', '')) : undefined,
      wanted.has('Checksum') && checksum !== undefined
        ? element(
            'Checksum',
            element(`Checksum${checksum.algorithm}`, checksum.value),
            element('ChecksumType', checksum.type),
          )
        : undefined,
      wanted.has('ObjectParts') && version.partSizes !== undefined
        ? element('ObjectParts', element('PartsCount', version.partSizes.length))
        : undefined,
      optional('StorageClass', wanted.has('StorageClass') ? version.storageClass : undefined),
      optional('ObjectSize', wanted.has('ObjectSize') ? version.body.length : undefined),
    ),
    { 'last-modified': version.modified.toUTCString(), ...versionHeader(call.bucket, version) },
  );
}
