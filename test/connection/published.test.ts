import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { publishedSchemas } from '../../src/connection/published.js';
import { listTemplates } from '../../src/template/catalogue.js';
import { newTemplate } from '../../src/template/skeleton.js';

const schemas = publishedSchemas();
const validator = (file: string) =>
  new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schemas[file] ?? '{}'));

describe('published schemas', () => {
  it.each(Object.keys(schemas))('%s is up to date: npm run schema', async (file) => {
    expect(await readFile(new URL(`../../schema/${file}`, import.meta.url), 'utf8')).toBe(schemas[file]);
  });

  it('let through what the program lets through', async () => {
    const template = validator('template.schema.json');
    for (const one of [...(await listTemplates()), JSON.parse(newTemplate('x'))])
      expect([template(one), template.errors]).toEqual([true, null]);
    const connections = validator('connections.schema.json');
    const file = {
      namespace: 'media',
      connections: {
        c: { template: 'coactive', buckets: [{ name: 'acme', access: ['read'], cors: { allowedOrigins: ['*'] } }] },
      },
    };
    expect([connections(file), connections.errors]).toEqual([true, null]);
  });

  it.each([
    [{ connections: { c: { template: 'x', buckets: [{ name: 'b', prefx: 'y' }] } } }],
    [{ connections: { c: { template: 'x', method: 'rolle', buckets: [{ name: 'b' }] } } }],
    [{ connections: { 'A B': { template: 'x', buckets: [{ name: 'b' }] } } }],
    [{ connections: { c: { buckets: [{ name: 'b' }] } } }],
  ])('refuse %j', (file) => {
    expect(validator('connections.schema.json')(file)).toBe(false);
  });
});
