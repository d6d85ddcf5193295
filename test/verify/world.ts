import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { createAwsAccess } from '../../src/aws/access.js';
import type { AwsAccess } from '../../src/aws/ports.js';
import { compileConnection } from '../../src/connection/compile.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionFlags, Facts, ResolvedConnection } from '../../src/connection/types.js';
import { statementsOf } from '../../src/policy/documents.js';
import type { PolicyDocument, Statement } from '../../src/policy/types.js';
import { verify } from '../../src/verify/index.js';
import type { Check, ConnectionReport, VerifyOptions } from '../../src/verify/types.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

export const VENDOR = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
export const EXTERNAL_ID = '4f0c6b1e-5a4e-4a0e-9d4b-1d2f3c4b5a69';

/** A sandbox, the customer's administrator, and ways to make a connection by hand, to break it and to verify it. */
export interface VerifyWorld {
  readonly sandbox: TestSandbox;
  readonly admin: AwsAccess;
  readonly iam: IAMClient;
  readonly s3: S3Client;
  /** Every request of `admin` and `as`, as it goes over the wire: `GET /bucket/key?query`. */
  readonly wire: string[];
  as(principal: string): Promise<AwsAccess>;
  /** Nobody: no credentials at all. */
  without(): AwsAccess;
  resolve(flags: ConnectionFlags): Promise<ResolvedConnection>;
  /** Makes everything that the connection wants by plain calls, without a tag; buckets are expected to be there. */
  make(c: ResolvedConnection): Promise<void>;
  bucket(name: string): Promise<void>;
  verify(c: ResolvedConnection, aws: AwsAccess, o?: Partial<VerifyOptions>): Promise<ConnectionReport>;
  close(): Promise<void>;
}

const FACTS: Facts = { account: CUSTOMER, partition: 'aws' };

export async function verifyWorld(options: Parameters<typeof testSandbox>[0] = {}): Promise<VerifyWorld> {
  const sandbox = await testSandbox(options);
  const wire: string[] = [];
  const log = await listeningProxy(sandbox.endpoint, wire);
  const opened: AwsAccess[] = [];
  const access = (env: Readonly<Record<string, string>>): AwsAccess => {
    const aws = createAwsAccess({
      profile: undefined,
      profileFromFlag: false,
      region: 'us-east-1',
      endpointUrl: log.endpoint,
      concurrency: 16,
      env,
    });
    opened.push(aws);
    return aws;
  };
  const admin = access(sandbox.env);
  const credentials = {
    accessKeyId: sandbox.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: sandbox.env.AWS_SECRET_ACCESS_KEY ?? '',
  };
  const client = { endpoint: sandbox.endpoint, region: 'us-east-1', credentials };
  const ports = admin.ports({ region: 'us-east-1' });
  return {
    sandbox,
    admin,
    wire,
    iam: new IAMClient(client),
    s3: new S3Client({ ...client, forcePathStyle: true }),
    without: () =>
      access({
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_CONFIG_FILE: '/dev/null',
      }),
    as: async (principal) => access(await sandbox.envFor(principal)),
    resolve: async (flags) => {
      const [c] = await resolveConnections({ file: undefined, flags, names: [], cwd: '/' });
      if (c === undefined) throw new Error('nothing was resolved');
      return c;
    },
    bucket: (name) => ports.s3.createBucket(name, 'us-east-1', 'BucketOwnerEnforced'),
    make: async (c) => {
      for (const resource of compileConnection(c, FACTS)) {
        await makeByHand(resource, ports);
      }
    },
    verify: async (c, aws, o = {}) => {
      const report = await verify([c], { aws, waitSeconds: 0, ...o });
      const [only] = report.connections;
      if (only === undefined) throw new Error('nothing was verified');
      return only;
    },
    close: async () => {
      for (const aws of opened) aws.close();
      await log.close();
      await sandbox.close();
    },
  };
}

/** Passes every request on and writes it down; the signature holds, as the host that was signed is passed on too. */
async function listeningProxy(endpoint: string, wire: string[]) {
  const { port } = new URL(endpoint);
  const agent = new http.Agent({ keepAlive: false });
  const server = http.createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    wire.push(`${request.method} ${request.url}`);
    const onward = http.request(
      { host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const documentOf = (statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

async function makeByHand(
  resource: ReturnType<typeof compileConnection>[number],
  { iam, s3, s3control, sns }: ReturnType<AwsAccess['ports']>,
): Promise<void> {
  switch (resource.kind) {
    case 'role': {
      const { statements, ...role } = resource.desired;
      await iam.createRole({ ...role, trustPolicy: documentOf(statements), tags: {} });
      return;
    }
    case 'role-policy': {
      const { role, name, statements } = resource.desired;
      const before = statementsOf((await iam.getRolePolicy(role, name)) ?? documentOf([]));
      await iam.putRolePolicy(role, name, documentOf([...before, ...statements]));
      return;
    }
    case 'managed-policy': {
      const { statements, attachTo, ...policy } = resource.desired;
      const arn = await iam.createPolicy({ ...policy, document: documentOf(statements), tags: {} });
      if ('role' in attachTo) await iam.attachRolePolicy(attachTo.role, arn);
      else await iam.attachUserPolicy(attachTo.user, arn);
      return;
    }
    case 'user':
      await iam.createUser({ ...resource.desired, tags: {} });
      return;
    case 'user-policy':
      await iam.putUserPolicy(resource.desired.user, resource.desired.name, documentOf(resource.desired.statements));
      return;
    case 'bucket-policy': {
      const { bucket, statements } = resource.desired;
      const before = statementsOf((await s3.getBucketPolicy(bucket)) ?? documentOf([]));
      await s3.putBucketPolicy(bucket, documentOf([...before, ...statements]));
      return;
    }
    case 'public-access-block':
      await s3.putPublicAccessBlock(resource.desired.bucket, resource.desired.settings);
      return;
    case 'cors':
      await s3.putBucketCors(resource.desired.bucket, resource.desired.rules);
      return;
    case 'access-point':
      await s3control.createAccessPoint(CUSTOMER, resource.desired);
      return;
    case 'access-point-policy':
      await s3control.putAccessPointPolicy(CUSTOMER, resource.desired.name, documentOf(resource.desired.statements));
      return;
    case 'topic':
      await sns.createTopic(resource.desired.name, {});
      return;
    case 'topic-policy':
      await sns.setTopicPolicy(resource.desired.arn, documentOf(resource.desired.statements));
      return;
    case 'notification':
      await s3.putBucketNotification(resource.desired.bucket, {
        TopicConfigurations: resource.desired.configurations,
      });
      return;
    default:
      return;
  }
}

/** The rows that are false, or that nobody could answer though they decide; a denial may stay open without harm. */
export function surprises(report: ConnectionReport): readonly string[] {
  return report.checks
    .filter(({ ok, expect, id }) => ok === false || (ok === null && (expect === 'allow' || id.startsWith('assume.'))))
    .map(({ id, ok, detail }) => `${id} ${ok === null ? 'null' : 'false'}: ${detail}`);
}

export function row(report: ConnectionReport, id: string): Check {
  const found = report.checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no row ${id} among ${report.checks.map((check) => check.id).join(', ')}`);
  return found;
}

/** Ids of the rows that are false and no warning. */
export const broken = (report: ConnectionReport): readonly string[] =>
  report.checks.filter(({ ok, foreign }) => ok === false && foreign !== true).map(({ id }) => id);
