import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { S3ConnectError } from '../errors.js';
import type { Environment } from './endpoints.js';
import { hasProxy, proxyFor } from './proxy.js';

/** Resolves every name to one address; `options.all` is how Node's agents ask since 20. */
export function fixedLookup(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4;
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

export interface Transport {
  /** A request handler of the SDK on kept-alive connections; `address` fixes what names resolve to. */
  handler(address?: string): Promise<NodeHttpHandler>;
  agents(address?: string): Promise<{ readonly http: http.Agent; readonly https: https.Agent }>;
  close(): void;
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

async function caBundle(env: Environment): Promise<Buffer | undefined> {
  const file = env.AWS_CA_BUNDLE;
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file);
  } catch (cause) {
    throw new S3ConnectError('BadValue', `AWS_CA_BUNDLE: can't read ${file}`, {
      hint: 'Name a readable PEM file, or unset AWS_CA_BUNDLE.',
      cause,
    });
  }
}

/** The connections of one run: kept alive, through a proxy where the environment names one, with the user's CA bundle. */
export function createTransport(env: Environment, concurrency: number): Transport {
  const made = new Map<string, Promise<Agents>>();
  const toClose: { destroy(): void }[] = [];

  async function make(address: string | undefined): Promise<Agents> {
    const ca = await caBundle(env);
    const options = {
      keepAlive: true,
      maxSockets: Math.max(64, concurrency * 2),
      ...(address === undefined ? {} : { lookup: fixedLookup(address) }),
    };
    const plain = {
      http: new http.Agent(options),
      https: new https.Agent({ ...options, ...(ca === undefined ? {} : { ca }) }),
    };
    toClose.push(plain.http, plain.https);
    if (!hasProxy(env)) return plain;
    const { ProxyAgent } = await import('proxy-agent');
    const agent = new ProxyAgent({
      keepAlive: true,
      httpAgent: plain.http,
      httpsAgent: plain.https,
      getProxyForUrl: (url) => proxyFor(url, env),
      ...(ca === undefined ? {} : { ca }),
    });
    toClose.push(agent);
    return { http: agent as unknown as http.Agent, https: agent as unknown as https.Agent };
  }

  function agents(address?: string): Promise<Agents> {
    const key = address ?? '';
    let found = made.get(key);
    if (found === undefined) {
      found = make(address);
      made.set(key, found);
    }
    return found;
  }

  return {
    agents,
    async handler(address) {
      const [{ NodeHttpHandler: Handler }, pair] = await Promise.all([
        import('@smithy/node-http-handler'),
        agents(address),
      ]);
      return new Handler({
        httpAgent: pair.http,
        httpsAgent: pair.https,
        connectionTimeout: 10_000,
        requestTimeout: 60_000,
        throwOnRequestTimeout: true,
      });
    },
    close() {
      for (const agent of toClose) agent.destroy();
    },
  };
}
