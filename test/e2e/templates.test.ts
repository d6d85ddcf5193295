import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listTemplates } from '../../src/template/catalogue.js';
import { accessAs, makeRole } from '../helpers/account.js';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere, runHere } from '../helpers/in-process.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const ID = '4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e';
const BITMOVIN = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const COACTIVE = 'arn:aws:iam::863104360228:role/coactive-external-connections';
const STRANGER = 'arn:aws:iam::444455556666:user/app';
const TASK = `arn:aws:iam::${CUSTOMER}:role/av-JobsTaskStack-1-ECSTaskRole-2`;

interface Flow {
  readonly what: string;
  readonly template: string;
  readonly connection: Readonly<Record<string, unknown>>;
  readonly applyFlags?: readonly string[];
  /** Who proves it; undefined: the customer, with the key or anonymously. */
  readonly as?: string;
  readonly mode: string;
  /** `unknown` where the vendor can't prove all of it: an empty bucket that it
   *  may not list, or a configuration of the bucket that it may not read. */
  readonly status?: 'unknown';
  /** Made by hand before. */
  readonly roles?: readonly string[];
}

const bucket = (more: Readonly<Record<string, unknown>>) => [{ name: 'acme-flow', create: true, ...more }];

const FLOWS: readonly Flow[] = [
  {
    what: 'Bitmovin analytics',
    template: 'bitmovin-analytics-output',
    as: BITMOVIN,
    mode: 'assume',
    connection: { trust: { externalIds: [ID] }, buckets: bucket({ prefix: 'analytics/' }) },
  },
  {
    what: 'Bitmovin encoding input',
    status: 'unknown',
    template: 'bitmovin-encoding-input',
    as: BITMOVIN,
    mode: 'assume',
    connection: { trust: { externalIds: [ID, `${ID}-2`] }, buckets: bucket({}) },
  },
  {
    what: 'Bitmovin encoding output',
    template: 'bitmovin-encoding-output',
    as: BITMOVIN,
    mode: 'assume',
    connection: { trust: { externalIds: [ID] }, buckets: bucket({ prefix: 'out/' }) },
  },
  {
    what: 'Coactive by role',
    template: 'coactive',
    as: COACTIVE,
    mode: 'assume',
    connection: { buckets: bucket({ prefix: 'films' }) },
  },
  {
    what: 'Coactive by bucket policy',
    template: 'coactive',
    as: COACTIVE,
    mode: 'direct',
    connection: { method: 'bucket-policy', buckets: bucket({ prefix: 'films/' }) },
  },
  {
    what: 'Accurate.Video on its own role',
    template: 'accurate-video',
    as: TASK,
    mode: 'direct',
    roles: ['av-JobsTaskStack-1-ECSTaskRole-2', 'other'],
    connection: {
      method: 'existing-role',
      role: { name: 'av-JobsTaskStack-*-ECSTaskRole-*' },
      buckets: bucket({
        access: ['read', 'list', 'write', 'delete'],
        cors: { allowedOrigins: ['https://av.acme.example'] },
      }),
    },
  },
  {
    what: 'Accurate.Video by bucket policy',
    status: 'unknown',
    template: 'accurate-video',
    as: TASK,
    mode: 'direct',
    roles: ['av-JobsTaskStack-1-ECSTaskRole-2'],
    connection: {
      method: 'bucket-policy',
      trust: { principals: ['role/av-JobsTaskStack-*-ECSTaskRole-*'] },
      buckets: bucket({ access: 'output', prefix: 'av/', notifications: { snsTopic: 'av-new-files' } }),
    },
  },
  {
    what: 'Accurate.Video with a key',
    template: 'accurate-video',
    mode: 'keys',
    connection: { method: 'user', buckets: bucket({ access: 'input' }) },
  },
  {
    what: 'Accurate.Video for everybody',
    template: 'accurate-video',
    mode: 'anonymous',
    applyFlags: ['--allow-public'],
    connection: { method: 'anonymous', buckets: bucket({ access: 'input', prefix: 'public/' }) },
  },
  {
    what: 'Videsk',
    template: 'videsk',
    mode: 'keys',
    connection: {
      user: { name: 'videsk-connector' },
      buckets: bucket({ prefix: 'uploads/', confine: true, accessPoint: { name: 'videsk' } }),
    },
  },
  {
    what: 'any reader by role',
    template: 'generic-read',
    as: STRANGER,
    mode: 'assume',
    connection: { trust: { principals: [STRANGER], externalIds: [ID] }, buckets: bucket({ prefix: 'in/' }) },
  },
  {
    what: 'any writer with a key',
    template: 'generic-write',
    mode: 'keys',
    connection: { method: 'user', buckets: bucket({}) },
  },
  {
    what: 'anybody by bucket policy',
    template: 'generic-read-write',
    as: STRANGER,
    mode: 'direct',
    connection: {
      method: 'bucket-policy',
      trust: { principals: [STRANGER] },
      buckets: bucket({ access: ['read', 'list', 'write', 'delete'], prefix: 'both/' }),
    },
  },
];

describe('every template, from nothing to a proved connection and back', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;

  beforeEach(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    customer = { cwd: folder.path, env: sandbox.env };
  });

  afterEach(async () => {
    await sandbox.close();
    await folder.remove();
  });

  it('has a flow for each', async () => {
    const covered = new Set(FLOWS.map((each) => each.template));
    expect((await listTemplates()).map((each) => each.id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it.each(FLOWS)('$what', async (flow) => {
    const access = accessAs(sandbox.env);
    for (const role of flow.roles ?? []) await makeRole(access, role);
    access.close();
    await writeFile(
      join(folder.path, 's3connect.json'),
      JSON.stringify({ connections: { flow: { template: flow.template, account: CUSTOMER, ...flow.connection } } }),
    );
    const before = await sandbox.state();

    const applied = await jsonHere<{ connections: unknown[] }>(
      ['apply', '--yes', ...(flow.applyFlags ?? [])],
      customer,
    );
    expect(applied.code, JSON.stringify(applied.json, null, 1)).toBe(0);

    const plan = await jsonHere<{ summary: unknown }>(['plan', '--exit-code', ...(flow.applyFlags ?? [])], customer);
    expect(plan.code, JSON.stringify(plan.json, null, 1)).toBe(0);

    const env = flow.as === undefined ? sandbox.env : await sandbox.envFor(flow.as);
    const proof = await jsonHere<{
      ok: boolean;
      connections: { mode: string; status: string; checks: { ok: boolean | null }[] }[];
    }>(['verify', '--wait', '1'], { cwd: folder.path, env });
    const [report] = proof.json.connections;
    expect(report?.mode, JSON.stringify(report)).toBe(flow.mode);
    expect(report?.checks.filter((check) => check.ok === false)).toEqual([]);
    expect(report?.status, JSON.stringify(report, null, 1)).toBe(flow.status ?? 'connected');
    expect(proof.code).toBe(flow.status === 'unknown' ? 1 : 0);

    const simulated = await jsonHere<{ connections: { status: string; checks: { ok: boolean | null }[] }[] }>(
      ['verify', '--mode', 'simulate', '--wait', '0'],
      customer,
    );
    expect(simulated.json.connections[0]?.checks.filter((check) => check.ok === false)).toEqual([]);
    expect(simulated.json.connections[0]?.status, JSON.stringify(simulated.json, null, 1)).toBe('connected');

    const handoff = await jsonHere<{ connections: { status: string; missing: string[] }[] }>(['handoff'], customer);
    expect(handoff.json.connections[0]).toMatchObject({ status: 'ready', missing: [] });

    const destroyed = await runHere(['destroy', '--yes'], customer);
    expect(destroyed.code, destroyed.stdout + destroyed.stderr).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });
});
