import http from 'node:http';
import https from 'node:https';
import type { S3Client } from '@aws-sdk/client-s3';
import { awsCodeOf, connectionErrorOf, httpStatusOf, translateAwsError } from './errors.js';
import type { ProbeAnswer, ProbePort } from './ports.js';

/** The clients of one probing identity, none of which retries. */
export interface ProbeClients {
  readonly region: string;
  readonly endpoint: string | undefined;
  byName(): Promise<S3Client>;
  /** For access point ARNs, which have a host of their own. */
  byArn(): Promise<S3Client>;
  insecure(): Promise<S3Client>;
  agents(): Promise<{ readonly http: http.Agent; readonly https: https.Agent }>;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** HEAD has no body and some answers no code: what the SDK then puts in the name says nothing. */
const NO_CODES = new Set(['NotFound', 'UnknownError', 'Unknown', 'Error', 'BadRequest', 'Forbidden', '403', '400']);

function succeeded(output: { readonly $metadata: { readonly httpStatusCode?: number } }): ProbeAnswer {
  return { status: output.$metadata.httpStatusCode ?? 200, code: null, message: null, headers: {} };
}

/** What AWS said, as an answer: only a failure that is no HTTP answer at all and no lost connection is thrown. */
function refused(e: unknown, call: string): ProbeAnswer {
  const status = httpStatusOf(e);
  if (status === undefined) {
    const lost = connectionErrorOf(e);
    if (lost === undefined) throw translateAwsError(e, call);
    return { status: 0, code: lost, message: (e as Error).message, headers: {} };
  }
  const code = awsCodeOf(e);
  const headers = (e as { $response?: { headers?: Record<string, string> } }).$response?.headers ?? {};
  return {
    status,
    code: code === undefined || NO_CODES.has(code) ? null : code,
    message: (e as Error).message || null,
    headers,
  };
}

/** Region of an access point ARN or the site's; DNS suffix of its partition. */
async function virtualHost(bucket: string, region: string): Promise<string> {
  const { partition } = await import('@aws-sdk/util-endpoints');
  return `${bucket}.s3.${region}.${partition(region).dnsSuffix}`;
}

function encodeKey(key: string): string {
  return key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

/** Raw answers of the object calls, as one identity; nothing is retried, nothing translated. */
export function createProbePort(open: ProbeClients): ProbePort {
  const clientFor = (bucket: string): Promise<S3Client> => (bucket.startsWith('arn:') ? open.byArn() : open.byName());

  async function send<O extends { readonly $metadata: { readonly httpStatusCode?: number } }, X extends object>(
    bucket: string,
    call: string,
    ask: (client: S3Client, sdk: Sdk) => Promise<O>,
    more: (output: O | undefined) => X,
    client: Promise<S3Client> = clientFor(bucket),
  ): Promise<ProbeAnswer & X> {
    try {
      const [ready, sdk] = await Promise.all([client, import('@aws-sdk/client-s3')]);
      const output = await ask(ready, sdk);
      return { ...succeeded(output), ...more(output) };
    } catch (e) {
      return { ...refused(e, call), ...more(undefined) };
    }
  }
  const none = () => ({});

  async function read(bucket: string, key: string, client: Promise<S3Client>): Promise<ProbeAnswer> {
    return send(
      bucket,
      's3:GetObject',
      async (c, sdk) => {
        const output = await c.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        // The answer counts, not the content: the connection is freed without reading on.
        const body = output.Body as { destroy?: () => void } | undefined;
        body?.destroy?.();
        return output;
      },
      none,
      client,
    );
  }

  return {
    headBucket: (bucket) =>
      send(bucket, 's3:ListBucket', (c, sdk) => c.send(new sdk.HeadBucketCommand({ Bucket: bucket })), none),
    getBucketLocation: (bucket) =>
      send(
        bucket,
        's3:GetBucketLocation',
        (c, sdk) => c.send(new sdk.GetBucketLocationCommand({ Bucket: bucket })),
        none,
      ),
    listOne: (bucket, prefix) =>
      send(
        bucket,
        's3:ListBucket',
        (c, sdk) => c.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 })),
        (output) => ({ key: output?.Contents?.[0]?.Key ?? null }),
      ),
    head: (bucket, key) =>
      send(bucket, 's3:GetObject', (c, sdk) => c.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key })), none),
    get: (bucket, key) => read(bucket, key, clientFor(bucket)),
    put: (bucket, key, body) =>
      send(
        bucket,
        's3:PutObject',
        (c, sdk) =>
          c.send(
            new sdk.PutObjectCommand({
              Bucket: bucket,
              Key: key,
              Body: body,
              ContentType: 'text/plain',
              IfNoneMatch: '*',
            }),
          ),
        (output) => ({ versionId: output?.VersionId ?? null }),
      ),
    putAcl: (bucket, key) =>
      send(
        bucket,
        's3:PutObjectAcl',
        (c, sdk) => c.send(new sdk.PutObjectAclCommand({ Bucket: bucket, Key: key, ACL: 'bucket-owner-full-control' })),
        none,
      ),
    remove: (bucket, key, versionId) =>
      send(
        bucket,
        versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
        (c, sdk) =>
          c.send(
            new sdk.DeleteObjectCommand({
              Bucket: bucket,
              Key: key,
              ...(versionId === undefined ? {} : { VersionId: versionId }),
            }),
          ),
        // Whether a versioned bucket made a marker of it, which has to be removed as well.
        (output): Partial<Pick<ProbeAnswer, 'headers'>> =>
          output?.DeleteMarker === true
            ? { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': output.VersionId ?? 'null' } }
            : {},
      ),
    createMultipart: (bucket, key) =>
      send(
        bucket,
        's3:PutObject',
        (c, sdk) => c.send(new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key: key })),
        (output) => ({ uploadId: output?.UploadId ?? null }),
      ),
    abortMultipart: (bucket, key, uploadId) =>
      send(
        bucket,
        's3:AbortMultipartUpload',
        (c, sdk) => c.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })),
        none,
      ),
    putInvalidPolicy: (bucket) =>
      send(
        bucket,
        's3:PutBucketPolicy',
        (c, sdk) => c.send(new sdk.PutBucketPolicyCommand({ Bucket: bucket, Policy: 'this is no policy' })),
        none,
      ),
    getInsecure: (bucket, key) => read(bucket, key, open.insecure()),
    async browser(bucket, key, request) {
      const base =
        open.endpoint === undefined
          ? `https://${await virtualHost(bucket, open.region)}/`
          : `${open.endpoint.replace(/\/+$/, '')}/${bucket}/`;
      const url = new URL(`${base}${encodeKey(key)}`);
      const agents = await open.agents();
      const plain = url.protocol === 'http:';
      return new Promise((resolve) => {
        const sent = (plain ? http : https).request(
          url,
          {
            method: request.method,
            headers: request.headers,
            agent: plain ? agents.http : agents.https,
            timeout: 30_000,
          },
          (answer) => {
            const chunks: Buffer[] = [];
            let size = 0;
            answer.on('data', (chunk: Buffer) => {
              size += chunk.length;
              if (size <= 65_536) chunks.push(chunk);
              // A media file is not downloaded to learn its headers.
              else answer.destroy();
            });
            const done = (): void => {
              const status = answer.statusCode ?? 0;
              const text = status >= 400 ? Buffer.concat(chunks).toString('utf8') : '';
              resolve({
                status,
                code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? null,
                message: /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? null,
                headers: Object.fromEntries(
                  Object.entries(answer.headers).map(([name, value]) => [
                    name,
                    Array.isArray(value) ? value.join(', ') : (value ?? ''),
                  ]),
                ),
              });
            };
            answer.on('close', done);
          },
        );
        sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
        sent.on('error', (e: NodeJS.ErrnoException) =>
          resolve({ status: 0, code: e.code ?? 'Error', message: e.message, headers: {} }),
        );
        sent.end();
      });
    },
  };
}
