import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../src/connection/owner.js';
import type { CorsRule } from '../../src/connection/types.js';
import { cors } from '../../src/resources/cors.js';
import { by, NOTHING_PLANNED } from './contributor.js';

const bucket = 'b';
function rule(ID: string | undefined, ...AllowedOrigins: string[]): CorsRule {
  return { ...(ID === undefined ? {} : { ID }), AllowedOrigins, AllowedMethods: ['GET'] };
}
const ours = (name: string, ...origins: string[]) => rule(`${ownerOf(null, name).mark}Cors`, ...origins);
const ids = (rules: readonly CorsRule[]) => rules.map(({ ID: id, AllowedOrigins: origins }) => id ?? origins[0]);

// PutBucketCors: the first rule that matches a request is the one that counts.
describe('CORS rules of several owners', () => {
  it('puts ours before the first foreign rule that would answer for its origins', () => {
    const live = { rules: [rule('other', 'https://x.example'), rule('all', '*')] };
    const after = cors.put(live, { bucket, rules: [ours('c', 'https://a.example')] }, by());
    expect(ids(after.rules)).toEqual(['other', `${ownerOf(null, 'c').mark}Cors`, 'all']);
  });

  it('puts ours to the end where no foreign rule would', () => {
    const live = { rules: [rule('other', 'https://*.example.org')] };
    expect(ids(cors.put(live, { bucket, rules: [ours('c', 'https://a.example')] }, by()).rules)[1]).toContain(
      'S3Connect',
    );
  });

  it('moves ours where a foreign rule was put before it', () => {
    const mine = ours('c', 'https://a.example');
    const after = cors.put({ rules: [rule('all', '*'), mine] }, { bucket, rules: [mine] }, by());
    expect(after.rules[0]).toBe(mine);
  });

  it('is the same for another order within the lists, and different for another order of rules', () => {
    const a = { rules: [{ AllowedOrigins: ['a', 'b'], AllowedMethods: ['GET', 'HEAD'], AllowedHeaders: [] }] };
    const b = { rules: [{ AllowedOrigins: ['b', 'a'], AllowedMethods: ['HEAD', 'GET'] }] };
    expect(cors.same(a, b)).toBe(true);
    expect(cors.same({ rules: [rule('1', 'a'), rule('2', 'b')] }, { rules: [rule('2', 'b'), rule('1', 'a')] })).toBe(
      false,
    );
  });

  it('refuses more rules than S3 takes before anything is written', () => {
    const rules = Array.from({ length: 100 }, (_, i) => rule(`r${i}`, `https://${i}.example`));
    expect(() => cors.put({ rules }, { bucket, rules: [ours('c', 'https://a.example')] }, by())).toThrow(
      /101 CORS rules/,
    );
  });

  const foreign = fc.array(
    fc.record({
      ID: fc.option(fc.constantFrom('one', 'two', 'S3ConnectNot'), { nil: undefined }),
      AllowedOrigins: fc.array(fc.constantFrom('*', 'https://a.example', 'https://*.example', 'null'), {
        minLength: 1,
      }),
      AllowedMethods: fc.constant(['GET']),
    }),
    { maxLength: 6 },
  );
  it('is stable, keeps what is foreign, and takes back exactly what it put', () => {
    fc.assert(
      fc.property(foreign, (list) => {
        const rules = list as readonly CorsRule[];
        const a = { bucket, rules: [ours('a', 'https://a.example')] };
        const b = { bucket, rules: [ours('b', 'https://a.example', 'https://b.example')] };
        const once = cors.put(cors.put({ rules }, a, by('a')), b, by('b'));
        const twice = cors.put(cors.put(once, a, by('a')), b, by('b'));
        expect(cors.same(once, twice)).toBe(true);
        const without = cors.take(cors.take(once, b, by('b'), NOTHING_PLANNED).live, a, by('a'), NOTHING_PLANNED).live;
        expect(without.rules).toEqual(rules);
      }),
    );
  });
});
