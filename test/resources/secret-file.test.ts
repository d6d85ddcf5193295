import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkSecretPlace, readSecret, removeSecret, writeSecret } from '../../src/resources/secret-file.js';

const key = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'se/cret+' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-secret-'));
});

describe('the secret file', () => {
  it('is new, for its owner alone, in the AWS credentials format', async () => {
    const file = join(folder, 'new', 'c.credentials');
    await writeSecret(file, 'c', key);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700);
    expect(await readFile(file, 'utf8')).toBe(
      '[c]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = se/cret+\n',
    );
    expect(await readSecret(file, 'c')).toEqual(key);
    expect(await readSecret(file)).toEqual(key);
    expect(await readSecret(file, 'other')).toBeUndefined();
    expect(await readSecret(join(folder, 'missing'), 'c')).toBeUndefined();
  });

  it('is never overwritten', async () => {
    const file = join(folder, 'c.credentials');
    await writeFile(file, 'mine');
    await expect(checkSecretPlace(file)).rejects.toMatchObject({ code: 'BadValue', path: '--secret-file' });
    await expect(writeSecret(file, 'c', key)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('goes only with its own key', async () => {
    const file = join(folder, 'c.credentials');
    await writeSecret(file, 'c', key);
    await removeSecret(file, 'c', 'AKIAOTHER');
    expect(await readSecret(file, 'c')).toEqual(key);
    await removeSecret(file, 'c', 'AKIAEXAMPLE');
    expect(await readSecret(file, 'c')).toBeUndefined();
  });

  it('lies in no git work tree that does not ignore it', async () => {
    execFileSync('git', ['init', '-q', folder]);
    await mkdir(join(folder, 'sub'));
    const file = join(folder, 'sub', 'deeper', 'c.credentials');
    await expect(checkSecretPlace(file)).rejects.toThrow(/git work tree/);
    await writeFile(join(folder, '.gitignore'), '*.credentials\n');
    await expect(checkSecretPlace(file)).resolves.toBeUndefined();
  });
});
