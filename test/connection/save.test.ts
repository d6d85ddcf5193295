import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConnections } from '../../src/connection/load.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import { saveConnections } from '../../src/connection/save.js';
import type { ConnectionFlags } from '../../src/connection/types.js';
import { newTemplate } from '../../src/template/skeleton.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-save-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FILE = `{
  // who may write our exports
  "connections": {
    "exports": {
      "template": "bitmovin-analytics-output", // the analytics, not the encoding
      "trust": {
        "externalIds": [
          "one-id", // our own organization
          "two-id"
        ]
      },
      "buckets": [{ "name": "acme-exports", "prefix": "analytics/" }]
    },
    /* untouched */
    "media": { "template": "coactive", "buckets": [{ "name": "acme-media" }] }
  }
}
`;

async function save(flags: ConnectionFlags, text?: string): Promise<string> {
  const path = join(folder, 's3connect.json');
  if (text !== undefined) await writeFile(path, text);
  const file = text === undefined ? undefined : await loadConnections(path);
  await saveConnections(path, { file, flags, names: [], cwd: folder });
  return readFile(path, 'utf8');
}

describe('save', () => {
  it('changes what the flags change and keeps every comment', async () => {
    const text = await save(
      { name: 'exports', externalId: ['three-id'], removeExternalId: ['two-id'], roleName: 'other' },
      FILE,
    );
    for (const comment of ['// who may', '// the analytics', '// our own', '/* untouched */'])
      expect(text).toContain(comment);
    expect(text).toContain('"media": { "template": "coactive", "buckets": [{ "name": "acme-media" }] }');
    const { data } = await loadConnections(join(folder, 's3connect.json'));
    expect(data.connections.exports).toEqual({
      template: 'bitmovin-analytics-output',
      trust: { externalIds: ['one-id', 'three-id'] },
      buckets: [{ name: 'acme-exports', prefix: 'analytics/' }],
      role: { name: 'other' },
    });
  });

  it('leaves the file alone where the flags change nothing', async () => {
    expect(await save({ name: 'exports', externalId: ['one-id'] }, FILE)).toBe(FILE);
  });

  it('adds a connection, and a bucket to one', async () => {
    await save({ name: 'more', template: 'coactive', bucket: ['acme-more:input:a'] }, FILE);
    const { data } = await loadConnections(join(folder, 's3connect.json'));
    expect(Object.keys(data.connections)).toEqual(['exports', 'media', 'more']);
    expect(data.connections.more).toEqual({
      template: 'coactive',
      buckets: [{ name: 'acme-more', access: 'input', prefix: 'a' }],
    });
  });

  it('makes a file that resolves to the same connection', async () => {
    const flags = { template: 'coactive', bucket: ['acme-media:input:a/'], name: 'mine' };
    const text = await save(flags);
    expect(text).toContain('"$schema": "https://unpkg.com/s3connect/schema/connections.schema.json"');
    const [before] = await resolveConnections({ file: undefined, flags, names: [], cwd: folder });
    const [after] = await resolveConnections({
      file: await loadConnections(join(folder, 's3connect.json')),
      flags: {},
      names: [],
      cwd: folder,
    });
    const places = (c: typeof before) => ({
      ...c,
      pointer: '',
      buckets: c?.buckets.map((bucket) => ({ ...bucket, pointer: '' })),
    });
    expect(places(after)).toEqual(places(before));
  });

  it("writes a template's path relative to the file", async () => {
    await writeFile(join(folder, 'vendor.json'), newTemplate('vendor'));
    const text = await save({ template: 'vendor.json', bucket: ['acme-media'] });
    expect(JSON.parse(text).connections.vendor.template).toBe('./vendor.json');
  });

  it('leaves nothing beside the file', async () => {
    await save({ template: 'coactive', bucket: ['acme-media'] });
    expect(await readdir(folder)).toEqual(['s3connect.json']);
  });
});
