import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessAs, makeRole } from '../helpers/account.js';
import { type CliOptions, runCli, runJson, tempFolder } from '../helpers/cli.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { hasTmux, openTerminal, type Terminal } from '../helpers/terminal.js';

let sandbox: TestSandbox;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let customer: CliOptions;

beforeEach(async () => {
  sandbox = await testSandbox();
  folder = await tempFolder();
  customer = { cwd: folder.path, env: sandbox.env };
});

afterEach(async () => {
  await sandbox.close();
  await folder.remove();
});

const file = () => join(folder.path, 's3connect.json');

describe('init without a terminal', () => {
  it('names the flags that are missing', async () => {
    const nothing = await runJson<{ error: { code: string; message: string; path: string } }>(['init'], customer);
    expect(nothing.code).toBe(2);
    expect(nothing.json.error).toMatchObject({ code: 'BadUsage', path: '--template' });
    expect(nothing.json.error.message).toContain('--template, --bucket, --yes');
    const args = ['init', '--template', 'bitmovin-analytics-output', '--bucket', 'acme-exports', '--yes'];
    const id = await runJson<{ error: { message: string } }>(args, customer);
    expect(id.json.error.message).toContain('--external-id');
    const who = await runJson<{ error: { message: string } }>(
      ['init', '--template', 'generic-read', '--bucket', 'acme-exports', '--yes'],
      customer,
    );
    expect(who.json.error.message).toContain('--principal');
    expect(existsSync(file())).toBe(false);
  });

  it('does everything from flags, and a second run refuses the name', async () => {
    const args = [
      'init',
      '--template',
      'generic-write',
      '--method',
      'user',
      '--bucket',
      'acme-exports',
      '--create-bucket',
      '--yes',
    ];
    const first = await runJson<{ report: { ok: boolean }; handoff: unknown[] }>(args, customer);
    expect(first.code, JSON.stringify(first.json) + first.stderr).toBe(0);
    expect(first.json.report.ok).toBe(true);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({
      connections: {
        'generic-write': {
          template: 'generic-write',
          method: 'user',
          buckets: [{ name: 'acme-exports', create: true }],
        },
      },
    });
    expect((await runCli(['plan', '--exit-code'], customer)).code).toBe(0);
    expect((await runCli(args, customer)).code).toBe(2);
  });
});

/** What the wizard shows, and what is pressed then: a text to type, or keys. */
type Step = readonly [sees: string, answer: string | readonly string[]];

const CREATE: readonly Step[] = [
  ['Name of this connection', ['Enter']],
  ['Name of the bucket', 'acme-media'],
  ['Create it?', ['Enter']],
];
const WHOLE: readonly Step[] = [
  ['Only under which prefix?', 'in/'],
  ['Another bucket?', ['Enter']],
];

const WIZARDS: readonly {
  readonly what: string;
  readonly roles?: readonly string[];
  readonly steps: readonly Step[];
}[] = [
  {
    what: 'coactive, by role',
    steps: [
      ['Which service', ['Down', 'Down', 'Down', 'Down', 'Enter']],
      ['How is it to get access?', ['Enter']],
      ...CREATE,
      ...WHOLE,
      ['Set what may be left', ['Enter']],
      ['Apply this?', 'y'],
      ['Put a statement', 'y'],
    ],
  },
  {
    what: 'generic-write, with a key',
    steps: [
      ['Which service', ['Up', 'Up', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Enter']],
      ['How is it to get access?', ['Down', 'Down', 'Down', 'Enter']],
      ...CREATE,
      ['What may it do there?', ['Enter']],
      ...WHOLE,
      ['Anything of this?', ['Enter']],
      ['Apply this?', 'y'],
    ],
  },
  {
    what: 'accurate-video, on a role that is there',
    roles: ['av-JobsTaskStack-1-ECSTaskRole-2'],
    steps: [
      ['Which service', ['Enter']],
      ['How is it to get access?', ['Enter']],
      ...CREATE,
      ['What may it do there?', ['Enter']],
      ...WHOLE,
      ['Which role?', ['Enter']],
      ['Anything of this?', ['Space', 'Enter']],
      ['Web origins', 'https://av.acme.example'],
      ['Set what may be left', ['Enter']],
      ['Apply this?', 'y'],
    ],
  },
];

async function follow(terminal: Terminal, steps: readonly Step[]): Promise<void> {
  for (const [sees, answer] of steps) {
    await terminal.see(sees);
    if (typeof answer === 'string') await terminal.answer(answer);
    else await terminal.press(...answer);
  }
}

describe.skipIf(!hasTmux())('init at a terminal (needs tmux)', () => {
  it.each(WIZARDS)('$what: from nothing to a file and a proof', async ({ steps, roles = [] }) => {
    const access = accessAs(sandbox.env);
    for (const role of roles) await makeRole(access, role);
    access.close();
    const terminal = await openTerminal(['init'], { cwd: folder.path, env: sandbox.env });
    try {
      await follow(terminal, steps);
      const code = await terminal.exitCode();
      const text = await terminal.screen();
      expect(text).toContain('for the vendor:');
      expect(text).toMatch(/connected|unknown/);
      expect([0, 1], text).toContain(code);
      expect(existsSync(file())).toBe(true);
      expect((await runCli(['plan', '--exit-code'], customer)).code, text).toBe(0);
    } finally {
      await terminal.close();
    }
  });

  it('bitmovin: tells what the vendor needs first, waits, and goes on another day', async () => {
    const first: readonly Step[] = [
      ['Which service', ['Down', 'Enter']],
      ...CREATE,
      ...WHOLE,
      ['Anything of this?', ['Enter']],
      ['Set what may be left', 'y'],
      ['externalIdMode', ['Enter']],
      ['tenantOrgId', ['Enter']],
    ];
    const empty = await sandbox.state();
    let terminal = await openTerminal(['init'], { cwd: folder.path, env: sandbox.env });
    try {
      await follow(terminal, first);
      await terminal.see('role/bitmovin-analytics-output');
      await terminal.see('Do you have the external ID?');
      await terminal.press('Down', 'Enter');
      expect(await terminal.exitCode()).toBe(0);
    } finally {
      await terminal.close();
    }
    expect(await sandbox.state()).toBe(empty);
    expect(existsSync(file())).toBe(true);

    terminal = await openTerminal(['init'], { cwd: folder.path, env: sandbox.env });
    try {
      await follow(terminal, [
        ['go on with bitmovin-analytics-output', ['Enter']],
        ['Do you have the external ID?', ['Enter']],
        ['External ID', '4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'],
        ['Apply this?', 'y'],
        ['Put a statement', 'y'],
      ]);
      expect(await terminal.exitCode(), await terminal.screen()).toBe(0);
    } finally {
      await terminal.close();
    }
    expect(await readFile(file(), 'utf8')).toContain('4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e');
    expect((await runCli(['plan', '--exit-code'], customer)).code).toBe(0);
  });

  it('Ctrl-C at each prompt ends with 130 and leaves nothing half made', { timeout: 240_000 }, async () => {
    const { steps } = WIZARDS[0]!;
    const empty = await sandbox.state();
    for (let last = 0; last < steps.length; last += 1) {
      const terminal = await openTerminal(['init'], { cwd: folder.path, env: sandbox.env });
      try {
        await follow(terminal, steps.slice(0, last));
        const [sees] = steps[last]!;
        await terminal.see(sees);
        await terminal.press('C-c');
        expect(await terminal.exitCode(), sees).toBe(130);
        const text = await terminal.screen();
        if (sees !== 'Put a statement') {
          expect(await sandbox.state(), sees).toBe(empty);
          expect(existsSync(file()), sees).toBe(false);
        } else {
          expect(text).toContain('So far: wrote');
          expect((await runCli(['plan', '--exit-code'], customer)).code).toBe(0);
        }
      } finally {
        await terminal.close();
      }
    }
  });

  it('a wrong answer is told at the prompt and asked again', async () => {
    await writeFile(file(), '{"connections":{}}').catch(() => {});
    const terminal = await openTerminal(['init', '--template', 'coactive', '--method', 'role'], {
      cwd: folder.path,
      env: sandbox.env,
    });
    try {
      await terminal.see('Name of this connection');
      await terminal.answer('Not A Name');
      await terminal.see('lower-case letters');
      await terminal.press('C-c');
      expect(await terminal.exitCode()).toBe(130);
    } finally {
      await terminal.close();
    }
  });
});
