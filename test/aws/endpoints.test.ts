import { describe, expect, it } from 'vitest';
import { endpointOf, isLoopback, namedEndpoint } from '../../src/aws/endpoints.js';
import { hasProxy, proxyFor } from '../../src/aws/proxy.js';
import { fixedLookup } from '../../src/aws/transport.js';

// AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
describe('endpointOf', () => {
  const env = {
    AWS_ENDPOINT_URL: 'http://all',
    AWS_ENDPOINT_URL_S3: 'http://s3',
    AWS_ENDPOINT_URL_S3_CONTROL: 'http://control',
  };
  it('prefers the flag, then the service, then the general one', () => {
    expect(endpointOf('s3', 'http://flag', env)).toBe('http://flag');
    expect(endpointOf('s3', undefined, env)).toBe('http://s3');
    expect(endpointOf('s3-control', undefined, env)).toBe('http://control');
    expect(endpointOf('iam', undefined, env)).toBe('http://all');
    expect(endpointOf('iam', undefined, {})).toBeUndefined();
  });
  it('can be told to ignore the environment', () => {
    expect(endpointOf('s3', undefined, { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toBeUndefined();
  });
});

describe('namedEndpoint', () => {
  it('gives an IP address a name under which others can be put', () => {
    expect(namedEndpoint('http://127.0.0.1:4566')).toEqual({ url: 'http://localhost:4566/', address: '127.0.0.1' });
    expect(namedEndpoint('http://[::1]:4566')).toEqual({ url: 'http://localhost:4566/', address: '::1' });
    expect(namedEndpoint('http://localhost:1')).toEqual({ url: 'http://localhost:1/', address: '127.0.0.1' });
    expect(namedEndpoint('https://s3.example.com').address).toBeUndefined();
  });
});

describe('fixedLookup', () => {
  it('answers both ways in which Node asks', () => {
    const lookup = fixedLookup('127.0.0.1');
    lookup('any.localhost', { all: true }, (_e, found) => expect(found).toEqual([{ address: '127.0.0.1', family: 4 }]));
    lookup('any.localhost', {}, (_e, address, family) => expect([address, family]).toEqual(['127.0.0.1', 4]));
  });
});

describe('proxyFor', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'internal.example,.corp.example,plain.example:8443' };
  it.each([
    ['https://iam.amazonaws.com/', 'http://proxy:3128'],
    ['http://iam.amazonaws.com/', ''],
    ['https://internal.example/', ''],
    ['https://a.internal.example/', ''],
    ['https://x.corp.example/', ''],
    ['https://notinternal.example/', 'http://proxy:3128'],
    ['https://plain.example:8443/', ''],
    ['https://plain.example/', 'http://proxy:3128'],
    ['https://127.0.0.1:1234/', ''],
    ['https://bucket.localhost:1234/', ''],
  ])('%s goes through %j', (url, proxy) => {
    expect(proxyFor(url, env)).toBe(proxy);
  });
  it('knows lower case names, ALL_PROXY and the star', () => {
    expect(proxyFor('http://example.com/', { http_proxy: 'proxy:8080' })).toBe('http://proxy:8080');
    expect(proxyFor('http://example.com/', { ALL_PROXY: 'http://p' })).toBe('http://p');
    expect(proxyFor('http://example.com/', { ALL_PROXY: 'http://p', NO_PROXY: '*' })).toBe('');
    expect(hasProxy({})).toBe(false);
    expect(hasProxy({ https_proxy: 'http://p' })).toBe(true);
  });
});

describe('isLoopback', () => {
  it('is this machine and nothing that only looks so', () => {
    expect(['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
    expect(['localhost.example.com', '127.0.0.1.example.com', '10.0.0.1'].some(isLoopback)).toBe(false);
  });
});
