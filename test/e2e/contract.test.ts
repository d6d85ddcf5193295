import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliOptions, runCli, runJson, tempFolder } from '../helpers/cli.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const ROLE = `arn:aws:iam::${CUSTOMER}:role/exports`;
const VENDOR = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const FILE = {
  connections: {
    exports: {
      template: 'bitmovin-analytics-output',
      account: CUSTOMER,
      trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'] },
      buckets: [{ name: 'acme-exports', access: 'output', prefix: 'analytics/', create: true }],
    },
  },
};

type Json = Record<string, unknown>;

describe('the contract of the command line', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: CliOptions;
  let before: string;

  beforeAll(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
    customer = { cwd: folder.path, env: sandbox.env };
    before = await sandbox.state();
  });

  afterAll(async () => {
    await sandbox.close();
    await folder.remove();
  });

  it('template list, show and check', async () => {
    const list = await runJson<{ templates: Json[] }>(['template', 'list'], customer);
    expect(list.code).toBe(0);
    for (const each of list.json.templates) {
      expect(each).toMatchObject({ id: expect.any(String), title: expect.any(String), vendor: expect.any(String) });
      expect(each.methods).toEqual(expect.arrayContaining([expect.any(String)]));
      expect(each.access).toEqual(expect.arrayContaining([expect.any(String)]));
    }
    const show = await runJson(['template', 'show', 'coactive'], customer);
    expect(show.json).toMatchObject({ id: 'coactive', methods: ['role', 'bucket-policy'] });
    await writeFile(join(folder.path, 'vendor.json'), JSON.stringify({ ...show.json, id: 'vendor' }));
    const check = await runJson<{ findings: Json[] }>(['template', 'check', 'vendor.json'], customer);
    expect(check.json.findings.filter((each) => each.severity === 'error')).toEqual([]);
    expect(check.code).toBe(0);
    await writeFile(join(folder.path, 'bad.json'), '{"id": }');
    expect((await runJson<{ error: Json }>(['template', 'check', 'bad.json'], customer)).json.error.code).toBe(
      'BadTemplate',
    );
  });

  it('template new writes one that passes its own check, and overwrites nothing', async () => {
    expect((await runCli(['template', 'new', 'mine.json'], customer)).code).toBe(0);
    const check = await runJson<{ findings: Json[] }>(['template', 'check', 'mine.json'], customer);
    expect(check.code, JSON.stringify(check.json)).toBe(0);
    expect((await runCli(['template', 'new', 'mine.json'], customer)).code).toBe(2);
  });

  it('generate needs no credentials', async () => {
    const { code, json } = await runJson<{ connections: { name: string; documents: Json[] }[] }>(['generate'], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    const [exports] = json.connections;
    expect(exports?.name).toBe('exports');
    const kinds = exports?.documents.map((each) => each.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['trust-policy', 'role-policy', 'bucket-policy', 'public-access-block']),
    );
    for (const each of exports?.documents ?? []) {
      expect(each).toMatchObject({ kind: expect.any(String), target: expect.any(String), document: expect.anything() });
    }
    const out = await runCli(['generate', '--out', 'documents'], { cwd: folder.path });
    expect(out.code).toBe(0);
    expect(out.stdout).toContain(join('documents', 'exports', 'trust-policy.exports.json'));
    const other = await runJson<{ error: Json }>(['generate', '--format', 'terraform'], { cwd: folder.path });
    expect(other.json.error).toMatchObject({ code: 'BadUsage', path: '--format' });
    // No ARN of these names the customer's account; an access point's does.
    await mkdir(join(folder.path, 'bare'));
    const bare = { cwd: join(folder.path, 'bare') };
    const known = await runCli(['generate', '--template', 'coactive', '--bucket', 'acme-x'], bare);
    expect(known.code, known.stderr).toBe(0);
    const point = ['--template', 'generic-write', '--method', 'user', '--bucket', 'acme-x', '--access-point', 'acme-p'];
    const unknown = await runJson<{ error: Json }>(['generate', ...point], bare);
    expect(unknown.code).toBe(2);
    expect(unknown.json.error).toMatchObject({ code: 'BadUsage', path: '--account' });
  });

  it('plan, then apply with --expect', async () => {
    const plan = await runJson<Json & { fingerprint: string; connections: Json[] }>(['plan'], customer);
    expect(plan.code).toBe(0);
    expect(plan.json).toMatchObject({
      fingerprint: expect.any(String),
      connections: [{ name: 'exports', account: CUSTOMER, region: 'us-east-1', findings: expect.any(Array) }],
      summary: { update: 0, delete: 0, unchanged: 0 },
    });
    const changes = plan.json.connections[0]?.changes as Json[];
    expect(changes.find((each) => each.resource === 'role')).toMatchObject({
      action: 'create',
      id: ROLE,
      before: null,
    });
    expect(changes.find((each) => each.resource === 'role-policy')?.id).toBe('exports/s3connect');
    expect(changes.find((each) => each.resource === 'bucket')?.id).toBe('acme-exports');
    expect((await runCli(['plan', '--exit-code'], customer)).code).toBe(3);

    const refused = await runJson<{ error: Json }>(['apply', '--yes', '--expect', 'something-else'], customer);
    expect(refused.json.error.code).toBe('PlanChanged');
    expect(refused.code).toBe(2);
    expect(await sandbox.state()).toBe(before);

    const applied = await runJson<{ connections: Json[] }>(
      ['apply', '--yes', '--expect', plan.json.fingerprint],
      customer,
    );
    expect(applied.code, JSON.stringify(applied.json)).toBe(0);
    const [connection] = applied.json.connections;
    for (const each of (connection?.changes ?? []) as Json[]) expect(each.status, JSON.stringify(each)).toBe('done');
    expect(connection?.handoff).toEqual([
      expect.objectContaining({ title: expect.any(String), bucket: expect.any(String), curl: expect.any(String) }),
    ]);
    expect(connection?.handoffMissing).toEqual([]);
  });

  it('plan after apply is empty, and apply again needs no confirmation and writes nothing', async () => {
    const plan = await runJson<{ connections: { changes: Json[] }[]; summary: Json }>(
      ['plan', '--exit-code'],
      customer,
    );
    expect(plan.code).toBe(0);
    expect(plan.json.summary).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(plan.json.connections[0]?.changes.map((each) => each.action)).toEqual(
      plan.json.connections[0]?.changes.map(() => 'none'),
    );
    const again = await runCli(['apply', '-v'], customer);
    expect(again.code).toBe(0);
    expect(again.stderr).not.toMatch(/:(Put|Create|Delete|Update|Tag|Attach)\w+ /);
    expect(again.stderr).toMatch(/\d+ AWS calls/);
  });

  it('role show and role list', async () => {
    const show = await runJson(['role', 'show', 'exports'], customer);
    expect(show.json).toMatchObject({
      name: 'exports',
      arn: ROLE,
      connection: 'exports',
      template: 'bitmovin-analytics-output',
      policies: { s3connect: { Version: '2012-10-17' } },
      trustPolicy: { Statement: expect.anything() },
      tags: { 's3connect:connection': 'exports' },
    });
    expect((await runJson(['role', 'show', '--role-name', 'exports'], customer)).json).toMatchObject({ arn: ROLE });
    const missing = await runJson<{ error: Json }>(['role', 'show', '--role-name', 'nobody'], customer);
    expect(missing.json.error.code).toBe('RoleNotFound');
    const list = await runJson(['role', 'list'], customer);
    expect(list.json).toEqual({
      roles: [{ name: 'exports', arn: ROLE, connection: 'exports', template: 'bitmovin-analytics-output' }],
    });
  });

  it('handoff, online and offline', async () => {
    for (const args of [[], ['--account', CUSTOMER]]) {
      const env = args.length === 0 ? sandbox.env : {};
      const { json, code } = await runJson<{ connections: Json[] }>(['handoff', ...args], { cwd: folder.path, env });
      expect(code).toBe(0);
      const [handoff] = json.connections;
      expect(handoff).toMatchObject({ name: 'exports', status: 'ready', missing: [] });
      const [item] = (handoff?.items ?? []) as Json[];
      expect(item).toMatchObject({
        title: expect.any(String),
        bucket: 'acme-exports',
        fields: { bucketName: 'acme-exports', roleArn: ROLE },
        request: { method: 'POST' },
      });
      expect(item?.curl).toContain('"$BITMOVIN_API_KEY"');
    }
    const later = await runJson<{ error: Json }>(['handoff', '--out', 'x'], customer);
    expect(later.json.error).toMatchObject({ code: 'BadUsage', path: '--out' });
  });

  it('verify as the vendor, with reports', async () => {
    const env = await sandbox.envFor(VENDOR);
    const args = ['verify', '--report', 'r.xml', '--report', 'r.sarif', '--report', 'r.json', '--report', 'r.md'];
    const { code, json } = await runJson<{ ok: boolean; connections: Json[] }>(args, { cwd: folder.path, env });
    expect(json.ok, JSON.stringify(json)).toBe(true);
    expect(code).toBe(0);
    const [report] = json.connections;
    expect(report).toMatchObject({ name: 'exports', status: 'connected', mode: 'assume', why: expect.any(String) });
    const checks = report?.checks as Json[];
    for (const each of checks) {
      expect(Object.keys(each)).toEqual(
        expect.arrayContaining(['id', 'what', 'expect', 'actual', 'ok', 'by', 'code', 'detail', 'ms']),
      );
    }
    const ids = checks.map((each) => each.id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'role:exports',
        'bucket:acme-exports',
        'assume.external-id',
        'assume.no-external-id',
        'assume.wrong-external-id',
        'put:acme-exports',
        'list.outside-prefix:acme-exports',
        'policy:acme-exports',
      ]),
    );
    const html = await runJson<{ error: Json }>(['verify', '--report', 'r.html'], { cwd: folder.path, env });
    expect(html.json.error).toMatchObject({ code: 'BadUsage', path: '--report' });
    const receipt = await runJson<{ error: Json }>(['verify', '--receipt', 'r'], { cwd: folder.path, env });
    expect(receipt.json.error).toMatchObject({ code: 'BadUsage', path: '--receipt' });
  });

  it('verify writes GitHub annotations and a summary where GITHUB_ACTIONS is set', async () => {
    const summary = join(folder.path, 'summary.md');
    const [broken] = structuredClone([FILE]);
    broken!.connections.exports.trust.externalIds = ['another-external-id-0123456789'];
    await writeFile(join(folder.path, 'broken.json'), JSON.stringify(broken));
    const github = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const args = ['verify', '-f', 'broken.json', '--mode', 'simulate', '--wait', '0'];
    const { stdout, code } = await runCli(args, { cwd: folder.path, env: { ...sandbox.env, ...github } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error.*assume\.external-id/m);
    expect(await readFile(summary, 'utf8')).toContain('broken');
  });

  it('doctor', async () => {
    const { code, json } = await runJson<Json>(['doctor'], customer);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      caller: { account: CUSTOMER, arn: expect.stringContaining(CUSTOMER) },
      region: 'us-east-1',
      missing: [],
      policy: null,
    });
    const poor = await sandbox.envFor(ROLE);
    const sick = await runJson<{ missing: Json[]; policy: Json | null }>(['doctor'], { cwd: folder.path, env: poor });
    expect(sick.code).toBe(4);
    expect(sick.json.missing[0]).toMatchObject({
      action: expect.any(String),
      resource: expect.any(String),
      for: expect.any(String),
    });
    expect(sick.json.policy).toMatchObject({ Version: '2012-10-17' });
  });

  it('completion for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await runCli(['completion', shell], customer);
      expect(code).toBe(0);
      expect(stdout).toContain('access-point');
    }
    expect((await runCli(['completion', 'csh'], customer)).code).toBe(2);
  });

  it('destroy leaves the account as it was, to the byte', async () => {
    const refused = await runJson<{ error: Json }>(['destroy'], customer);
    expect(refused.json.error).toMatchObject({ code: 'BadUsage', path: '--yes' });
    const { code, json } = await runJson<{ connections: { changes: Json[] }[] }>(['destroy', '--yes'], customer);
    expect(code, JSON.stringify(json)).toBe(0);
    for (const each of json.connections[0]?.changes ?? []) expect(each.status).toBe('done');
    expect(await sandbox.state()).toBe(before);
    expect((await runCli(['destroy'], customer)).code).toBe(0);
  });

  it('refuses what comes later with one word', async () => {
    const { json, code } = await runJson<{ error: Json }>(['apply', '--yes', '--rollback-on-failure'], customer);
    expect(json.error).toMatchObject({ code: 'BadUsage', path: '--rollback-on-failure' });
    expect(code).toBe(2);
  });

  it('prints nothing on stderr that Node or the SDK has to say', async () => {
    const { stderr } = await runCli(['plan', '-q'], customer);
    expect(stderr).toBe('');
  });
});
