import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/connection/generate.js';
import { handoffOf } from '../../src/connection/handoff.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionFlags, ResolvedConnection } from '../../src/connection/types.js';
import { checkTemplate } from '../../src/template/check.js';
import { substitute } from '../../src/template/substitute.js';
import { errorOf, factsOf } from '../helpers/connections.js';
import { loadedWith, readSources } from '../helpers/imports.js';
import { templateText } from '../helpers/templates.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-hostile-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A connection on a stranger's template, with values of the victim. */
async function connect(more: Record<string, unknown>, flags: ConnectionFlags = {}): Promise<ResolvedConnection> {
  await writeFile(join(folder, 'stranger.json'), templateText(more));
  const [c] = await resolveConnections({
    file: undefined,
    flags: { template: './stranger.json', bucket: ['acme-media'], externalId: ['some-id'], ...flags },
    names: [],
    cwd: folder,
  });
  if (c === undefined) throw new Error('nothing resolved');
  return c;
}

const parameter = { p: { description: 'd', type: 'string', required: false } };
const item = (fields: Record<string, unknown>) => [{ title: 't', per: 'bucket', fields }];

describe("a stranger's template", () => {
  it.each([
    'env.HOME',
    'process.env',
    'file:/etc/passwd',
    'aws.secretAccessKey',
    'constructor',
    '__proto__',
    'bucket.__proto__',
    'params.constructor',
    'user.secret',
  ])('cannot name {{%s}}', async (path) => {
    const error = await errorOf(() => connect({ parameters: parameter, handoff: item({ a: `{{${path}}}` }) }));
    expect(error.code).toBe('BadTemplate');
  });

  it('has no way to a file, the network or the environment: the code that reads it imports none', () => {
    const sources = readSources();
    for (const file of [
      'template/check.ts',
      'template/substitute.ts',
      'connection/compile.ts',
      'connection/handoff.ts',
    ]) {
      const { files, packages } = loadedWith(sources, file);
      expect(packages.filter((name) => name.startsWith('node:') && name !== 'node:crypto')).toEqual([]);
      for (const source of sources.filter(({ path }) => files.includes(path)))
        expect(source.text).not.toMatch(/\bprocess\.env\b|\bfetch\(/);
    }
  });

  it.each(['*', 'a*', '${aws:username}', 'a?b', '../x', 'a"b', 'a\nb'])(
    'cannot widen a role name by the value %j',
    async (value) => {
      const more = { parameters: parameter, role: { name: 'r-{{params.p}}' }, handoff: [] };
      expect((await errorOf(() => connect(more, { param: [`p=${value}`] }))).code).toBe('BadValue');
    },
  );

  it('cannot add a wildcard to an origin by a value', async () => {
    const more = {
      parameters: parameter,
      cors: { use: 'required', allowedOrigins: ['https://{{params.p}}'] },
      handoff: [],
    };
    expect((await errorOf(() => connect(more, { param: ['p=*.evil.example'] }))).message).toContain('wildcard');
    expect((await connect(more, { param: ['p=a.example'] })).buckets[0]?.cors?.allowedOrigins).toEqual([
      'https://a.example',
    ]);
  });

  it('cannot break out of a string with a value, nor substitute twice', () => {
    const lookup = () => '","Effect":"Allow","x":"{{bucket.name}}';
    expect(substitute({ a: '{{params.p}}' }, lookup)).toEqual({ a: '","Effect":"Allow","x":"{{bucket.name}}' });
  });

  it('gets the same documents whatever the parameters say', async () => {
    const more = { parameters: parameter, handoff: item({ a: '{{params.p}}' }) };
    const a = documentsOf(await connect(more, { param: ['p=one'] }), factsOf());
    const b = documentsOf(await connect(more, { param: ['p=arn:aws:iam::999999999999:root'] }), factsOf());
    expect(b).toEqual(a);
  });

  it('gets its text printed without control characters', async () => {
    const esc = '\u001b]0;owned\u0007\u001b[2J\u202e';
    const c = await connect({
      title: `t${esc}`,
      vendor: `v${esc}`,
      parameters: parameter,
      handoff: item({ [`k${esc}`]: `x${esc}` }),
    });
    const printed = JSON.stringify([c.template, handoffOf(c, factsOf())]);
    expect(printed).toContain(']0;owned');
    expect(printed).not.toMatch(/\\u001b|\\u0007|\u202e/);
    const found = checkTemplate(templateText({ [`x${esc}`]: 1 }), 'a.json').findings;
    expect(found[0]?.message).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it('cannot hang the tool by its pattern, by its size or by its placeholders', async () => {
    const started = Date.now();
    const pattern = { p: { description: 'd', type: 'string', pattern: '^(a+)+$' } };
    const more = { parameters: pattern, handoff: [] };
    expect((await errorOf(() => connect(more, { param: [`p=${'a'.repeat(50_000)}!`] }))).code).toBe('BadValue');
    const spaces = `{{${' '.repeat(400_000)}`;
    checkTemplate(
      templateText({ parameters: parameter, handoff: item({ a: spaces, b: '{{'.repeat(100_000) }) }),
      'a.json',
    );
    await errorOf(() => checkTemplate('['.repeat(900_000), 'a.json'));
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it('cannot reach into prototypes', async () => {
    const text = templateText().replace(
      '"parameters": {',
      '"parameters": { "__proto__": { "description": "x", "type": "string" },',
    );
    expect((await errorOf(() => checkTemplate(text, 'a.json'))).code).toBe('BadTemplate');
    expect(({} as Record<string, unknown>).description).toBeUndefined();
  });

  it('is marked as foreign, so that apply can refuse its lint errors', async () => {
    expect((await connect({})).builtin).toBe(false);
  });
});
