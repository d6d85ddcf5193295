import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson, tempFolder } from '../helpers/cli.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const ID = '4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e';
const good = {
  template: 'bitmovin-analytics-output',
  account: CUSTOMER,
  trust: { externalIds: [ID] },
  buckets: [{ name: 'acme-exports', access: 'output', create: true }],
};

const file = (connection: unknown) => JSON.stringify({ connections: { exports: connection } }, null, 2);

interface Case {
  readonly what: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: string;
  readonly exit: number;
  /** Has to stand in message or hint. */
  readonly says: RegExp;
}

/** The bad input that issue 3 names, each with the one error that it has to give. */
const CASES: readonly Case[] = [
  {
    what: 'an unknown template',
    file: file({ ...good, template: 'bitmovin-analytic-output' }),
    code: 'UnknownTemplate',
    exit: 2,
    says: /bitmovin-analytics-output/,
  },
  {
    what: 'a missing bucket',
    file: file({ ...good, buckets: [{ name: 'acme-missing' }] }),
    code: 'BucketNotFound',
    exit: 2,
    says: /acme-missing/,
  },
  {
    what: 'malformed JSON',
    file: '{\n  "connections": {\n    "x": [}\n',
    code: 'BadFile',
    exit: 2,
    says: /3:11|line 3.*column 11/,
  },
  {
    what: 'an unknown key',
    file: file({ ...good, bukets: [] }),
    code: 'BadFile',
    exit: 2,
    says: /bukets[\s\S]*buckets/,
  },
  {
    what: 'an unknown key of a bucket',
    file: file({ ...good, buckets: [{ name: 'acme-exports', prefx: 'a/' }] }),
    code: 'BadFile',
    exit: 2,
    says: /prefx[\s\S]*prefix/,
  },
  {
    what: 'an ARN of a wrong shape',
    file: file({ ...good, trust: { externalIds: [ID], principals: ['arn:aws:iam::1234:user/x'] } }),
    code: 'BadValue',
    exit: 2,
    says: /arn:aws:iam::1234:user\/x/,
  },
  {
    what: 'a prefix with *',
    file: file({ ...good, buckets: [{ name: 'acme-exports', prefix: 'a*/' }] }),
    code: 'BadValue',
    exit: 2,
    says: /prefix/,
  },
  {
    what: 'a prefix with ?',
    file: file({ ...good, buckets: [{ name: 'acme-exports', prefix: 'a?/' }] }),
    code: 'BadValue',
    exit: 2,
    says: /prefix/,
  },
  {
    what: 'a prefix with $',
    file: file({ ...good, buckets: [{ name: 'acme-exports', prefix: '${aws:x}/' }] }),
    code: 'BadValue',
    exit: 2,
    says: /prefix/,
  },
  {
    what: 'a role name over 64 characters',
    file: file({ ...good, role: { name: 'r'.repeat(65) } }),
    code: 'BadValue',
    exit: 2,
    says: /64/,
  },
  {
    what: 'an external ID that does not fit',
    file: file({ ...good, trust: { externalIds: ['not an id!'] } }),
    code: 'BadValue',
    exit: 2,
    says: /not an id!/,
  },
  {
    what: 'a name given twice',
    file: '{"connections":{"exports":{"template":"coactive","buckets":[{"name":"acme-a"}]},"exports":{"template":"coactive","buckets":[{"name":"acme-a"}]}}}',
    code: 'BadFile',
    exit: 2,
    says: /exports/,
  },
  {
    what: 'a missing external ID',
    file: file({ ...good, trust: {} }),
    code: 'ExternalIdMissing',
    exit: 2,
    says: /external ID/i,
  },
  {
    what: 'the wrong account',
    file: file({ ...good, account: '999988887777' }),
    code: 'WrongAccount',
    exit: 2,
    says: /999988887777[\s\S]*111122223333|111122223333[\s\S]*999988887777/,
  },
  {
    what: 'an unknown connection',
    file: file(good),
    args: ['export'],
    code: 'UnknownConnection',
    exit: 2,
    says: /exports/,
  },
  { what: 'an unknown flag', file: file(good), args: ['--adpot'], code: 'BadUsage', exit: 2, says: /--adopt/ },
  {
    what: 'no credentials',
    file: file(good),
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    code: 'NoCredentials',
    exit: 4,
    says: /--profile/,
  },
  {
    what: 'a profile that does not exist',
    file: file(good),
    args: ['--profile', 'nobody'],
    code: 'NoCredentials',
    exit: 4,
    says: /nobody/,
  },
  {
    what: 'an endpoint that is down',
    file: file(good),
    args: ['--endpoint-url', 'http://127.0.0.1:9'],
    code: 'EndpointUnreachable',
    exit: 1,
    says: /127\.0\.0\.1:9/,
  },
];

describe('bad input', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let empty: string;

  beforeAll(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    empty = await sandbox.state();
  });

  afterAll(async () => {
    await sandbox.close();
    await folder.remove();
  });

  it.each(CASES)('$what is one clear error, and nothing is written', async (each) => {
    const path = join(folder.path, 's3connect.json');
    await writeFile(path, each.file);
    const { code, json } = await runJson<{
      error?: { code: string; message: string; hint: string | null; path: unknown };
    }>(['apply', '--yes', ...(each.args ?? [])], { cwd: folder.path, env: { ...sandbox.env, ...each.env } });
    expect(json.error, JSON.stringify(json)).toBeDefined();
    const { error } = json;
    expect(error?.code).toBe(each.code);
    expect(`${error?.message}\n${error?.hint}`).toMatch(each.says);
    expect(error?.message).not.toBe('');
    expect(error?.hint, 'a remedy').toBeTruthy();
    expect(code).toBe(each.exit);
    expect(await sandbox.state()).toBe(empty);
  });

  it('a wrong region names the real one', async () => {
    await sandbox.reset();
    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    const made = await runJson(['apply', '--yes', '--region', 'eu-west-1', ...flags('acme-region')], {
      cwd: elsewhere,
      env: sandbox.env,
    });
    expect(made.code, JSON.stringify(made.json)).toBe(0);
    await writeFile(
      join(folder.path, 'region.json'),
      JSON.stringify({
        connections: { coactive: { template: 'coactive', region: 'us-west-2', buckets: [{ name: 'acme-region' }] } },
      }),
    );
    const { code, json } = await runJson<{ error: { code: string; message: string; hint: string } }>(
      ['plan', '-f', 'region.json'],
      { cwd: folder.path, env: sandbox.env },
    );
    expect(json.error?.code, JSON.stringify(json)).toBe('BadValue');
    expect(`${json.error.message} ${json.error.hint}`).toContain('eu-west-1');
    expect(code).toBe(2);
  });

  it('without a terminal a confirmation that is needed is bad usage, and nothing is changed', async () => {
    await sandbox.reset();
    const { code, json } = await runJson<{ error: { code: string; path: string } }>(
      ['apply', '-f', 'none-yet.json', '--save', ...flags('acme-unconfirmed')],
      { cwd: folder.path, env: sandbox.env },
    );
    expect(json.error).toMatchObject({ code: 'BadUsage', path: '--yes' });
    expect(code).toBe(2);
    expect(await sandbox.state()).toBe(empty);
  });
});

function flags(bucket: string): readonly string[] {
  return ['--template', 'coactive', '--bucket', bucket, '--create-bucket'];
}
