import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/program.js';
import { loadConnections } from '../../src/connection/load.js';
import { listTemplates } from '../../src/template/catalogue.js';
import { runCli, tempFolder } from '../helpers/cli.js';
import { ROOT } from '../helpers/imports.js';
import { blocks } from '../helpers/recipes.js';

const read = (path: string) => readFile(join(ROOT, path), 'utf8');

/** Commands of s3connect in shell text, continued lines joined, comments taken off. */
function commands(shell: string): readonly string[] {
  return shell
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('s3connect '));
}

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
