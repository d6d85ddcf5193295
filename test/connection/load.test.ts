import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConnections, parseConnections } from '../../src/connection/load.js';
import { errorOf, fileOf } from '../helpers/connections.js';

const parse = (text: string) => parseConnections(text, 's3connect.json');
const good = { template: 'coactive', buckets: [{ name: 'acme-media' }] };

describe('the connections file', () => {
  it('takes comments and trailing commas', () => {
    const { data } = parse(
      '\ufeff// ours\n{ "connections": { /* a */ "c": { "template": "x", "buckets": [{ "name": "b", },], }, }, }',
    );
    expect(Object.keys(data.connections)).toEqual(['c']);
  });

  it('says line and column of broken JSON', async () => {
    const error = await errorOf(() => parse('{\n  "connections": {\n    "c": { "template" "x" }\n  }\n}'));
    expect(error.code).toBe('BadFile');
    expect(error.message).toBe('s3connect.json:3:23: a colon is expected.');
  });

  it.each([
    ['an empty file', '', 1],
    ['an unclosed object', '{\n"connections": {', 2],
    ['an unclosed string', '{\n"a', 2],
    ['two values', '{"connections":{}} {}', 1],
    ['nothing but a word', 'yes', 1],
    ['endless nesting', `{"connections": ${'['.repeat(100_000)}`, 1],
  ])('refuses %s', async (_what, text, line) => {
    const error = await errorOf(() => parse(text));
    expect(error.code).toBe('BadFile');
    expect(error.message).toMatch(new RegExp(`^s3connect\\.json:${line}:\\d+: `));
  });

  it.each([
    ['cors', { alowedOrigins: ['*'] }, 'allowedOrigins'],
    ['accessPoint', { nme: 'x' }, 'name'],
    ['notifications', { topic: 'x' }, 'snsTopic'],
  ])('names the nearest key of %s although that one is missing for it', async (key, value, nearest) => {
    const error = await errorOf(() => parse(fileOf({ ...good, buckets: [{ name: 'acme-media', [key]: value }] })));
    expect(error.code).toBe('BadFile');
    expect(error.message).toContain(`did you mean "${nearest}"?`);
    expect(error.path).toBe(`/connections/c/buckets/0/${key}/${Object.keys(value)[0]}`);
  });

  it('refuses a key that is given twice, a connection too', async () => {
    const text =
      '{\n "connections": {\n  "c": { "template": "x", "buckets": [] },\n  "c": { "template": "y", "buckets": [] }\n }\n}';
    const error = await errorOf(() => parse(text));
    expect(error.code).toBe('BadFile');
    expect(error.path).toBe('/connections/c');
    expect(error.message).toBe('s3connect.json:4:3: the key "c" is given twice.');
  });

  it.each([
    ['/connections/c/metod', { ...good, metod: 'role' }, 'method'],
    ['/connections/c/buckets/0/prefx', { ...good, buckets: [{ name: 'b', prefx: 'a' }] }, 'prefix'],
    ['/connections/c/trust/externalIDs', { ...good, trust: { externalIDs: [] } }, 'externalIds'],
    [
      '/connections/c/buckets/0/cors/origins',
      { ...good, buckets: [{ name: 'b', cors: { allowedOrigins: [], origins: [] } }] },
      'allowedOrigins',
    ],
  ])('names the nearest key for %s', async (path, entry, key) => {
    const error = await errorOf(() => parse(fileOf(entry)));
    expect(error.code).toBe('BadFile');
    expect(error.path).toBe(path);
    expect(error.message).toMatch(/^s3connect\.json:\d+:\d+: the key ".*" is not known/);
    expect(`${error.message} ${error.hint}`).toContain(`"${key}"`);
  });

  it.each([
    ['/connections/c/buckets', { template: 'coactive', buckets: 'acme' }, /a list, not a string/],
    ['/connections/c/template', { buckets: [] }, /missing/],
    ['/connections/c/buckets/0/create', { ...good, buckets: [{ name: 'b', create: 'yes' }] }, /true or false/],
    ['/connections/c/buckets/0/access', { ...good, buckets: [{ name: 'b', access: 7 }] }, /not a number/],
    ['/connections/c/account', { ...good, account: 111122223333 }, /a string, not a number/],
    ['/connections/c/params/x', { ...good, params: { x: null } }, /wrong type/],
    ['/connections/c', 'x', /an object/],
  ])('refuses a wrong type at %s', async (path, entry, says) => {
    const error = await errorOf(() => parse(fileOf(entry as Record<string, unknown>)));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadFile', path });
    expect(error.message).toMatch(says);
  });

  it('refuses names that are none', async () => {
    const error = await errorOf(() => parse(JSON.stringify({ connections: { 'Not A Name': good } })));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadValue', path: '/connections/Not A Name' });
    expect((await errorOf(() => parse(fileOf(good, { namespace: 'A' })))).code).toBe('BadValue');
  });

  it('refuses keys that would reach into prototypes', async () => {
    const error = await errorOf(() =>
      parse('{"connections":{"c":{"template":"x","buckets":[],"params":{"__proto__":"y"}}}}'),
    );
    expect(error.code).toBe('BadFile');
  });

  it('leaves the contents of a connection to those who ask for it', () => {
    expect(() => parse(fileOf({ ...good, method: 'rolle' }))).not.toThrow();
  });

  it('says what is wrong with a file that cannot be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3connect-load-'));
    try {
      expect((await errorOf(() => loadConnections(join(folder, 'nope.json')))).message).toContain('is not there');
      expect((await errorOf(() => loadConnections(folder))).message).toContain('is a folder');
      await writeFile(join(folder, 'a.json'), fileOf(good));
      expect((await loadConnections(join(folder, 'a.json'))).data.connections.c?.template).toBe('coactive');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
