import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileConnection } from '../../src/connection/compile.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { ConnectionFlags, ResolvedConnection } from '../../src/connection/types.js';
import { errorOf, factsOf } from '../helpers/connections.js';
import { templateText } from '../helpers/templates.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-limits-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A connection on a template with these keys. */
async function connect(
  more: Record<string, unknown>,
  flags: ConnectionFlags = {},
  region?: string,
): Promise<ResolvedConnection> {
  await writeFile(join(folder, 'vendor.json'), templateText({ handoff: [], ...more }));
  const [c] = await resolveConnections({
    file: undefined,
    flags: { template: './vendor.json', bucket: ['acme-media'], ...flags },
    names: [],
    cwd: folder,
    ...(region === undefined ? {} : { region }),
  });
  if (c === undefined) throw new Error('nothing resolved');
  return c;
}

const required = { description: 'What the vendor calls your workspace', type: 'string' };

describe('what a template demands', () => {
  it('a parameter without a default', async () => {
    const error = await errorOf(() => connect({ parameters: { workspace: required } }));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadValue', path: '--param' });
    expect(error.message).toContain('What the vendor calls your workspace');
    expect((await connect({ parameters: { workspace: required } }, { param: ['workspace=w'] })).params).toEqual({
      workspace: 'w',
    });
  });

  it.each([
    ['integer', '12', 12],
    ['boolean', 'true', true],
    ['string', 'true', 'true'],
    ['string[]', 'a,b', ['a', 'b']],
  ])('a parameter of the type %s', async (type, text, value) => {
    const more = { parameters: { p: { description: 'd', type } } };
    expect((await connect(more, { param: [`p=${text}`] })).params).toEqual({ p: value });
    if (type === 'integer' || type === 'boolean')
      expect((await errorOf(() => connect(more, { param: ['p=x'] }))).code).toBe('BadValue');
  });

  it('a role name that is fixed', async () => {
    const more = { role: { name: 'Vendor-Integration', fixed: true } };
    expect((await connect(more)).role?.name).toBe('Vendor-Integration');
    expect((await connect(more, { roleName: 'Vendor-Integration' })).role?.name).toBe('Vendor-Integration');
    const error = await errorOf(() => connect(more, { roleName: 'mine' }));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadValue', path: '--role-name' });
  });

  it('names and descriptions made of parameters', async () => {
    const more = {
      parameters: { workspace: required },
      role: { name: 'v-{{params.workspace}}', description: 'For {{connection.name}}' },
      policy: { kind: 'managed', name: 'v-{{params.workspace}}' },
    };
    const c = await connect(more, { param: ['workspace=w1'], name: 'mine' });
    expect([c.role?.name, c.role?.description, c.policy.name]).toEqual(['v-w1', 'For mine', 'v-w1']);
  });

  it('a region of its list, as written or as found', async () => {
    const more = { bucket: { regions: ['eu-west-1', 'eu-central-1'] } };
    const error = await errorOf(() => connect(more, {}, 'us-west-2'));
    expect(error.code).toBe('BadValue');
    expect(error.message).toContain('eu-west-1, eu-central-1');
    const c = await connect(more);
    const found = factsOf({ buckets: { 'acme-media': { region: 'ap-south-1', account: '111122223333' } } });
    expect((await errorOf(() => compileConnection(c, found))).message).toContain('ap-south-1');
    expect(() =>
      compileConnection(c, factsOf({ buckets: { 'acme-media': { region: 'eu-west-1', account: undefined } } })),
    ).not.toThrow();
  });

  it('a bucket name without dots', async () => {
    const error = await errorOf(() => connect({ bucket: { dots: false } }, { bucket: ['acme.media'] }));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadValue', path: '--bucket' });
    expect((await connect({}, { bucket: ['acme.media'] })).buckets[0]?.name).toBe('acme.media');
  });

  it('CORS, an access point, notifications', async () => {
    expect((await errorOf(() => connect({ cors: { use: 'required' } }))).hint).toContain('--origin');
    expect((await errorOf(() => connect({ accessPoint: { use: 'required' } }))).hint).toContain('--access-point');
    expect((await errorOf(() => connect({ notifications: { use: 'required' } }))).hint).toContain('--sns-topic');
    const flags = { origin: ['https://a.example'], accessPoint: 'acme-ap', snsTopic: 'news' };
    const all = { cors: { use: 'required' }, accessPoint: { use: 'required' }, notifications: { use: 'required' } };
    expect((await connect(all, flags)).buckets[0]?.accessPoint?.name).toBe('acme-ap');
  });

  it('a prefix for some actions only', async () => {
    const access = {
      input: [
        { action: 's3:ListBucket', why: 'HeadBucket', prefix: false },
        { action: 's3:GetObject', why: 'read' },
      ],
    };
    const c = await connect({ access }, { bucket: ['acme-media:input:a/'], externalId: ['some-id'] });
    const policy = compileConnection(c, factsOf()).find((one) => one.kind === 'role-policy');
    expect(JSON.stringify(policy)).not.toContain('s3:prefix');
    expect(JSON.stringify(policy)).toContain('arn:aws:s3:::acme-media/a/*');
  });

  it('other keys for one method', async () => {
    const more = {
      byMethod: {
        'bucket-policy': {
          externalId: { mode: 'none' },
          principals: { aws: ['arn:aws:iam::999999999999:user/other'] },
        },
      },
    };
    const c = await connect(more, { method: 'bucket-policy' });
    expect(c.externalId).toEqual({ mode: 'none' });
    expect(JSON.stringify(compileConnection(c, factsOf()))).toContain('user/other');
    expect(JSON.stringify(compileConnection(await connect(more, { externalId: ['some-id'] }), factsOf()))).toContain(
      'role/vendor-reader',
    );
  });
});
