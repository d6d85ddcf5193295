/**
 * The differential test: random cases are put to s3connect's evaluator and to iam-simulate. Every difference
 * has to be one of the named exceptions; any other is shrunk to its smallest form and fails the run.
 * `node run.mjs [SEED] [COUNT]`; run `npm run build` in the repository first.
 */
import { evaluate } from '../../dist/policy/evaluate.js';
import { EXCEPTIONS } from './exceptions.mjs';
import { randomCase, randomOf } from './generate.mjs';
import { shrink } from './shrink.mjs';
import { simulate } from './simulate.mjs';

const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 32));
const count = Number(process.argv[3] ?? 55_000);
const most = 5;
console.log(`seed ${seed}`);

const random = randomOf(seed);
const explained = new Map();
const allowed = { s3connect: 0, oracle: 0 };
let unexplained = 0;

for (let i = 0; i < count; i++) {
  const input = randomCase(random);
  const ours = evaluate(input).decision;
  const theirs = await simulate(input);
  if (ours === 'allow') allowed.s3connect++;
  if (theirs === 'allow') allowed.oracle++;
  if (ours === theirs) continue;
  const name = await explanationOf(input, ours);
  if (name !== undefined) {
    explained.set(name, (explained.get(name) ?? 0) + 1);
    continue;
  }
  unexplained++;
  if (unexplained > most) continue;
  const smallest = await shrink(input, isUnexplained);
  console.log(`\ncase ${i}: s3connect says ${evaluate(smallest).decision}, iam-simulate ${await simulate(smallest)}`);
  console.log(JSON.stringify(smallest, null, 2));
}

for (const { name, page } of EXCEPTIONS) {
  const times = explained.get(name) ?? 0;
  console.log(`${String(times).padStart(6)}  ${name} (${page})`);
}
console.log(`${allowed.s3connect} allowed by s3connect, ${allowed.oracle} by iam-simulate`);
const total = [...explained.values()].reduce((sum, times) => sum + times, 0);
console.log(`${count} compared, ${total} explained, ${unexplained} unexplained`);
process.exitCode = unexplained === 0 ? 0 : 1;

/**
 * The exception that accounts for a difference: with what it is about taken out of the case, the two agree. Where
 * several are at work at once they are taken out together, and the first one counts.
 */
async function explanationOf(input, ours) {
  const concerned = EXCEPTIONS.filter((exception) => exception.without(input, ours) !== undefined);
  for (const exception of concerned) if (await agree(exception.without(input, ours))) return exception.name;
  let rest = input;
  for (const exception of concerned) rest = exception.without(rest, ours) ?? rest;
  return concerned.length > 1 && (await agree(rest)) ? concerned[0].name : undefined;
}

async function agree(input) {
  return evaluate(input).decision === (await simulate(input));
}

async function isUnexplained(input) {
  try {
    return !(await agree(input)) && (await explanationOf(input, evaluate(input).decision)) === undefined;
  } catch {
    return false;
  }
}
