#!/usr/bin/env node
// What is measured, never asserted. Prints ratios; needs a build. `node bench/run.mjs [part …]`
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { longestChain } from './chain.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '..', 'bin', 's3connect.js');
const folder = await mkdtemp(join(tmpdir(), 's3connect-bench-'));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ratio = (value) => `${value.toFixed(2)} x`;
const line = (what, value, goal) => console.log(`${what.padEnd(62)} ${value.padStart(10)}  ${goal}`);

/** Runs a program to its end: wall time in ms, largest memory in MB, output. */
function run(command, args, { env = {}, cwd = folder, allow = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd, env: { ...bare(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - start;
      if (!allow.includes(code))
        reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`));
      else resolve({ ms, stdout, stderr, memory: Number(/memory=(\d+)/.exec(stderr)?.[1] ?? 0) / 1024 });
    });
  });
}

function bare() {
  const none = join(folder, 'none');
  return {
    PATH: process.env.PATH,
    HOME: folder,
    NO_COLOR: '1',
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
  };
}

const ours = (args, options) => run(process.execPath, [program, ...args], options);

/** The same, and says at its end how much memory it took. */
const measured = (args, options) => {
  const hook = 'process.on("exit",()=>console.error("memory="+process.resourceUsage().maxRSS))';
  return run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program, ...args],
    options,
  );
};

async function withSandbox(flags, use) {
  const child = spawn(process.execPath, [program, 'sandbox', '--json', ...flags], {
    cwd: folder,
    env: bare(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ready = await new Promise((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('\n')) resolve(JSON.parse(text));
      });
      child.on('close', () => reject(new Error('the sandbox did not start')));
    });
    return await use(ready);
  } finally {
    child.kill('SIGINT');
  }
}

const connection = (name, bucket) => ({
  template: 'coactive',
  role: { name },
  buckets: [{ name: bucket, prefix: `${name}/` }],
});

async function writeConnections(file, connections) {
  const path = join(folder, file);
  await writeFile(path, JSON.stringify({ connections }));
  return path;
}

async function startUp() {
  const rounds = 15;
  const time = async (args) => {
    const times = [];
    for (let round = 0; round < rounds; round += 1) times.push((await run(process.execPath, args)).ms);
    return median(times);
  };
  await run(process.execPath, [program, '--help']);
  const node = await time(['-e', '0']);
  const help = await time([program, '--help']);
  line('--help against node -e 0', ratio(help / node), '(goal: 1.25)');
}

async function againstCli() {
  const aws = await new Promise((resolve) => {
    execFile('aws', ['--version'], (error, stdout, stderr) => resolve(error ? undefined : stdout || stderr));
  });
  if (aws === undefined) {
    console.log('aws is not installed: no comparison with it');
    return;
  }
  await withSandbox([], async ({ env }) => {
    await run('aws', ['s3api', 'create-bucket', '--bucket', 'bench-one'], { env });
    await run('aws', ['s3api', 'create-bucket', '--bucket', 'bench-two'], { env });
    const script = await run('bash', [join(here, 'by-hand.sh'), 'bench-two'], { env });
    const file = await writeConnections('one.json', { 'bench-one': connection('bench-one', 'bench-one') });
    let total = 0;
    for (const args of [['plan'], ['apply', '--yes'], ['verify', '--mode', 'simulate', '--wait', '0']]) {
      total += (await ours([...args, '-f', file], { env, allow: [0, 1] })).ms;
    }
    line('plan + apply + verify against the AWS CLI script', ratio(total / script.ms), '(goal: 0.10)');
  });
}

/** Intervals of the calls that `-v` prints, as the sandbox's latency sees them. */
async function latency() {
  const delay = 50;
  await withSandbox(['--latency', String(delay)], async ({ env }) => {
    const setUp = await writeConnections('latency.json', {
      'bench-latency': {
        ...connection('bench-latency', 'bench-latency'),
        buckets: [{ name: 'bench-latency', create: true }],
      },
    });
    const trace = join(here, 'trace.mjs');
    for (const goal of ['present', 'present', 'absent']) {
      const { stdout } = await run(process.execPath, [trace, setUp, goal], { env });
      const { wall, calls } = JSON.parse(stdout);
      const chain = longestChain(calls);
      line(
        `latency ${delay} ms, ${goal}: ${calls.length} calls, chain of ${chain.length}: wall time against it`,
        ratio(wall / chain.ms),
        '(goal: 1.15)',
      );
    }
  });
}

async function replan() {
  await withSandbox([], async ({ env }) => {
    const file = await writeConnections('replan.json', {
      'bench-replan': {
        ...connection('bench-replan', 'bench-replan'),
        buckets: [{ name: 'bench-replan', create: true }],
      },
    });
    await ours(['apply', '--yes', '-f', file], { env });
    const { stdout, stderr } = await ours(['plan', '--json', '-v', '-f', file], { env });
    const documents = JSON.parse(stdout).connections[0].changes.length;
    const calls = Number(/(\d+) AWS calls/.exec(stderr)?.[1] ?? 0);
    line(`calls of a re-plan (${calls}) against documents to read (${documents})`, ratio(calls / documents), '');
  });
}

async function many() {
  await withSandbox([], async ({ env, endpoint }) => {
    const sizes = [
      [100, 50],
      [200, 100],
    ];
    const results = [];
    for (const [connections, buckets] of sizes) {
      await fetch(`${endpoint}/_sandbox/reset`, { method: 'POST' });
      const all = {};
      for (let n = 0; n < connections; n += 1) {
        const bucket = { name: `bench-${n % buckets}`, prefix: `c${n}/`, create: true };
        all[`c${n}`] = { ...connection(`c${n}`, ''), method: 'bucket-policy', buckets: [bucket] };
        delete all[`c${n}`].role;
      }
      const file = await writeConnections('many.json', all);
      await ours(['apply', '--yes', '-q', '--json', '-f', file], { env });
      results.push(await measured(['plan', '-q', '--json', '-f', file], { env }));
    }
    const [small, large] = results;
    line('plan of 200 connections over 100 buckets against 100 over 50: time', ratio(large.ms / small.ms), '(goal: 2)');
    line('the same: memory', ratio(large.memory / small.memory), '(goal: at most 2)');
  });
}

const parts = { 'start-up': startUp, cli: againstCli, latency, replan, many };
const wanted = process.argv.slice(2);
try {
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await part();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
