import { describe, expect, it } from 'vitest';
import { firstMatch, fits, isOurRule, sampleHeaders, sampleOrigin, strangerTo } from '../../src/verify/cors-rules.js';

// S3 User Guide, "Elements of a CORS configuration": at most one `*` in a string; the first rule that matches decides.
describe('a CORS rule', () => {
  it.each([
    ['*', 'https://a.example', true],
    ['https://*.example', 'https://a.example', true],
    ['https://*.example', 'https://.example', true],
    ['https://a*a.example', 'https://a.example', false],
    ['https://a.example', 'https://a.example', true],
    ['https://a.example', 'https://A.example', false],
    ['null', 'null', true],
  ])('%s fits %s: %s', (pattern, value, fitting) => {
    expect(fits(pattern, value)).toBe(fitting);
  });

  it('matches by origin, method and every requested header', () => {
    const rules = [
      { ID: 'first', AllowedOrigins: ['https://a.example'], AllowedMethods: ['GET'], AllowedHeaders: ['x-amz-*'] },
      { ID: 'second', AllowedOrigins: ['*'], AllowedMethods: ['GET', 'PUT'] },
    ];
    const ask = (method: string, headers: readonly string[] = []) =>
      firstMatch(rules, { origin: 'https://a.example', method, headers })?.ID;
    expect(ask('GET')).toBe('first');
    expect(ask('GET', ['X-Amz-Date'])).toBe('first');
    expect(ask('GET', ['Range'])).toBeUndefined();
    expect(ask('PUT')).toBe('second');
    expect(ask('DELETE')).toBeUndefined();
  });

  it('is asked with what a browser would send', () => {
    expect(sampleOrigin('https://*.example')).toBe('https://s3connect-probe.example');
    expect(sampleOrigin('null')).toBe('null');
    expect(sampleHeaders(['*', 'x-amz-*', 'Range'])).toEqual(['x-s3connect-probe', 'x-amz-s3connect', 'Range']);
    expect(strangerTo(['https://*'])).toMatch(/^http:/);
    expect(strangerTo(['https://*', 'http://*'])).toBeUndefined();
  });

  it('is ours by its mark, or because it names all our origins', () => {
    const rule = { AllowedOrigins: ['*'], AllowedMethods: ['GET'] };
    expect(isOurRule({ ...rule, ID: 'S3ConnectABC-cors' }, ['https://a.example'], 'S3ConnectABC')).toBe(true);
    expect(isOurRule(rule, ['https://a.example'], 'S3ConnectABC')).toBe(false);
    expect(
      isOurRule({ ...rule, AllowedOrigins: ['*', 'https://a.example'] }, ['https://a.example'], 'S3ConnectABC'),
    ).toBe(true);
  });
});
