import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere, runHere } from '../helpers/in-process.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const FILE = {
  connections: {
    videsk: { template: 'generic-write', method: 'user', buckets: [{ name: 'acme-recordings', create: true }] },
  },
};

describe('the secret of an access key', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;
  let printed = '';

  beforeEach(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    customer = { cwd: folder.path, env: { ...sandbox.env, XDG_STATE_HOME: join(folder.path, 'state') } };
    printed = '';
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
  });

  afterEach(async () => {
    await sandbox.close();
    await folder.remove();
  });

  async function run(...args: string[]): Promise<number | null> {
    const { code, stdout, stderr } = await runHere(args, customer);
    printed += stdout + stderr;
    return code;
  }

  const secretFile = () => join(folder.path, 'state', 's3connect', 'videsk.credentials');

  async function secret(): Promise<string> {
    const text = await readFile(secretFile(), 'utf8');
    return /aws_secret_access_key\s*=\s*(\S+)/.exec(text)![1]!;
  }

  it('is in its file of mode 0600 and nowhere else', async () => {
    expect(await run('plan', '-v')).toBe(0);
    expect(await run('apply', '--yes', '-v')).toBe(0);
    const first = await secret();
    expect((await stat(secretFile())).mode & 0o777).toBe(0o600);
    expect(await readFile(secretFile(), 'utf8')).toContain('[videsk]');
    for (const args of [
      ['apply', '--yes', '-v', '--json'],
      ['plan', '--json', '-v'],
      ['handoff', '--json', '-v'],
      ['handoff'],
      [
        'verify',
        '-v',
        '--wait',
        '0',
        '--report',
        'r.xml',
        '--report',
        'r.json',
        '--report',
        'r.md',
        '--report',
        'r.sarif',
      ],
      ['generate', '--account', '111122223333', '--out', 'documents'],
      ['user', 'rotate', 'videsk', '--yes', '-v'],
      ['user', 'rotate', 'videsk', '--yes', '--finish', '-v'],
      ['apply', 'nobody', '-v'],
    ]) {
      await run(...args);
    }
    const second = await secret();
    expect(second).not.toBe(first);
    expect(printed).toContain('videsk');
    for (const each of [first, second]) expect(printed.includes(each)).toBe(false);
    const files = (await readdir(folder.path, { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
    for (const each of files) {
      const path = join(each.parentPath, each.name);
      if (path === secretFile()) continue;
      const text = await readFile(path, 'utf8');
      for (const one of [first, second]) expect(text.includes(one), path).toBe(false);
    }
    expect((await readdir(join(folder.path, 'state', 's3connect'))).length).toBe(1);
    const state = await sandbox.state();
    expect(state.includes(first) || state.includes(second)).toBe(false);
  });

  it('is not made again where only its file is gone', async () => {
    expect(await run('apply', '--yes')).toBe(0);
    const before = await sandbox.state();
    const { rm } = await import('node:fs/promises');
    await rm(secretFile());
    await run('apply', '--yes');
    expect(await sandbox.state()).toBe(before);
  });

  it('goes into no git work tree that does not ignore it', async () => {
    execFileSync('git', ['init', '-q', folder.path]);
    const before = await sandbox.state();
    const refused = await jsonHere<{ error: { code: string; path: string } }>(
      ['apply', '--yes', '--secret-file', 'key.credentials'],
      customer,
    );
    expect(refused.json.error).toMatchObject({ code: 'BadValue', path: '--secret-file' });
    expect(refused.code).toBe(2);
    expect(await sandbox.state()).toBe(before);
    await writeFile(join(folder.path, '.gitignore'), '*.credentials\n');
    const applied = await jsonHere(['apply', '--yes', '--secret-file', 'key.credentials'], customer);
    expect(applied.code, JSON.stringify(applied.json)).toBe(0);
    expect((await stat(join(folder.path, 'key.credentials'))).mode & 0o777).toBe(0o600);
  });

  it('rotates in two steps, and never to a third key', async () => {
    const keys = async () => {
      const { accessAs } = await import('../helpers/account.js');
      const access = accessAs(sandbox.env);
      const found = await access.ports({}).iam.listAccessKeys('videsk');
      access.close();
      return found.length;
    };
    expect(await run('apply', '--yes')).toBe(0);
    expect(await keys()).toBe(1);
    expect(await run('user', 'rotate', 'videsk', '--yes')).toBe(0);
    expect(await keys()).toBe(2);
    await run('user', 'rotate', 'videsk', '--yes');
    expect(await keys()).toBe(2);
    expect(await run('user', 'rotate', 'videsk', '--finish', '--yes'), printed).toBe(0);
    expect(await keys()).toBe(1);
    expect(await run('verify', '--wait', '1'), printed).toBe(0);
    expect(await run('destroy', '--yes')).toBe(0);
  });
});
