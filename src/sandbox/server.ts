import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { S3ConnectError } from '../errors.js';
import { type Admin, createAdmin, handleAdmin } from './admin.js';
import { createDecide } from './decide.js';
import type { RunningSandbox, SandboxOptions } from './index.js';
import { ANONYMOUS, authenticate } from './protocol/authenticate.js';
import { errorAnswer } from './protocol/errors.js';
import { NAMESPACES } from './protocol/namespaces.js';
import type { RawRequest } from './protocol/raw-request.js';
import { dialectOf, type Service, serviceOf } from './protocol/routing.js';
import { uriDecode } from './protocol/sigv4.js';
import { createRandom } from './store/random.js';
import type { World } from './store/types.js';
import { createWorld } from './store/world.js';
import { WireError, type WireRequest, type WireResponse } from './types.js';

type Handler = (request: WireRequest, world: World) => Promise<WireResponse>;

// Each service is loaded at its first request: the sandbox is up before any of them is needed.
const HANDLERS: Readonly<Record<Service, () => Promise<Handler>>> = {
  iam: async () => (await import('./services/iam/index.js')).handleIam,
  sts: async () => (await import('./services/sts/index.js')).handleSts,
  sns: async () => (await import('./services/sns/index.js')).handleSns,
  s3: async () => (await import('./services/s3/index.js')).handleS3,
  s3control: async () => (await import('./services/s3control/index.js')).handleS3Control,
};

const UNSIGNED: Readonly<Record<string, ReadonlySet<string>>> = {
  sns: new Set(['ConfirmSubscription', 'Unsubscribe']),
  sts: new Set(['AssumeRoleWithWebIdentity']),
};
const HOST_ID = randomBytes(32).toString('base64');
const FIRST_REQUEST = randomBytes(6).readUIntBE(0, 6);
let requests = 0;

/** 16 digits, different for each request of this process: true randomness for each would cost more than a decision. */
function nextRequestId(): string {
  requests += 1;
  return (FIRST_REQUEST + requests).toString(16).toUpperCase().padStart(16, '0');
}
const CHECKSUM_TRAILER = /^x-amz-checksum-/;

/** Binds the port and answers. @throws S3ConnectError BadUsage where the port is taken */
export async function startServer(options: SandboxOptions): Promise<RunningSandbox> {
  const account = options.account ?? '111122223333';
  const region = options.region ?? 'us-east-1';
  if (!/^\d{12}$/.test(account)) {
    throw new S3ConnectError('BadUsage', `${account} is no account id: it has 12 digits`, { path: '--account' });
  }
  const world = createWorld({
    account,
    region,
    propagationSeconds: options.propagationSeconds ?? 0,
    random: createRandom(options.seed ?? randomBytes(4).readUInt32BE()),
    decide: createDecide(),
    clock: options.clock ?? Date.now,
  });
  const admin = createAdmin(world);
  const latency = options.latencyMs ?? 0;

  const server = createServer((request, response) => {
    void answer(request, world, admin, latency)
      .catch((error: unknown) => failure(error))
      .then((result) => send(response, result, request.method === 'HEAD'))
      // An answer that HTTP can't carry must not take the sandbox down with it.
      .catch(() => response.destroy());
  });
  // A client that keeps a connection for its next call must never find it closed meanwhile.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, options.port)));
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  world.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    endpoint: world.endpoint,
    account,
    region,
    env: {
      AWS_ENDPOINT_URL: world.endpoint,
      AWS_ACCESS_KEY_ID: admin.administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: admin.administrator.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    credentialsFor: async (principal) => admin.credentialsFor(principal),
    close: async () => {
      const { stopDeliveries } = await import('./services/sns/deliver.js');
      await stopDeliveries(world);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function bindError(error: NodeJS.ErrnoException, port: number | undefined): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  return new S3ConnectError('BadUsage', `port ${port} can't be used: ${error.code}`, {
    path: '--port',
    hint: 'leave --port out for a free one',
    cause: error,
  });
}

async function answer(message: IncomingMessage, world: World, admin: Admin, latency: number): Promise<WireResponse> {
  const raw = await readRequest(message);
  const mark = raw.url.indexOf('?');
  const rawPath = mark < 0 ? raw.url : raw.url.slice(0, mark);
  const path = rawPath.includes('%') ? uriDecode(rawPath) : rawPath;
  if (path.startsWith('/_sandbox/')) return handleAdmin(admin, raw.method, path, raw.body);
  if (latency > 0) await pause(latency);

  const service = serviceOf(raw, path);
  const dialect = dialectOf(service);
  const isQuery = dialect === 'query';
  const requestId = isQuery ? randomUUID() : nextRequestId();
  const hostId = isQuery ? '' : HOST_ID;
  const ids: Readonly<Record<string, string>> = isQuery
    ? { 'x-amzn-requestid': requestId }
    : { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId, server: 'AmazonS3' };
  try {
    if (service === undefined) {
      throw new WireError('UnknownOperationException', 404, 'The sandbox has IAM, STS, S3, S3 Control and SNS only');
    }
    const request = identified(raw, rawPath, path, service, world, requestId, message.socket.remoteAddress);
    const handle = await HANDLERS[service]();
    const result = await handle(request, world);
    const type = isQuery ? { 'content-type': 'text/xml' } : {};
    return { ...result, headers: { ...type, ...ids, ...result.headers } };
  } catch (error) {
    const known =
      error instanceof WireError
        ? error
        : new WireError('InternalError', 500, `The sandbox failed: ${error instanceof Error ? error.stack : error}`);
    const result = errorAnswer(known, dialect, namespaceOf(service), requestId, hostId);
    return { ...result, headers: { ...ids, ...result.headers } };
  }
}

function namespaceOf(service: Service | undefined): string {
  return service === 'iam' || service === 'sts' || service === 'sns' ? NAMESPACES[service] : '';
}

function identified(
  raw: RawRequest,
  rawPath: string,
  path: string,
  service: Service,
  world: World,
  requestId: string,
  sourceIp: string | undefined,
): WireRequest {
  // A browser's preflight has the query of the presigned URL that it is for, whose signature is of another method:
  // S3 doesn't look at it (S3 User Guide, "Troubleshooting CORS").
  const unsigned =
    (service === 's3' && raw.method === 'OPTIONS') ||
    (raw.headers.authorization === undefined && UNSIGNED[service]?.has(actionOf(raw)) === true);
  const who = unsigned
    ? { caller: ANONYMOUS, region: world.region, body: raw.body, trailers: {} }
    : authenticate(raw, world, dialectOf(service));
  return {
    method: raw.method,
    path,
    rawPath,
    query: raw.query,
    headers: decodedHeaders(raw.headers, who.trailers, who.body),
    host: raw.headers.host ?? '',
    body: who.body,
    caller: who.caller,
    region: who.region,
    secure: raw.headers['x-sandbox-insecure'] !== '1',
    requestId,
    ...(sourceIp === undefined ? {} : { sourceIp }),
  };
}

function actionOf(raw: RawRequest): string {
  return raw.query.get('Action') ?? new URLSearchParams(raw.body.toString('utf8')).get('Action') ?? '';
}

/** Headers as if the body hadn't been streamed: no aws-chunked, trailing checksums among the others. */
function decodedHeaders(
  headers: Readonly<Record<string, string>>,
  trailers: Readonly<Record<string, string>>,
  body: Buffer,
): Readonly<Record<string, string>> {
  const encoding = headers['content-encoding'];
  if (encoding === undefined && Object.keys(trailers).length === 0 && !('x-amz-decoded-content-length' in headers)) {
    return headers;
  }
  const out: Record<string, string> = { ...headers, 'content-length': String(body.length) };
  const encodings = (encoding ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked');
  if (encodings.length > 0) out['content-encoding'] = encodings.join(',');
  else delete out['content-encoding'];
  for (const [name, value] of Object.entries(trailers)) if (CHECKSUM_TRAILER.test(name)) out[name] = value;
  return out;
}

async function readRequest(message: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  // A client behind a proxy setting sends the absolute form.
  const url = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '') || '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: message.method ?? 'GET',
    url: url.startsWith('/') ? url : `/${url}`,
    rawHeaders: message.rawHeaders,
    headers,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
  };
}

function failure(error: unknown): WireResponse {
  return { status: 500, body: `The sandbox failed: ${error instanceof Error ? error.message : String(error)}\n` };
}

function send(response: ServerResponse, result: WireResponse, head: boolean): void {
  const { status, headers = {}, body } = result;
  const bodyless = status === 204 || status === 304;
  const content = body === undefined || bodyless ? undefined : typeof body === 'string' ? Buffer.from(body) : body;
  if (response.destroyed) return;
  response.writeHead(status, {
    ...(bodyless ? {} : { 'content-length': String(content?.length ?? 0) }),
    ...headers,
  });
  response.end(head ? undefined : content);
}
