import { describe, expect, it } from 'vitest';
import type { ResolvedConnection } from '../../src/connection/types.js';
import { type ExpectedOptions, expectedRows } from '../../src/verify/expected.js';
import { changed, connection, FACTS } from './fixtures.js';

const NOTHING: ExpectedOptions = { externalIds: [], assumed: false, tlsOnly: new Set() };

function rows(c: ResolvedConnection, o: Partial<ExpectedOptions> = {}): Record<string, string> {
  return Object.fromEntries(expectedRows(c, FACTS, { ...NOTHING, ...o }).map(({ id, expect }) => [id, expect]));
}

describe('the rows of a bucket', () => {
  it('expect allow for what is granted and deny for everything else', async () => {
    const c = await connection({ template: 'accurate-video', method: 'user', bucket: ['raw:input'] });
    expect(rows(c)).toEqual({
      'user:accurate-video': 'allow',
      'bucket:raw': 'allow',
      'location:raw': 'deny',
      'list:raw': 'allow',
      'get:raw': 'allow',
      'put:raw': 'deny',
      'delete:raw': 'deny',
      'acl:raw': 'deny',
      'policy:raw': 'deny',
      'public:raw': 'deny',
    });
  });

  it('have multipart where writing is granted, and the outside of the prefix for what is granted', async () => {
    const c = await connection({ template: 'accurate-video', method: 'user', bucket: ['raw:read+write:in/'] });
    expect(rows(c)).toMatchObject({
      'multipart:raw': 'allow',
      'get.outside-prefix:raw': 'deny',
      'put.outside-prefix:raw': 'deny',
    });
    expect(rows(c)).not.toHaveProperty('list.outside-prefix:raw');
    expect(rows(c)).not.toHaveProperty('delete.outside-prefix:raw');
  });

  it('have no outside where the template frees the action from the prefix', async () => {
    const c = await connection({ template: 'accurate-video', method: 'user', bucket: ['raw:read+list:in/'] });
    const actions = c.buckets[0]!.actions.map((action) =>
      action.action === 's3:ListBucket' ? { ...action, prefix: false } : action,
    );
    const free = rows(changed(c, { actions }));
    expect(free).not.toHaveProperty('list.outside-prefix:raw');
    expect(free).toHaveProperty('get.outside-prefix:raw');
  });

  it('open what is for everybody: anonymous, and publicPlayback under its prefix', async () => {
    const open = await connection({ template: 'accurate-video', method: 'anonymous', bucket: ['raw:read'] });
    expect(rows(open)).toMatchObject({ 'public:raw': 'allow', 'get:raw': 'allow' });
    const output = await connection({ template: 'bitmovin-analytics-output', bucket: ['out'], externalId: ['id-1'] });
    expect(rows(output)).toMatchObject({ 'public:out': 'deny', 'get:out': 'deny' });
    expect(rows(changed(output, { publicPlayback: true }))).toMatchObject({
      'public:out': 'allow',
      'get:out': 'allow',
    });
  });

  it('are about BUCKET/PREFIX/ where the bucket appears several times', async () => {
    const c = await connection({ template: 'accurate-video', method: 'user', bucket: ['raw:read:a/', 'raw:write:b/'] });
    expect(rows(c)).toMatchObject({
      'bucket:raw': 'allow',
      'get:raw/a/': 'allow',
      'get:raw/b/': 'deny',
      'put:raw/b/': 'allow',
    });
  });

  it('have tls only where a TLS-only statement is there', async () => {
    const c = await connection({ template: 'accurate-video', method: 'user', bucket: ['raw:input'] });
    expect(rows(c, { tlsOnly: new Set(['raw']) })).toMatchObject({ 'tls:raw': 'deny' });
    expect(rows(c)).not.toHaveProperty('tls:raw');
  });
});

describe('the rows of an access point', () => {
  const flags = { template: 'accurate-video', method: 'bucket-policy', principal: ['999988887777'] };
  it('are as the bucket says, and the direct way is shut', async () => {
    const c = await connection({ ...flags, bucket: ['raw:read+write'], accessPoint: 'raw-av' });
    expect(rows(c)).toMatchObject({
      'access-point:raw-av': 'allow',
      'access-point.list:raw-av': 'deny',
      'access-point.get:raw-av': 'allow',
      'access-point.put:raw-av': 'allow',
      'put.direct:raw': 'deny',
      'get.direct:raw': 'deny',
    });
  });

  it('leave the direct way open with direct', async () => {
    const c = await connection({ ...flags, bucket: ['raw:read+write'], accessPoint: 'raw-av' });
    const direct = rows(changed(c, { accessPoint: { name: 'raw-av', vpcId: undefined, direct: true } }));
    expect(direct).not.toHaveProperty('put.direct:raw');
    expect(direct).toMatchObject({ 'access-point.put:raw-av': 'allow', 'put:raw': 'allow' });
  });
});

describe('the rows of CORS', () => {
  const flags = { template: 'accurate-video', method: 'bucket-policy', principal: ['999988887777'], bucket: ['raw'] };
  it('are one for each origin, null included, and one for a stranger', async () => {
    const c = await connection({ ...flags, origin: ['https://av.example'] });
    expect(rows(c)).toMatchObject({
      'cors:raw:https://av.example': 'allow',
      'cors:raw:null': 'allow',
      'cors.foreign-origin:raw': 'deny',
    });
  });

  it('have no stranger where everybody is let in', async () => {
    const c = await connection({ ...flags, origin: ['*'] });
    expect(rows(c)).toHaveProperty('cors:raw:*', 'allow');
    expect(rows(c)).not.toHaveProperty('cors.foreign-origin:raw');
  });
});

describe('the rows of assuming a role', () => {
  const flags = { template: 'bitmovin-analytics-output', bucket: ['out'] };
  const assumed = { assumed: true };
  const only = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => id.startsWith('assume.')));

  it('count the external IDs from 1 where there are several', async () => {
    const c = await connection({ ...flags, externalId: ['one', 'two'] });
    expect(only(rows(c, { ...assumed, externalIds: ['one'] }))).toEqual({
      'assume.external-id': 'allow',
      'assume.no-external-id': 'deny',
      'assume.wrong-external-id': 'deny',
    });
    expect(only(rows(c, { ...assumed, externalIds: ['one', 'two'] }))).toEqual({
      'assume.external-id:1': 'allow',
      'assume.external-id:2': 'allow',
      'assume.no-external-id': 'deny',
      'assume.wrong-external-id': 'deny',
    });
  });

  it('are one alone where there is no external ID', async () => {
    const c = await connection({ template: 'coactive', bucket: ['films'] });
    expect(only(rows(c, assumed))).toEqual({ 'assume.external-id': 'allow' });
  });

  it('come after what exists and before the buckets, in the same order each time', async () => {
    const c = await connection({ ...flags, externalId: ['one'] });
    const ids = () => expectedRows(c, FACTS, { ...NOTHING, ...assumed, externalIds: ['one'] }).map(({ id }) => id);
    expect(ids().slice(0, 6)).toEqual([
      'role:bitmovin-analytics-output',
      'bucket:out',
      'assume.external-id',
      'assume.no-external-id',
      'assume.wrong-external-id',
      'location:out',
    ]);
    expect(ids()).toEqual(ids());
  });
});
