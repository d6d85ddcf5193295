import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/cli.js';
import { ROOT } from '../helpers/imports.js';
import { runHere } from '../helpers/in-process.js';
import { blocks, inputOf, linesUnder, type Ran, runner, stepsOf } from '../helpers/recipes.js';
import { CUSTOMER, type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs } from '../sandbox/clients.js';

const CI = `arn:aws:iam::${CUSTOMER}:role/ci`;
const REGION = 'eu-west-1';
/** Actions of others in the recipes; what each stands for here is done by the test. */
const FOREIGN_ACTIONS = [
  'actions/checkout@v4',
  'actions/setup-node@v4',
  'aws-actions/configure-aws-credentials@v4',
  'github/codeql-action/upload-sarif@v3',
];

const read = (path: string) => readFile(join(ROOT, path), 'utf8');

function hasAwsCli(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const AWS_CLI = hasAwsCli();
if (!AWS_CLI) console.warn('the AWS CLI is missing: the rehearsal of docs/ci.md is skipped');

describe('the recipes for CI, line by line', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let machine: Awaited<ReturnType<typeof runner>>;
  let admin: ReturnType<typeof clientsAs>;
  let docs: string;
  let summary: string;

  beforeAll(async () => {
    docs = await read('docs/ci.md');
    sandbox = await testSandbox({ region: REGION });
    folder = await tempFolder();
    machine = await runner(folder.path);
    summary = join(folder.path, 'summary.md');
    admin = clientsAs(sandbox, adminOf(sandbox));

    // The job's role: GitLab's identity may assume it, and it may look and verify.
    await admin.iam.send(
      new CreateRoleCommand({
        RoleName: 'ci',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: `arn:aws:iam::${CUSTOMER}:oidc-provider/gitlab.com` },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: { StringEquals: { 'gitlab.com:sub': 'project_path:acme/media:ref_type:branch:ref:main' } },
            },
          ],
        }),
      }),
    );
    const Action = [
      'iam:Get*',
      'iam:List*',
      's3:Get*',
      's3:List*',
      'sts:AssumeRole',
      's3:PutObject',
      's3:DeleteObject*',
    ];
    await admin.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'ci',
        PolicyName: 'look',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
        }),
      }),
    );
    await writeFile(
      join(machine.work, 's3connect.json'),
      JSON.stringify({
        connections: {
          exports: {
            template: 'bitmovin-analytics-output',
            account: CUSTOMER,
            trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'], verifiers: [CI] },
            buckets: [{ name: 'acme-exports', prefix: 'analytics/', create: true }],
          },
        },
      }),
    );
  });

  const apply = async () => {
    const { code, stderr } = await runHere(['apply', '--yes'], { cwd: machine.work, env: sandbox.env });
    expect(code, stderr).toBe(0);
  };
  /** What drift looks like: somebody takes the role's rights away. */
  const breakIt = () => admin.iam.send(new DeleteRolePolicyCommand({ RoleName: 'exports', PolicyName: 's3connect' }));

  beforeEach(async () => {
    await apply();
    const files = (await readdir(machine.work)).filter((name) => name !== 's3connect.json');
    await Promise.all(files.map((name) => rm(join(machine.work, name))));
    await rm(summary, { force: true });
  });

  afterAll(async () => {
    for (const client of Object.values(admin)) client.destroy();
    await sandbox.close();
    await folder.remove();
  });

  const github = async (): Promise<Record<string, string>> => ({
    ...(await sandbox.envFor(CI)),
    AWS_REGION: REGION,
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summary,
  });
  const produced = (name: string) => readFile(join(machine.work, name), 'utf8');
  const levels = async (name: string): Promise<readonly string[]> => {
    const sarif = JSON.parse(await produced(name)) as {
      version: string;
      runs: { results: { level: string; ruleId: string; message: { text: string } }[] }[];
    };
    expect([sarif.version, sarif.runs.length]).toEqual(['2.1.0', 1]);
    return sarif.runs[0]!.results.map(({ level }) => level);
  };
  const good = (ran: Ran) => expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);

  describe('GitHub Actions', () => {
    const workflow = () => stepsOf(blocks(docs, 'yaml')[0]!);
    /** Each `run:` of the workflow in a shell of its own, all of them whatever the one before said. */
    const job = async () => {
      const env = await github();
      const ran: Record<string, Ran> = {};
      for (const { run } of workflow()) if (run !== undefined) ran[run] = await machine.run(run, env);
      return ran;
    };
    const INSTALL = 'npm install --global s3connect';
    const PLAN = 's3connect plan --exit-code --no-input';
    const VERIFY = 's3connect verify --report verify.sarif --report verify.xml --no-input';

    it('is made of lines that run here, and of actions that are known', () => {
      expect(workflow().flatMap(({ run }) => run ?? [])).toEqual([INSTALL, PLAN, VERIFY]);
      expect(workflow().flatMap(({ uses }) => uses ?? [])).toEqual(FOREIGN_ACTIONS);
      const credentials = workflow().find(({ uses }) => uses?.startsWith('aws-actions/'))!;
      expect([inputOf(credentials, 'role-to-assume'), inputOf(credentials, 'aws-region')]).toEqual([CI, REGION]);
      const upload = workflow().find(({ uses }) => uses?.startsWith('github/codeql-action/'))!;
      expect(VERIFY).toContain(`--report ${inputOf(upload, 'sarif_file')} `);
    });

    it('passes: SARIF without results, JUnit without failures, a summary, no annotation', async () => {
      const ran = await job();
      for (const line of [INSTALL, PLAN, VERIFY]) good(ran[line]!);
      expect(await levels('verify.sarif')).not.toContain('error');
      expect(await produced('verify.xml')).toMatch(/<testsuites[^>]* tests="[1-9]\d*" failures="0"/);
      expect(await readFile(summary, 'utf8')).toMatch(/exports[\s\S]*connected/);
      expect(ran[VERIFY]!.stdout).not.toMatch(/^::error/m);
    });

    it('fails: drift ends with 3, the proof with 1, and says where in all of them', async () => {
      await breakIt();
      const ran = await job();
      good(ran[INSTALL]!);
      expect(ran[PLAN]).toMatchObject({ code: 3 });
      expect(ran[VERIFY]).toMatchObject({ code: 1 });
      expect(await levels('verify.sarif')).toContain('error');
      expect(await produced('verify.xml')).toMatch(/<failure /);
      expect(await readFile(summary, 'utf8')).toMatch(/exports[\s\S]*broken/);
      expect(ran[VERIFY]!.stdout).toMatch(/^::error title=exports%3A put%3Aacme-exports::/m);
    });
  });

  describe('GitLab', () => {
    const job = () => blocks(docs, 'yaml')[2]!;
    /** GitLab joins both lists to one script; the job has its ID token and no other credentials. */
    const run = async (sub: string) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = {
        iss: 'https://gitlab.com',
        aud: 'https://gitlab.com',
        sub,
        exp: Math.floor(Date.now() / 1000) + 300,
      };
      const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = sandbox.env;
      const script = [...linesUnder(job(), 'before_script'), ...linesUnder(job(), 'script')].join('\n');
      return machine.run(script, { ...env, AWS_TOKEN: `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}` });
    };
    const MAIN = 'project_path:acme/media:ref_type:branch:ref:main';

    it('passes with the identity of the job alone, and leaves the artifact that it names', async () => {
      expect(linesUnder(job(), 'script')).toHaveLength(2);
      good(await run(MAIN));
      const artifact = /junit: *([^ }]+)/.exec(job())![1]!;
      expect(await produced(artifact)).toMatch(/<testsuites[^>]* failures="0"/);
    });

    it('ends at the first line that fails', async () => {
      await breakIt();
      const { code } = await run(MAIN);
      expect(code).toBe(3);
      expect(await readdir(machine.work)).not.toContain('verify.xml');
    });

    it('has no credentials for another project', async () => {
      const { code, stderr } = await run('project_path:mallory/media');
      expect(code, stderr).toBe(4);
    });
  });

  describe('action.yml', () => {
    /** What GitHub does with it: inputs or their defaults into the environment, and then the script. */
    const use = async (inputs: Readonly<Record<string, string>>) => {
      const text = await read('action.yml');
      const defaults = Object.fromEntries(
        [...text.matchAll(/^ {2}(\w+):\n {4}description: .*\n {4}default: (['"]?)(.*)\2$/gm)].map((m) => [
          m[1]!,
          m[3]!,
        ]),
      );
      expect(Object.keys(defaults).sort()).toEqual(['drift', 'file', 'mode', 'names', 'report', 'version']);
      expect(Object.keys(inputs).filter((name) => !(name in defaults))).toEqual([]);
      const env = Object.fromEntries(
        [...text.matchAll(/^ {8}([A-Z]+): \$\{\{ inputs\.(\w+) \}\}$/gm)].map((m) => [
          m[1]!,
          inputs[m[2]!] ?? defaults[m[2]!]!,
        ]),
      );
      expect(Object.keys(env)).toHaveLength(Object.keys(defaults).length);
      const script = /^ {6}run: \|\n((?: {8}.*\n?)+)/m.exec(text)![1]!.replace(/^ {8}/gm, '');
      return machine.run(script, { ...(await github()), ...env });
    };

    it('verifies and looks for drift, with the inputs of the recipe', async () => {
      const [step] = stepsOf(blocks(docs, 'yaml')[1]!);
      expect(step?.uses).toMatch(/^s3connect\/s3connect@v\d+$/);
      const report = inputOf(step!, 'report')!;
      good(await use({ report }));
      expect(await levels(report)).not.toContain('error');
      expect(await readFile(summary, 'utf8')).toMatch(/connected/);
    });

    it('takes names, a mode and several reports, and text that a shell would run stays text', async () => {
      good(await use({ names: 'exports', mode: 'simulate', report: 'a.xml a.md a.json', drift: 'false' }));
      expect(await readdir(machine.work)).toEqual(expect.arrayContaining(['a.xml', 'a.md', 'a.json']));
      expect((await use({ names: '$(touch harm) ;touch harm' })).code).toBe(2);
      expect(await readdir(machine.work)).not.toContain('harm');
    });

    it('fails with drift, unless told not to look', async () => {
      const drift = new UpdateRoleCommand({ RoleName: 'exports', Description: 'written by hand' });
      await admin.iam.send(drift);
      expect(await use({})).toMatchObject({ code: 3 });
      good(await use({ drift: 'false' }));
    });
  });

  it.skipIf(!AWS_CLI)('a rehearsal on a pull request needs no AWS account', async () => {
    good(await machine.run('npm install --global s3connect', {}));
    good(await machine.run(blocks(docs, 'sh')[0]!, {}));
  });

  it('a reviewed plan is applied, and another one is not', async () => {
    good(await machine.run('npm install --global s3connect', {}));
    await breakIt();
    const [plan, reviewed] = blocks(docs, 'sh')[1]!.trim().split('\n');
    good(await machine.run(plan!, sandbox.env));
    good(await machine.run(reviewed!, sandbox.env));
    // Now the plan of that review has nothing left in common with what would be done.
    const { code, stderr } = await machine.run(reviewed!, sandbox.env);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: The plan is [0-9a-f]{64}, not /)]);
  });

  it("README.md's rehearsal of flags alone", async () => {
    const line = blocks(await read('README.md'), 'sh').find((block) => block.startsWith('s3connect sandbox'));
    good(await machine.run('npm install --global s3connect', {}));
    good(await machine.run(`cd .. && mkdir empty && cd empty && ${line}`, {}));
  });
});
