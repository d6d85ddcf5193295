import { currentVersion } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import type { S3Call } from './call.js';
import { announce } from './events.js';
import { checkWrite } from './preconditions.js';
import { addVersion, versionHeader } from './versions.js';
import { authorizeWrite, checksumOfBody, etagOf, writtenHeaders } from './write-headers.js';

/** PutObject. */
export async function putObject(call: S3Call): Promise<WireResponse> {
  const { bucket, key, request, world } = call;
  const written = authorizeWrite(call, true);
  const checksum = checksumOfBody(call);
  checkWrite(request.headers, currentVersion(bucket, key));
  const version = addVersion(world, bucket, key, {
    ...written,
    headers: { 'content-type': 'binary/octet-stream', ...written.headers },
    deleteMarker: false,
    body: request.body,
    etag: etagOf(request.body),
    modified: new Date(world.clock()),
    checksum,
    partSizes: undefined,
  });
  await announce(call, 's3:ObjectCreated:Put', key, version);
  return { status: 200, headers: { ...writtenHeaders(version), ...versionHeader(bucket, version) } };
}
