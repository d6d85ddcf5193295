import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliOptions, runCli, runJson, startCli, tempFolder } from '../helpers/cli.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const FILE = {
  connections: {
    exports: {
      template: 'bitmovin-analytics-output',
      account: CUSTOMER,
      trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'] },
      buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
    },
  },
};

describe('an interruption', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: CliOptions;

  beforeEach(async () => {
    sandbox = await testSandbox({ latencyMs: 40 });
    folder = await tempFolder();
    customer = { cwd: folder.path, env: sandbox.env };
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
    expect((await runCli(['apply', '--yes'], customer)).code).toBe(0);
  });

  afterEach(async () => {
    await sandbox.close();
    await folder.remove();
  });

  /** Runs verify in the mode self and sends a signal as soon as the trust policy has been edited. */
  async function selfInterrupted(signal: NodeJS.Signals): Promise<number | null> {
    const before = await sandbox.state();
    const child = startCli(['verify', '--mode', 'self', '--yes', '--json'], customer);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    for (let tries = 0; tries < 400; tries += 1) {
      if ((await sandbox.state()) !== before) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await sandbox.state()).not.toBe(before);
    child.kill(signal);
    return ended;
  }

  it('of verify --mode self leaves the trust policy as it was', async () => {
    const before = await sandbox.state();
    expect(await selfInterrupted('SIGINT')).toBe(130);
    expect(await sandbox.state()).toBe(before);
  });

  it('by kill -9 leaves a statement that ends by itself and that the next run removes', async () => {
    const before = await sandbox.state();
    await selfInterrupted('SIGKILL');
    const left = await sandbox.state();
    expect(left).not.toBe(before);
    expect(left).toContain('aws:CurrentTime');
    const next = await runJson(['verify', '--mode', 'self', '--yes', '--wait', '1'], customer);
    expect(next.code, JSON.stringify(next.json)).toBe(0);
    expect(await sandbox.state()).toBe(before);
  });

  it('of an apply ends with 130, says so, and the next apply goes on', async () => {
    expect((await runCli(['destroy', '--yes'], customer)).code).toBe(0);
    const empty = await sandbox.state();
    const child = startCli(['apply', '--yes'], customer);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    for (let tries = 0; tries < 400 && (await sandbox.state()) === empty; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr.toLowerCase()).toContain('interrupted');
    expect((await runCli(['apply', '--yes'], customer)).code).toBe(0);
    expect((await runCli(['plan', '--exit-code'], customer)).code).toBe(0);
    expect((await runCli(['destroy', '--yes'], customer)).code).toBe(0);
    expect(await sandbox.state()).toBe(empty);
  });

  it('of the sandbox ends it with 0', async () => {
    const child = startCli(['sandbox', '--json'], { cwd: folder.path });
    const ready = await new Promise<string>((resolve) => child.stdout?.once('data', (text) => resolve(String(text))));
    expect(JSON.parse(ready)).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: 'us-east-1',
      account: CUSTOMER,
      env: { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1', AWS_ENDPOINT_URL: expect.any(String) },
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('is no business of the connections file', async () => {
    const text = await readFile(join(folder.path, 's3connect.json'), 'utf8');
    await selfInterrupted('SIGINT');
    expect(await readFile(join(folder.path, 's3connect.json'), 'utf8')).toBe(text);
  });
});
