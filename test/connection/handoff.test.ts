import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlOf, shellQuote } from '../../src/connection/curl.js';
import { handoffOf } from '../../src/connection/handoff.js';
import type { ResolvedConnection } from '../../src/connection/types.js';
import type { HandoffItemTemplate } from '../../src/template/types.js';
import { errorOf, factsOf, resolveEntry } from '../helpers/connections.js';

const ORG = '123e4567-e89b-12d3-a456-426614174000';

/** What a shell hands to a program for these words. */
function words(command: string, env: Record<string, string> = {}): string[] {
  const script = command.replace(/^curl/, `node -e 'console.log(JSON.stringify(process.argv.slice(1)))' --`);
  return JSON.parse(execFileSync('sh', ['-c', script], { env: { ...process.env, ...env }, encoding: 'utf8' }));
}

/** A connection whose template has these items. */
async function withItems(
  handoff: readonly HandoffItemTemplate[],
  entry: Record<string, unknown> = {},
): Promise<ResolvedConnection> {
  const c = await resolveEntry({
    template: 'generic-read',
    trust: { principals: ['222233334444'] },
    buckets: [{ name: 'acme' }],
    ...entry,
  });
  return { ...c, template: { ...c.template, handoff, byMethod: {} } };
}

describe('handoff', () => {
  it('of Bitmovin works before the role and its external ID exist', async () => {
    const c = await resolveEntry({
      template: 'bitmovin-analytics-output',
      role: { path: '/vendors/', name: 'bm' },
      params: { tenantOrgId: ORG },
      buckets: [{ name: 'acme' }],
    });
    const handoff = handoffOf(c, factsOf());
    expect(handoff).toMatchObject({ name: 'c', status: 'ready', missing: [] });
    const [item] = handoff.items;
    expect(item?.fields).toMatchObject({
      bucketName: 'acme',
      roleArn: 'arn:aws:iam::111122223333:role/vendors/bm',
      externalIdMode: 'GENERATED',
    });
    expect(item?.request).toMatchObject({
      method: 'POST',
      url: 'https://api.bitmovin.com/v1/analytics/outputs/s3-role-based',
      headers: { 'X-Api-Key': '$BITMOVIN_API_KEY', 'X-Tenant-Org-Id': ORG },
    });
  });

  it('drops what resolves to nothing', async () => {
    const c = await resolveEntry({ template: 'bitmovin-analytics-output', buckets: [{ name: 'acme' }] });
    const [item] = handoffOf(c, factsOf()).items;
    expect(item?.fields).not.toHaveProperty('tenantOrgId');
    expect(item?.request?.headers).not.toHaveProperty('X-Tenant-Org-Id');
  });

  it('lists what is not known yet', async () => {
    const c = await resolveEntry({ template: 'videsk', buckets: [{ name: 'acme', accessPoint: { name: 'acme-ap' } }] });
    const before = handoffOf(c, factsOf());
    expect(before).toMatchObject({
      status: 'incomplete',
      missing: ['user.accessKeyId', 'user.secretFile', 'accessPoint.alias'],
    });
    expect(before.items[0]?.fields.accessKeyId).toBeNull();
    const facts = factsOf({
      accessKeyId: 'AKIAEXAMPLE',
      secretFile: '/s/c.credentials',
      accessPointAliases: { 'acme-ap': 'acme-ap-x-s3alias' },
    });
    expect(handoffOf(c, facts)).toMatchObject({ status: 'ready', missing: [] });
    expect(handoffOf(c, facts).items[0]?.fields).toMatchObject({
      accessKeyId: 'AKIAEXAMPLE',
      secretFile: '/s/c.credentials',
      accessPointAlias: 'acme-ap-x-s3alias',
    });
  });

  it('lists the role ARN where the account or the role is not known', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    expect(handoffOf(c, factsOf({ account: '' })).missing).toEqual(['role.arn']);
    const glob = await withItems(
      [{ title: 't', per: 'connection', fields: { a: '{{role.arn}}', n: '{{role.name}}' } }],
      { method: 'existing-role', role: { name: 'av-*' } },
    );
    expect(handoffOf(glob, factsOf()).missing).toEqual(['role.arn', 'role.name']);
  });

  it('gives values their JSON types', async () => {
    const c = await withItems(
      [
        {
          title: '{{connection.name}} of {{bucket.name}}',
          per: 'bucket',
          fields: {
            ids: '{{externalIds}}',
            read: '{{bucket.allows.read}}',
            list: ['{{params.none}}', '{{bucket.region}}'],
            access: '{{bucket.access}}',
            text: 'p={{bucket.prefix}}',
          },
        },
      ],
      {
        trust: { principals: ['222233334444'], externalIds: ['id-one', 'id-two'] },
        buckets: [{ name: 'acme', access: ['read', 'list'], prefix: 'a' }],
      },
    );
    expect(handoffOf(c, factsOf()).items[0]).toMatchObject({
      title: 'c of acme',
      fields: { ids: ['id-one', 'id-two'], read: true, list: ['us-east-1'], access: ['read', 'list'], text: 'p=a/' },
    });
  });

  it('is an error where one external ID is meant and there are several', async () => {
    const c = await withItems([{ title: 't', per: 'connection', fields: { id: '{{externalId}}' } }], {
      trust: { principals: ['222233334444'], externalIds: ['id-one', 'id-two'] },
    });
    expect((await errorOf(() => handoffOf(c, factsOf()))).path).toBe('/connections/c/trust/externalIds');
  });

  it('shows items only for their methods and access', async () => {
    const c = await withItems([
      { title: 'a', per: 'bucket', methods: ['user'], fields: {} },
      { title: 'b', per: 'bucket', access: ['list'], fields: {} },
      { title: 'c', per: 'bucket', access: ['input'], fields: {} },
      { title: 'd', per: 'connection', fields: {} },
    ]);
    expect(handoffOf(c, factsOf()).items.map((item) => [item.title, item.bucket])).toEqual([
      ['c', 'acme'],
      ['d', null],
    ]);
  });

  it('prints no control characters', async () => {
    const c = await withItems([
      {
        title: 't\u001b[2J',
        per: 'connection',
        fields: { a: 'x\u0007\u009b' },
        request: { method: 'POST', url: 'https://v.example/\u001b', body: { b: '\u009b' } },
      },
    ]);
    expect(JSON.stringify(handoffOf(c, factsOf()))).not.toMatch(/\\u00(?:1b|07|9b)|[\u0080-\u009f]/);
  });
});

describe('curl', () => {
  it('keeps $NAME in a header a reference to the environment, also after Bearer', async () => {
    const c = await resolveEntry({ template: 'coactive', buckets: [{ name: 'acme' }] });
    const curl = handoffOf(c, factsOf()).items[0]?.curl ?? '';
    expect(words(curl, { COACTIVE_API_TOKEN: "a'b $x" })).toContain("Authorization: Bearer a'b $x");
  });

  it('quotes everything else for a POSIX shell', () => {
    const nasty = `it's $HOME \`id\` $(id) "x" \\ ; & | > \n`;
    const request = {
      method: 'POST',
      url: `https://v.example/?a=${nasty}`,
      headers: { 'X-A': nasty, 'X-B': '$HOME' },
      body: { a: nasty },
    };
    const got = words(curlOf(request, { 'X-A': '{{params.a}}', 'X-B': '{{params.b}}' }));
    expect(got).toEqual([
      '-sS',
      '-X',
      'POST',
      request.url,
      '-H',
      `X-A: ${nasty}`,
      '-H',
      'X-B: $HOME',
      '--data',
      JSON.stringify({ a: nasty }),
    ]);
  });

  it('quotes single words only where it must', () => {
    expect(shellQuote('https://a.example/x')).toBe('https://a.example/x');
    expect(shellQuote('')).toBe("''");
    expect(shellQuote("it's")).toBe(`'it'\\''s'`);
  });
});
