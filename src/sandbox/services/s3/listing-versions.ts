import type { Bucket, ObjectVersion } from '../../store/buckets.js';
import type { WireResponse } from '../../types.js';
import { authorize, ownerOf } from './authorize.js';
import { type S3Call, xmlResponse } from './call.js';
import { authorizeList, facts, ownerElement, prefixes, readList } from './list-request.js';
import { byUtf8, pageOf } from './pages.js';
import { document, element, optional } from './xml.js';

interface Listed {
  readonly key: string;
  readonly version: ObjectVersion;
  readonly latest: boolean;
}

function allVersions(bucket: Bucket): readonly Listed[] {
  return [...bucket.objects.keys()].sort(byUtf8).flatMap((key) => {
    const versions = bucket.objects.get(key) ?? [];
    return versions.map((version, index) => ({ key, version, latest: index === versions.length - 1 })).reverse();
  });
}

/** ListObjectVersions, delete markers among them. */
export function listVersions(call: S3Call): WireResponse {
  const list = readList(call, 'max-keys');
  authorizeList(call, 's3:ListBucketVersions');
  const { query } = call.request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  const all = allVersions(call.bucket);
  const at =
    idMarker === '' ? -1 : all.findIndex((item) => item.key === keyMarker && item.version.versionId === idMarker);
  const page = pageOf(at < 0 ? all : all.slice(at + 1), (item) => item.key, {
    ...list,
    after: at < 0 ? keyMarker : '',
  });
  const last = page.items.at(-1);
  return xmlResponse(
    document(
      'ListVersionsResult',
      element('Name', call.bucketName),
      element('Prefix', list.encode(list.prefix)),
      element('KeyMarker', list.encode(keyMarker)),
      element('VersionIdMarker', idMarker),
      page.truncated ? element('NextKeyMarker', list.encode(page.last)) : undefined,
      page.truncated && last?.key === page.last ? element('NextVersionIdMarker', last.version.versionId) : undefined,
      element('MaxKeys', list.max),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('IsTruncated', page.truncated),
      page.items.map(({ key, version, latest }) =>
        element(
          version.deleteMarker ? 'DeleteMarker' : 'Version',
          element('Key', list.encode(key)),
          element('VersionId', version.versionId),
          element('IsLatest', latest),
          version.deleteMarker ? element('LastModified', version.modified.toISOString()) : facts(version),
          ownerElement(call, ownerOf(call, version)),
        ),
      ),
      prefixes(list, page),
    ),
  );
}

/** ListMultipartUploads. Its action carries none of the listing's condition keys. */
export function listUploads(call: S3Call): WireResponse {
  const list = readList(call, 'max-uploads');
  authorize(call, 's3:ListBucketMultipartUploads');
  const { query } = call.request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const all = [...call.bucket.uploads.values()].sort(
    (a, b) => byUtf8(a.key, b.key) || a.initiated.getTime() - b.initiated.getTime(),
  );
  const at = idMarker === '' ? -1 : all.findIndex((upload) => upload.id === idMarker);
  const page = pageOf(at < 0 ? all : all.slice(at + 1), (upload) => upload.key, {
    ...list,
    after: at < 0 ? keyMarker : '',
  });
  return xmlResponse(
    document(
      'ListMultipartUploadsResult',
      element('Bucket', call.bucketName),
      element('KeyMarker', list.encode(keyMarker)),
      element('UploadIdMarker', idMarker),
      page.truncated ? element('NextKeyMarker', list.encode(page.last)) : undefined,
      page.truncated ? element('NextUploadIdMarker', page.items.at(-1)?.id ?? '') : undefined,
      element('Prefix', list.encode(list.prefix)),
      list.delimiter === '' ? undefined : element('Delimiter', list.encode(list.delimiter)),
      optional('EncodingType', list.encoding),
      element('MaxUploads', list.max),
      element('IsTruncated', page.truncated),
      page.items.map((upload) =>
        element(
          'Upload',
          element('Key', list.encode(upload.key)),
          element('UploadId', upload.id),
          element('Initiator', element('ID', upload.initiator)),
          ownerElement(call, upload.owner),
          element('StorageClass', upload.storageClass),
          element('Initiated', upload.initiated.toISOString()),
          optional('ChecksumAlgorithm', upload.checksumAlgorithm),
          optional('ChecksumType', upload.checksumType),
        ),
      ),
      prefixes(list, page),
    ),
  );
}
