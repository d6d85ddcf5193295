import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTemplates, loadTemplate } from '../../src/template/catalogue.js';
import { checkTemplate } from '../../src/template/check.js';
import { errorOf, resolveFlags } from '../helpers/connections.js';
import { templateText } from '../helpers/templates.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-templates-'));
  const pack = join(folder, 'node_modules', '@acme', 'templates');
  await mkdir(join(pack, 'more'), { recursive: true });
  await writeFile(join(folder, 'vendor.json'), templateText());
  await writeFile(join(folder, 'broken.json'), templateText({ acess: {} }));
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(pack, 'template.json'), templateText({ id: 'packed' }));
  await writeFile(join(pack, 'more', 'other.json'), templateText({ id: 'other' }));
  await writeFile(join(pack, 'index.js'), 'throw new Error("run");');
});
afterAll(() => rm(folder, { recursive: true }));

describe('built-in templates', () => {
  it('are those of the guides and the generic ones', async () => {
    expect((await listTemplates()).map((template) => template.id)).toEqual([
      'accurate-video',
      'bitmovin-analytics-output',
      'bitmovin-encoding-input',
      'bitmovin-encoding-output',
      'coactive',
      'generic-read',
      'generic-read-write',
      'generic-write',
      'videsk',
    ]);
  });

  it('have no error of their own, name their source and the day it was checked, and work from flags alone', async () => {
    for (const template of await listTemplates()) {
      const text = await readFile(new URL(`../../templates/${template.id}.json`, import.meta.url), 'utf8');
      const errors = checkTemplate(text, template.id).findings.filter((one) => one.severity === 'error');
      expect(errors).toEqual([]);
      expect(template.docs.length).toBeGreaterThan(0);
      for (const { url, checked } of template.docs)
        expect([url.startsWith('https://'), checked]).toEqual([true, '2026-11-24']);
      for (const method of template.methods) {
        const roleName = method === 'existing-role' ? { roleName: 'app-*' } : {};
        expect(
          (await resolveFlags({ template: template.id, method, bucket: ['acme-media'], ...roleName })).method,
        ).toBe(method);
      }
    }
  });

  it('grant Bitmovin Analytics exactly what its guide lists', async () => {
    const { template, builtin } = await loadTemplate('bitmovin-analytics-output', folder);
    expect(builtin).toBe(true);
    expect(template.access.output?.map(({ action }) => action)).toEqual([
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:PutObject',
      's3:PutObjectAcl',
    ]);
    expect(template.principals).toEqual({ aws: ['arn:aws:iam::630681592166:user/bitmovinCustomerS3Access'] });
  });
});

describe('other templates', () => {
  it('are found by path, relative to the folder', async () => {
    for (const ref of ['./vendor.json', 'vendor.json', join(folder, 'vendor.json')]) {
      expect(await loadTemplate(ref, folder)).toMatchObject({ builtin: false, template: { id: 'vendor' } });
    }
  });

  it('are found in installed packages, and no code of theirs is run', async () => {
    expect((await loadTemplate('npm:@acme/templates', folder)).template.id).toBe('packed');
    expect((await loadTemplate('npm:@acme/templates/more/other.json', folder)).template.id).toBe('other');
  });

  it.each([
    ['coactiv', /no template "coactiv"/, /"coactive"/],
    ['./nope.json', /no template file/, /template list/],
    ['npm:not-installed', /not installed/, /npm install not-installed/],
    ['npm:@acme/templates/../../../secret.txt', /no template in a package/, /npm:PACKAGE/],
    ['npm:@acme/templates/nope.json', /no template file/, /template list/],
    ['npm:../x', /no template in a package/, /npm:PACKAGE/],
  ])('%s is unknown', async (ref, says, hint) => {
    const error = await errorOf(() => loadTemplate(ref, folder));
    expect(error.code).toBe('UnknownTemplate');
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(hint);
  });

  it('say where they are wrong', async () => {
    const error = await errorOf(() => loadTemplate('./broken.json', folder));
    expect({ code: error.code, path: error.path }).toEqual({ code: 'BadTemplate', path: '/acess' });
    expect(error.message).toMatch(/broken\.json:\d+:\d+: the key "acess" is not known; did you mean "access"/);
  });
});
