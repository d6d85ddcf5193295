import { describe, expect, it } from 'vitest';
import { errorOf, fileOf, resolveEntry, resolveFlags, resolveText } from '../helpers/connections.js';

const bitmovin = { template: 'bitmovin-analytics-output', buckets: [{ name: 'acme-exports' }] };
const two = JSON.stringify({
  connections: { exports: bitmovin, media: { template: 'coactive', buckets: [{ name: 'acme-media' }] } },
});

describe('a connection from flags alone', () => {
  it('is called as its template, or by --name', async () => {
    const flags = { template: 'coactive', bucket: ['acme-media'] };
    expect((await resolveFlags(flags)).name).toBe('coactive');
    expect((await resolveFlags({ ...flags, name: 'mine' })).name).toBe('mine');
    expect((await resolveFlags(flags)).pointer).toBe('');
  });

  it('reads NAME[:ACCESS[:PREFIX]]', async () => {
    const bucket = ['aaa', 'bbb:read+list', 'ccc:output:up/loads', 'ddd::raw/'];
    const c = await resolveFlags({ template: 'accurate-video', bucket });
    expect(c.buckets.map(({ name, access, prefix }) => [name, access, prefix])).toEqual([
      ['aaa', ['input'], ''],
      ['bbb', ['read', 'list'], ''],
      ['ccc', ['output'], 'up/loads/'],
      ['ddd', ['input'], 'raw/'],
    ]);
  });

  it('types the parameters', async () => {
    const c = await resolveFlags({
      template: 'accurate-video',
      bucket: ['aaa'],
      param: ['tags=lowres,poster', 'refreshInterval=PT15M'],
    });
    expect(c.params).toEqual({ tags: ['lowres', 'poster'], refreshInterval: 'PT15M' });
    expect((await errorOf(() => resolveFlags({ template: 'coactive', bucket: ['aaa'], param: ['x'] }))).code).toBe(
      'BadUsage',
    );
  });

  it('puts the single values everywhere', async () => {
    const c = await resolveFlags({
      template: 'accurate-video',
      method: 'bucket-policy',
      bucket: ['aaa:output'],
      createBucket: true,
      principal: ['222233334444', '222233334444'],
      origin: ['https://av.example'],
      accessPoint: 'aaa-av',
      snsTopic: 'new-files',
    });
    expect(c.trust.principals).toEqual(['222233334444']);
    expect(c.buckets[0]).toMatchObject({
      create: true,
      accessPoint: { name: 'aaa-av', direct: false },
      cors: { allowedOrigins: ['https://av.example', 'null'] },
      notifications: { snsTopic: 'new-files' },
    });
  });

  it('needs a bucket and a template', async () => {
    expect((await errorOf(() => resolveFlags({ template: 'coactive' }))).code).toBe('BadUsage');
    expect((await errorOf(() => resolveFlags({ bucket: ['aaa'] }))).path).toBe('--template');
  });

  it('takes one access point for one bucket', async () => {
    const flags = { template: 'accurate-video', bucket: ['aaa', 'bbb'], accessPoint: 'point' };
    expect((await errorOf(() => resolveFlags(flags))).path).toBe('--access-point');
  });
});

describe('flags beside a file', () => {
  it('add to the lists of the only connection', async () => {
    const entry = { ...bitmovin, trust: { externalIds: ['one-id'] } };
    const c = await resolveEntry(entry, { externalId: ['two-id', 'one-id'], bucket: ['acme-more'], roleName: 'other' });
    expect(c.trust.externalIds).toEqual(['one-id', 'two-id']);
    expect(c.buckets.map((bucket) => bucket.name)).toEqual(['acme-exports', 'acme-more']);
    expect(c.role?.name).toBe('other');
  });

  it('take an external ID away', async () => {
    const entry = { ...bitmovin, trust: { externalIds: ['one-id', 'two-id'] } };
    expect((await resolveEntry(entry, { removeExternalId: ['one-id'] })).trust.externalIds).toEqual(['two-id']);
    expect((await errorOf(() => resolveEntry(entry, { removeExternalId: ['three'] }))).path).toBe(
      '--remove-external-id',
    );
  });

  it('change the access of a bucket that is there', async () => {
    const entry = { template: 'accurate-video', buckets: [{ name: 'acme-media', prefix: 'a/' }] };
    const c = await resolveEntry(entry, { bucket: ['acme-media:output:a'] });
    expect(c.buckets).toHaveLength(1);
    expect(c.buckets[0]?.access).toEqual(['output']);
  });

  it('change the one that --name names and mean it alone', async () => {
    const [c, ...rest] = await resolveText(two, { name: 'exports', externalId: ['abc'] });
    expect(rest).toEqual([]);
    expect(c?.trust.externalIds).toEqual(['abc']);
  });

  it('change the one that the command names', async () => {
    const [c] = await resolveText(two, { externalId: ['abc'] }, ['exports']);
    expect(c?.trust.externalIds).toEqual(['abc']);
  });

  it('are refused where they could mean several', async () => {
    const error = await errorOf(() => resolveText(two, { externalId: ['abc'] }));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadUsage', path: '--name' });
  });

  it('make a new connection beside those of the file', async () => {
    const flags = { template: 'videsk', bucket: ['acme-recordings'], name: 'recordings' };
    expect((await resolveText(two, flags)).map((c) => [c.name, c.pointer])).toEqual([['recordings', '']]);
  });
});

describe('names', () => {
  it('none means all of the file, one given twice is one', async () => {
    expect((await resolveText(two)).map((c) => c.name)).toEqual(['exports', 'media']);
    expect((await resolveText(two, {}, ['media', 'media'])).map((c) => c.name)).toEqual(['media']);
  });

  it('an unknown one names the nearest', async () => {
    const error = await errorOf(() => resolveText(two, {}, ['medai']));
    expect(error.code).toBe('UnknownConnection');
    expect(error.hint).toContain('"media"');
    expect((await errorOf(() => resolveText(two, { name: 'exprots', externalId: ['abc'] }))).code).toBe(
      'UnknownConnection',
    );
  });
});

describe('defaults', () => {
  it('of the file reach connection and bucket, nearer ones win', async () => {
    const entry = {
      ...bitmovin,
      tags: { team: 'b' },
      buckets: [{ name: 'aaa' }, { name: 'bbb', region: 'eu-west-3', account: '222233334444' }],
    };
    const top = {
      namespace: 'media',
      defaults: { account: '111122223333', profile: 'p', region: 'eu-west-1', tags: { team: 'a', x: 'y' } },
    };
    const c = await resolveEntry(entry, {}, top);
    expect(c.owner.tag).toBe('media/c');
    expect(c.tags).toEqual({ team: 'b', x: 'y' });
    expect(c.site).toEqual({ account: '111122223333', profile: 'p', region: 'eu-west-1', regionGiven: true });
    expect(c.buckets.map(({ site, otherAccount }) => [site.account, site.region, otherAccount])).toEqual([
      ['111122223333', 'eu-west-1', false],
      ['222233334444', 'eu-west-3', true],
    ]);
  });

  it('say where nobody named a region', async () => {
    const [c] = await resolveText(fileOf(bitmovin));
    expect(c?.site).toMatchObject({ region: 'us-east-1', regionGiven: false });
  });
});
