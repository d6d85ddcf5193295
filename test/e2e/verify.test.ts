import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere, runHere } from '../helpers/in-process.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const VENDOR = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const FILE = {
  connections: {
    exports: {
      template: 'bitmovin-analytics-output',
      account: '111122223333',
      role: { name: 'exports' },
      trust: { externalIds: ['4f0c6b1e-5a4e-4a0e-9d4b-1d2f3c4b5a69'] },
      buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
    },
    videsk: {
      template: 'generic-write',
      method: 'user',
      user: { name: 'videsk-connector' },
      buckets: [{ name: 'acme-recordings', create: true }],
    },
  },
};

interface Report {
  readonly connections: readonly {
    readonly status: string;
    readonly mode: string;
    readonly checks: readonly { readonly id: string; readonly ok: boolean | null; readonly by: string }[];
  }[];
}
interface Failed {
  readonly error: { readonly code: string; readonly path: string; readonly hint: string };
}

describe('verify as it is typed', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;
  let vendor: InProcessOptions;

  beforeAll(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    const state = { XDG_STATE_HOME: join(folder.path, 'state') };
    customer = { cwd: folder.path, env: { ...sandbox.env, ...state } };
    vendor = { cwd: folder.path, env: await sandbox.envFor(VENDOR) };
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
    expect((await runHere(['apply', '--yes'], customer)).code).toBe(0);
  });
  afterAll(async () => {
    await sandbox.close();
    await folder.remove();
  });

  const verify = (as: InProcessOptions, ...args: string[]) => jsonHere<Report>(['verify', ...args], as);
  const refused = (as: InProcessOptions, ...args: string[]) => jsonHere<Failed>(['verify', ...args], as);

  it('--no-write sends no writing request, and leaves those rows to the evaluator', async () => {
    for (const [who, name] of [
      [vendor, 'exports'],
      [customer, 'videsk'],
    ] as const) {
      const { json, stderr } = await verify(who, name, '--no-write', '-v');
      expect(stderr).toMatch(/s3:GetBucketLocation/);
      expect(stderr).not.toMatch(/(Put|Delete|CreateMultipart|AbortMultipart)\w* .*ms/);
      const put = json.connections[0]?.checks.find(({ id }) => id.startsWith('put:'));
      expect(put?.ok === null || put?.by === 'evaluator').toBe(true);
    }
    const { code, json } = await refused(customer, 'exports', '--mode', 'self', '--yes', '--no-write');
    expect({ code, error: json.error }).toMatchObject({ code: 2, error: { code: 'BadUsage', path: '--no-write' } });
  });

  it('a report makes its folder, and one that can not be written is an error, not silence', async () => {
    expect((await runHere(['verify', 'exports', '--report', 'new/folder/r.json'], customer)).code).toBe(0);
    const report = JSON.parse(await readFile(join(folder.path, 'new', 'folder', 'r.json'), 'utf8')) as Report;
    expect(report.connections).toHaveLength(1);
    for (const file of ['/proc/nope/r.md', 's3connect.json/r.md']) {
      const { code, json } = await refused(customer, 'exports', '--report', file);
      expect({ code, error: json.error }).toMatchObject({ code: 2, error: { code: 'BadValue', path: '--report' } });
    }
  });

  it('a mode that does not fit names those that do', async () => {
    const { code, json } = await refused(customer, 'exports', '--mode', 'direct');
    expect({ code, error: json.error }).toMatchObject({ code: 2, error: { code: 'BadUsage', path: '--mode' } });
    expect(json.error.hint).toContain('assume, self, simulate');
  });

  it('an access key that is not accepted, or is of another user, breaks the connection', async () => {
    const file = join(folder.path, 'state', 's3connect', 'videsk.credentials');
    const id = /aws_access_key_id\s*=\s*(\S+)/.exec(await readFile(file, 'utf8'))?.[1] ?? '';
    const other = await sandbox.envFor(VENDOR);
    for (const keys of [
      { S3CONNECT_ACCESS_KEY_ID: id, S3CONNECT_SECRET_ACCESS_KEY: 'another' },
      {
        S3CONNECT_ACCESS_KEY_ID: other.AWS_ACCESS_KEY_ID ?? '',
        S3CONNECT_SECRET_ACCESS_KEY: other.AWS_SECRET_ACCESS_KEY ?? '',
      },
    ]) {
      const env = { ...customer.env, ...keys };
      const { code, json } = await verify({ ...customer, env }, 'videsk', '--wait', '0');
      expect({ code, ...json.connections[0] }).toMatchObject({ code: 1, status: 'broken', mode: 'keys' });
      expect(json.connections[0]?.checks[0]).toMatchObject({ id: 'user:videsk-connector', ok: false });
    }
    const missing = await refused(customer, 'videsk', '--secret-file', join(folder.path, 'nowhere'));
    expect(missing.json.error).toMatchObject({ code: 'BadUsage', path: '--secret-file' });
  });
});
