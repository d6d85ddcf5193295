import { get } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/commands/sandbox.js';
import { testContext } from '../helpers/context.js';

const status = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', reject);
  });

describe('sandbox', () => {
  it('prints one line of JSON when ready and ends with 0 when interrupted', async () => {
    const { context, stdout, abort } = testContext({ json: true });
    const running = run(context, [], { account: '222233334444', seed: '1' });
    await vi.waitFor(() => expect(stdout()).toContain('\n'), 30_000);
    expect(stdout().trimEnd().split('\n')).toHaveLength(1);
    const ready = JSON.parse(stdout());
    expect(ready).toMatchObject({ region: 'us-east-1', account: '222233334444' });
    expect(ready.env).toMatchObject({
      AWS_ENDPOINT_URL: ready.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    });
    expect(ready.env.AWS_ACCESS_KEY_ID).toMatch(/^AKIA/);
    expect(await status(`${ready.endpoint}/_sandbox/state`)).toBe(200);
    abort();
    expect(await running).toBe(0);
    await expect(status(`${ready.endpoint}/_sandbox/state`)).rejects.toThrow();
  });

  it('runs one command with the environment set, and ends with its exit code', async () => {
    const { context, stdout } = testContext(
      {},
      { env: { PATH: process.env.PATH ?? '', AWS_PROFILE: 'mine', AWS_SESSION_TOKEN: 'old' }, cwd: process.cwd() },
    );
    const program = `
      const e = process.env;
      if (e.AWS_PROFILE !== undefined || e.AWS_SESSION_TOKEN !== undefined) process.exit(1);
      fetch(e.AWS_ENDPOINT_URL + '/_sandbox/state').then((answer) => process.exit(answer.status === 200 ? 7 : 2));`;
    expect(await run(context, [process.execPath, '-e', program], {})).toBe(7);
    expect(stdout()).toBe('');
  });

  it('has the exit code of a shell for a command that a signal ended', async () => {
    const { context } = testContext({}, { env: { PATH: process.env.PATH ?? '' }, cwd: process.cwd() });
    expect(await run(context, [process.execPath, '-e', 'process.kill(process.pid, "SIGTERM")'], {})).toBe(143);
  });

  it('refuses what is no number and a command that is not there', async () => {
    const { context } = testContext({}, { cwd: process.cwd() });
    await expect(run(context, [], { port: 'x' })).rejects.toMatchObject({ code: 'BadUsage', path: '--port' });
    await expect(run(context, [], { seed: '1.5' })).rejects.toMatchObject({ code: 'BadUsage', path: '--seed' });
    await expect(run(context, ['no-such-command-here'], {})).rejects.toMatchObject({ code: 'BadUsage' });
  });
});
