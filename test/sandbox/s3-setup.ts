import { Agent } from 'node:http';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { SNSClient } from '@aws-sdk/client-sns';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';

export const ACCOUNT = '111122223333';
export const STRANGER = '999988887777';

interface ClientOptions {
  readonly region?: string;
  readonly pathStyle?: boolean;
}

/** A sandbox with SDK clients for anybody in it. */
export interface S3Sandbox {
  readonly sandbox: RunningSandbox;
  /** The administrator of the sandbox's account. */
  readonly admin: S3Client;
  readonly iam: IAMClient;
  readonly sns: SNSClient;
  readonly control: S3ControlClient;
  s3(principal: string, options?: ClientOptions): Promise<S3Client>;
  controlOf(principal: string): Promise<S3ControlClient>;
  /** A request without signature. */
  anonymous(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Answers 127.0.0.1 for every name, so that host names of buckets and access points lead to the sandbox. */
function loopbackHandler(): NodeHttpHandler {
  const httpAgent = new Agent({
    keepAlive: true,
    lookup: (_host, options, done) => {
      if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
  });
  return new NodeHttpHandler({ httpAgent });
}

export async function startS3Sandbox(): Promise<S3Sandbox> {
  const sandbox = await startSandbox({ seed: 1 });
  const named = sandbox.endpoint.replace('127.0.0.1', 'localhost');
  const adminKeys = {
    accessKeyId: sandbox.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: sandbox.env.AWS_SECRET_ACCESS_KEY ?? '',
  };
  const common = { region: 'us-east-1', endpoint: sandbox.endpoint, maxAttempts: 1 };
  const s3With = (
    credentials: typeof adminKeys,
    { region = 'us-east-1', pathStyle = true }: ClientOptions = {},
  ): S3Client =>
    new S3Client({
      ...common,
      region,
      credentials,
      ...(pathStyle
        ? { forcePathStyle: true }
        : { endpoint: named, forcePathStyle: false, useArnRegion: true, requestHandler: loopbackHandler() }),
    });
  const controlWith = (credentials: typeof adminKeys): S3ControlClient =>
    new S3ControlClient({ ...common, endpoint: named, credentials, requestHandler: loopbackHandler() });
  return {
    sandbox,
    admin: s3With(adminKeys),
    iam: new IAMClient({ ...common, credentials: adminKeys }),
    sns: new SNSClient({ ...common, credentials: adminKeys }),
    control: controlWith(adminKeys),
    s3: async (principal, options) =>
      s3With(principal === 'admin' ? adminKeys : await sandbox.credentialsFor(principal), options),
    controlOf: async (principal) => controlWith(await sandbox.credentialsFor(principal)),
    anonymous: (path, init) => fetch(`${sandbox.endpoint}${path}`, init),
    close: () => sandbox.close(),
  };
}

/** The error's name and status, for comparing. */
export async function failure(call: Promise<unknown>): Promise<{ name: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const known = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name: known.name, status: known.$metadata?.httpStatusCode ?? 0, message: known.message };
  }
  throw new Error('the call succeeded');
}

export function role(name: string, account = ACCOUNT): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

export function user(name: string, account = ACCOUNT): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

export function policyOf(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
