import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/cli.js';
import { jsonHere } from '../helpers/in-process.js';
import { CUSTOMER, testSandbox } from '../helpers/sandbox.js';

const VENDOR = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const FILE = {
  connections: {
    exports: {
      template: 'bitmovin-analytics-output',
      account: CUSTOMER,
      trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'] },
      buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
    },
    media: {
      template: 'generic-read',
      method: 'bucket-policy',
      trust: { principals: [`role/exports`] },
      buckets: [{ name: 'acme-exports', prefix: 'media/' }],
    },
  },
};

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** IAM User Guide, "Changes that I make are not always immediately visible". */
async function wholeFlow(seed: number): Promise<string> {
  const sandbox = await testSandbox({ propagationSeconds: 10, seed });
  const folder = await tempFolder();
  try {
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
    const customer = { cwd: folder.path, env: sandbox.env };
    const before = await sandbox.state();
    const fail = (step: string, answer: { json: unknown; stderr: string }) =>
      `seed ${seed}, ${step}: ${JSON.stringify(answer.json)}\n${answer.stderr}`;

    const first = await jsonHere(['apply', 'exports', '--yes'], customer);
    if (first.code !== 0) return fail('apply', first);
    const second = await jsonHere(['apply', 'media', '--yes'], customer);
    if (second.code !== 0) return fail('apply of a fresh principal', second);
    const env = await sandbox.envFor(VENDOR);
    const proof = await jsonHere(['verify', 'exports', '--wait', '40'], { cwd: folder.path, env });
    if (proof.code !== 0) return fail('verify', proof);
    const plan = await jsonHere(['plan', '--exit-code'], customer);
    if (plan.code !== 0) return fail('plan', plan);
    const removed = await jsonHere(['destroy', '--yes'], customer);
    if (removed.code !== 0) return fail('destroy', removed);
    return (await sandbox.state()) === before ? '' : `seed ${seed}: something was left behind`;
  } finally {
    await sandbox.close();
    await folder.remove();
  }
}

describe('a change that is not visible yet', () => {
  it('is told from a no, for 20 seeds', { timeout: 400_000 }, async () => {
    const failures = (await Promise.all(SEEDS.map(wholeFlow))).filter((text) => text !== '');
    expect(failures).toEqual([]);
  });

  it('is said to be waited for', { timeout: 120_000 }, async () => {
    const sandbox = await testSandbox({ propagationSeconds: 5, seed: 3 });
    const folder = await tempFolder();
    try {
      await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
      const said: string[] = [];
      for (const name of ['exports', 'media']) {
        const { stderr } = await jsonHere(['apply', name, '--yes'], { cwd: folder.path, env: sandbox.env });
        said.push(stderr);
      }
      expect(said.join('')).toMatch(/waited \d+\.\d s for/);
    } finally {
      await sandbox.close();
      await folder.remove();
    }
  });
});
