import type { Environment } from './endpoints.js';
import { isLoopback } from './endpoints.js';

function read(env: Environment, name: string): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}

/** Is a host exempt by `NO_PROXY`: names and their subdomains, `host:port`, `*`? */
function exempt(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const match = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase());
      if (match?.[2] !== undefined && match[2] !== port) return false;
      const name = (match?.[1] ?? '').replace(/^\*?\./, '');
      return host === name || host.endsWith(`.${name}`);
    });
}

/** The proxy for a URL after `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; '' for none. Loopback never has one. */
export function proxyFor(url: string, env: Environment): string {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host)) return '';
  if (exempt(host, port || (protocol === 'https:' ? '443' : '80'), read(env, 'NO_PROXY') ?? '')) return '';
  const proxy = read(env, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read(env, 'ALL_PROXY');
  return proxy === undefined ? '' : /^[a-z0-9]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

export function hasProxy(env: Environment): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].some((name) => read(env, name) !== undefined);
}
