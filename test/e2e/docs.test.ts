import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/program.js';
import { loadConnections } from '../../src/connection/load.js';
import { listTemplates } from '../../src/template/catalogue.js';
import { accessAs } from '../helpers/account.js';
import { PROGRAM, runCli, tempFolder } from '../helpers/cli.js';
import { ROOT } from '../helpers/imports.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const read = (path: string) => readFile(join(ROOT, path), 'utf8');

/** Code blocks of one language in a Markdown text. */
function blocks(text: string, language: string): readonly string[] {
  const found: string[] = [];
  let inside: { readonly language: string; readonly lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    if (!line.startsWith('```')) inside?.lines.push(line);
    else if (inside === undefined) inside = { language: line.slice(3), lines: [] };
    else {
      if (inside.language === language) found.push(`${inside.lines.join('\n')}\n`);
      inside = undefined;
    }
  }
  return found;
}

/** Commands of s3connect in shell text, continued lines joined, comments taken off. */
function commands(shell: string): readonly string[] {
  return shell
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('s3connect '));
}

const run = promisify(execFile);

describe('the documentation', () => {
  it('names only commands and flags that there are', async () => {
    const docs = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
    const texts = await Promise.all(['README.md', ...docs.map((name) => join('docs', name))].map(read));
    const all = texts.flatMap((text) => blocks(text, 'sh').flatMap(commands));
    expect(all.length).toBeGreaterThan(15);
    for (const line of all) {
      const words = line.match(/'[^']*'|"[^"]*"|\S+/g)!.slice(1);
      expect(parseArguments(words, '0.0.0'), line).toBeDefined();
    }
  });

  it('lists every built-in template in README.md with its methods', async () => {
    const rows = (await read('README.md')).split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    for (const { id, methods } of await listTemplates()) {
      expect(rows.find((cells) => cells[1] === `\`${id}\``)?.[2], id).toBe(methods.join(', '));
    }
  });

  it('has a page for every method', async () => {
    const pages = await readdir(join(ROOT, 'docs', 'methods'));
    expect(pages.sort()).toEqual(['anonymous.md', 'bucket-policy.md', 'existing-role.md', 'role.md', 'user.md'].sort());
  });

  it('begins with what it is for and two commands of one line each', async () => {
    const [, ...lines] = (await read('README.md')).split('\n');
    const shell = blocks(lines.join('\n'), 'sh')[0]!.trim().split('\n');
    expect(shell).toHaveLength(2);
    expect(shell[0]).toMatch(/^npm ci && npm run build && node bin\/s3connect\.js demo/);
    expect(shell[1]).toMatch(/^npm ci && npm test/);
  });

  it('shows connections that can be loaded', async () => {
    const folder = await tempFolder();
    try {
      const pages = (await readdir(join(ROOT, 'docs', 'methods'))).map((name) => join('docs', 'methods', name));
      for (const page of ['README.md', 'docs/videsk.md', ...pages]) {
        for (const [index, block] of blocks(await read(page), 'jsonc').entries()) {
          const text = block.trim().startsWith('{') ? block : `{"connections": {${block}}}`;
          const file = join(folder.path, `${page.replace(/\W/g, '-')}-${index}.json`);
          await writeFile(file, text);
          expect(Object.keys((await loadConnections(file)).data.connections), page).toHaveLength(1);
        }
      }
    } finally {
      await folder.remove();
    }
  });

  it("says of Videsk's policies what the tool says", async () => {
    const [lint, explain] = blocks(await read('docs/videsk.md'), 'sh').flatMap(commands);
    const words = (line: string) => line.split(/\s+/).slice(1);
    const findings = await runCli([...words(lint!), '--json'], { cwd: ROOT });
    expect(findings.code).toBe(1);
    const ids = (JSON.parse(findings.stdout) as { findings: { id: string }[] }).findings.map((each) => each.id);
    expect([...new Set(ids)].sort()).toEqual(['bad-sid', 'condition-key-not-carried', 'no-tls-statement']);
    const answer = await runCli(words(explain!), { cwd: ROOT });
    expect(answer.stdout).toContain(blocks(await read('docs/videsk.md'), '')[0]!.trim());
  });
});

describe('the recipes for CI', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;
  const CI = `arn:aws:iam::${CUSTOMER}:role/ci`;

  beforeAll(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    const program = join(bin, 's3connect');
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
    await chmod(program, 0o755);
    path = `${bin}:${process.env.PATH}`;

    const access = accessAs(sandbox.env);
    const { iam } = access.ports({});
    await iam.createRole({
      name: 'ci',
      path: '/',
      description: undefined,
      maxSessionDuration: undefined,
      permissionsBoundary: undefined,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: CUSTOMER }, Action: 'sts:AssumeRole' }],
      },
      tags: {},
    });
    await iam.putRolePolicy('ci', 'look', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: [
            'iam:Get*',
            'iam:List*',
            's3:Get*',
            's3:List*',
            'sts:AssumeRole',
            's3:PutObject',
            's3:DeleteObject*',
          ],
          Resource: '*',
        },
      ],
    });
    access.close();
    await writeFile(
      join(folder.path, 's3connect.json'),
      JSON.stringify({
        connections: {
          exports: {
            template: 'bitmovin-analytics-output',
            trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'], verifiers: [CI] },
            buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
          },
        },
      }),
    );
    const applied = await runCli(['apply', '--yes'], { cwd: folder.path, env: sandbox.env });
    expect(applied.code, applied.stderr).toBe(0);
  });

  afterAll(async () => {
    await sandbox.close();
    await folder.remove();
  });

  const shell = async (line: string, env: Readonly<Record<string, string>>) => {
    try {
      return await run('bash', ['-euo', 'pipefail', '-c', line], {
        cwd: folder.path,
        env: { PATH: path, HOME: folder.path, NO_COLOR: '1', ...env },
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${line}\n${stdout}\n${stderr}`, { cause: error });
    }
  };

  it('for GitHub Actions and GitLab go through, line by line', async () => {
    const env = await sandbox.envFor(CI);
    const [github, step, gitlab] = blocks(await read('docs/ci.md'), 'yaml');
    const lines = [
      ...[...github!.matchAll(/- run: (.*)$/gm)].map((match) => match[1]!),
      ...[...gitlab!.matchAll(/^ {4}- (s3connect .*)$/gm)].map((match) => match[1]!),
    ].filter((line) => line.startsWith('s3connect '));
    expect(lines).toHaveLength(4);
    for (const line of lines) await shell(line, { ...env, GITHUB_ACTIONS: 'true' });
    const files = await readdir(folder.path);
    expect(files).toEqual(expect.arrayContaining(['verify.sarif', 'verify.xml']));
    expect(step).toContain('uses:');
  });

  it('for the action run what it says', async () => {
    const env = await sandbox.envFor(CI);
    const script = /run: \|\n([\s\S]*)$/.exec(await read('action.yml'))![1]!.replace(/^ {8}/gm, '');
    const ours = script.replace(
      /^s3connect\(\) .*$/m,
      's3connect() { command s3connect "$@" --file "$FILE" --no-input; }',
    );
    expect(ours).not.toBe(script);
    await shell(ours, { ...env, NAMES: '', FILE: 's3connect.json', MODE: 'auto', REPORT: 'a.xml a.md', DRIFT: 'true' });
    expect(await readdir(folder.path)).toEqual(expect.arrayContaining(['a.xml', 'a.md']));
  });

  it('for a rehearsal and for a reviewed plan work', async () => {
    const [rehearsal, reviewed] = blocks(await read('docs/ci.md'), 'sh');
    const text = await readFile(join(folder.path, 's3connect.json'), 'utf8');
    const alone = await tempFolder();
    await writeFile(join(alone.path, 's3connect.json'), text.replace(`,"verifiers":["${CI}"]`, ''));
    await shell(`cd '${alone.path}' && ${rehearsal!}`, {});
    await alone.remove();
    await shell(reviewed!, sandbox.env);
  });
});
