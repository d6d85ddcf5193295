import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Connect } from './call.js';
import { addHeader, anonymous, type CredentialsOrProvider, recordCalls, silenceNodeNotice } from './clients.js';
import { credentialSource } from './credentials.js';
import { endpointOf, namedEndpoint, type ServiceName } from './endpoints.js';
import { createIamPort } from './iam.js';
import type { AwsAccess, AwsPorts, AwsSettings, ProbePort } from './ports.js';
import { createProbePort, type ProbeClients } from './probe.js';
import { createS3Port } from './s3.js';
import { createS3ControlPort } from './s3control.js';
import { createSnsPort } from './sns.js';
import { createStsPort } from './sts.js';
import { createTransport } from './transport.js';

/** Credentials with a key: clients of the same key, service and region are one. */
interface Identity {
  readonly key: string;
  readonly profile: string | undefined;
  provider(): Promise<CredentialsOrProvider>;
}

interface ClientOptions {
  /** Names under the endpoint's host must resolve: S3 Control and access point ARNs. */
  readonly named?: boolean;
  readonly attempts?: number;
  readonly anonymous?: boolean;
  /** Plain http against AWS; the sandbox's header where the endpoint is plain http anyway. */
  readonly insecure?: boolean;
}

const PROBE_ATTEMPTS = 1;
const ATTEMPTS = 4;

/**
 * Hands out the ports of one run. Nothing of the SDK is loaded, and no credentials are looked for, before a port's
 * first call. Retries are the SDK's standard mode (throttling, 5xx, connection failures).
 */
export function createAwsAccess(settings: AwsSettings): AwsAccess {
  const { env } = settings;
  const transport = createTransport(env, settings.concurrency);
  const clients = new Map<string, Promise<unknown>>();
  const ports = new Map<string, AwsPorts>();
  const providers = new Map<string, Promise<CredentialsOrProvider>>();
  const opened: { destroy(): void }[] = [];

  function credentialsOf(identity: Identity): Promise<CredentialsOrProvider> {
    let found = providers.get(identity.key);
    if (found === undefined) {
      found = identity.provider();
      providers.set(identity.key, found);
    }
    return found;
  }

  async function configuration(service: ServiceName, region: string, identity: Identity, o: ClientOptions) {
    silenceNodeNotice();
    const configured = endpointOf(service, settings.endpointUrl, env);
    const endpoint =
      configured === undefined
        ? undefined
        : o.named === true
          ? namedEndpoint(configured)
          : { url: configured, address: undefined };
    const [requestHandler, credentials] = await Promise.all([
      transport.handler(endpoint?.address),
      o.anonymous === true ? undefined : credentialsOf(identity),
    ]);
    return {
      region,
      requestHandler,
      retryMode: 'standard',
      maxAttempts: o.attempts ?? ATTEMPTS,
      ...(credentials === undefined ? {} : { credentials }),
      ...(o.anonymous === true ? anonymous() : {}),
      ...(endpoint === undefined ? {} : { endpoint: endpoint.url }),
      ...(o.insecure === true && endpoint === undefined ? { tls: false } : {}),
    };
  }

  /** One client per service, region, credentials and options. */
  function client<C extends { destroy(): void }>(
    service: ServiceName,
    region: string,
    identity: Identity,
    o: ClientOptions,
    make: (config: Awaited<ReturnType<typeof configuration>>) => Promise<C>,
  ): Promise<C> {
    const key = JSON.stringify([service, region, o.anonymous === true ? '' : identity.key, o]);
    let found = clients.get(key) as Promise<C> | undefined;
    if (found === undefined) {
      found = configuration(service, region, identity, o)
        .then(make)
        .then((made) => {
          opened.push(made);
          return made;
        });
      clients.set(key, found);
    }
    return found;
  }

  function record<C extends { middlewareStack: { use(plugin: never): void } }>(made: C, service: string): C {
    if (settings.onCall !== undefined) made.middlewareStack.use(recordCalls(settings.onCall, service) as never);
    return made;
  }

  function connect<C>(identity: Identity, open: () => Promise<C>): Connect<C> {
    return Object.assign(open, { profile: identity.profile });
  }

  async function s3Client(region: string, identity: Identity, o: ClientOptions) {
    const custom = endpointOf('s3', settings.endpointUrl, env);
    return client('s3', region, identity, o, async (config) => {
      const { S3Client } = await import('@aws-sdk/client-s3');
      const made = new S3Client({
        ...config,
        // A custom endpoint has no name per bucket; an access point ARN takes no path style ("named").
        forcePathStyle: custom !== undefined && o.named !== true,
        useArnRegion: true,
        ...(custom === undefined
          ? {}
          : { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
      } as S3ClientConfig);
      if (o.insecure === true && custom !== undefined)
        made.middlewareStack.use(addHeader('x-sandbox-insecure', '1') as never);
      return record(made, 's3');
    });
  }

  function portsOf(region: string, identity: Identity): AwsPorts {
    const key = `${region}|${identity.key}`;
    const known = ports.get(key);
    if (known !== undefined) return known;
    const made: AwsPorts = {
      region,
      iam: createIamPort(
        connect(identity, () =>
          client('iam', region, identity, {}, async (config) => {
            const { IAMClient } = await import('@aws-sdk/client-iam');
            return record(new IAMClient(config), 'iam');
          }),
        ),
      ),
      sts: createStsPort(
        connect(identity, () =>
          client('sts', region, identity, {}, async (config) => {
            const { STSClient } = await import('@aws-sdk/client-sts');
            return record(new STSClient(config), 'sts');
          }),
        ),
      ),
      s3: createS3Port(connect(identity, () => s3Client(region, identity, {}))),
      s3control: createS3ControlPort(
        connect(identity, () =>
          client('s3-control', region, identity, { named: true }, async (config) => {
            const { S3ControlClient } = await import('@aws-sdk/client-s3-control');
            return record(new S3ControlClient(config), 's3control');
          }),
        ),
      ),
      sns: createSnsPort(
        connect(identity, () =>
          client('sns', region, identity, {}, async (config) => {
            const { SNSClient } = await import('@aws-sdk/client-sns');
            return record(new SNSClient(config), 'sns');
          }),
        ),
      ),
    };
    ports.set(key, made);
    return made;
  }

  function regionOf(region: string | undefined): string {
    return region || settings.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  }

  function staticIdentity(credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }): Identity {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    return {
      key: `static:${accessKeyId}`,
      profile: undefined,
      provider: async () => ({ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }),
    };
  }

  return {
    ports: (site) => portsOf(regionOf(site.region), credentialSource(settings, site.profile, site.ownProfile)),
    portsAs: (site, credentials) => portsOf(regionOf(site.region), staticIdentity(credentials)),
    probe(site, as): ProbePort {
      const region = regionOf(site.region);
      const identity =
        as === 'anonymous' || as === 'caller'
          ? credentialSource(settings, site.profile, site.ownProfile)
          : staticIdentity(as);
      const nobody = as === 'anonymous' ? { anonymous: true } : {};
      const open: ProbeClients = {
        region,
        endpoint: endpointOf('s3', settings.endpointUrl, env),
        byName: () => s3Client(region, identity, { ...nobody, attempts: PROBE_ATTEMPTS }),
        byArn: () => s3Client(region, identity, { ...nobody, attempts: PROBE_ATTEMPTS, named: true }),
        insecure: () => s3Client(region, identity, { ...nobody, attempts: PROBE_ATTEMPTS, insecure: true }),
        agents: () => transport.agents(),
      };
      return createProbePort(open);
    },
    close() {
      for (const one of opened) one.destroy();
      transport.close();
    },
  };
}
