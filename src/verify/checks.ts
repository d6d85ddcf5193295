import { type Answer, undecided } from './answers.js';
import { evaluateRow } from './evaluator/index.js';
import { answerExistence } from './existence.js';
import { type ExpectedRow, isAssume, isExistence, isWriting, needsIdentity } from './expected.js';
import { type Identity, identityOf, startAssume } from './identity.js';
import type { Assumed, Job } from './job.js';
import { judge, skipped } from './judge.js';
import { canProbeTls, probeRow } from './probes/access.js';
import { probeOrigin, probeStranger } from './probes/browser.js';
import type { Stage } from './probes/stage.js';
import { throughOf } from './requests.js';
import { type Settling, settle } from './run.js';
import { type BucketScene, bucketScene } from './scene.js';
import { withSelf } from './self.js';
import { askUntilStable } from './stable.js';
import type { Check } from './types.js';
import { shownByUse } from './use.js';

export interface Outcome {
  readonly checks: readonly Check[];
  readonly note: string;
}

/** A document that was read this recently need not be read again before it is written (a person may have been asked). */
const RECENT_MS = 2_000;

/** Asks all rows of a connection at once; in mode `self` while the caller is let into the role. */
export async function checkAll(job: Job): Promise<Outcome> {
  const { c, run, survey: s, mode } = job;
  if (mode !== 'self') return checkRows(job, undefined);
  const role = job.rows.find(({ kind }) => kind === 'role');
  if ((await answerExistence(role, job)).actual === 'deny') return checkRows(job, undefined);
  if (run.o.afterApply === true) await trustHasSettled(job);
  const seen = await run.live.role(c.site, role?.name ?? '');
  const recent = run.o.afterApply !== true && run.clock.now() - job.surveyedAt < RECENT_MS;
  return withSelf(
    {
      connection: c,
      survey: s,
      ports: run.aws.ports(c.site),
      role: recent && seen.readable ? seen.value : undefined,
      // The statement is as fresh as after an apply.
      budgetMs: (run.o.waitSeconds ?? 120) * 1000,
      clock: run.o.clock,
      signal: run.o.signal,
      onWait: () => run.o.onEvent?.({ type: 'waiting', connection: c.name, for: 'the temporary trust statement' }),
    },
    (assumed) => checkRows(job, assumed),
  );
}

/**
 * Right after an apply the trust policy may still be read as it was before (IAM User Guide, "Troubleshooting general
 * issues"); writing that back would undo the apply, so it is waited for until it says what it should.
 */
async function trustHasSettled(job: Job): Promise<void> {
  const { c, run, survey } = job;
  for (const row of job.rows.filter(({ kind }) => isAssume(kind))) {
    const ask = () => evaluateRow(row, { connection: c, survey, live: run.freshLive(), now: run.clock.now });
    await askUntilStable(ask, {
      expect: row.expect,
      budgetMs: run.waitMs,
      confirmDenials: false,
      clock: run.clock,
      signal: run.o.signal,
    });
  }
}

async function checkRows(job: Job, self: Promise<Assumed> | undefined): Promise<Outcome> {
  const { rows, run } = job;
  const checks = new Map<string, Promise<Check>>();
  const pending: Promise<unknown>[] = [];
  let allSettled: () => void = () => {};
  const allowsSettled = new Promise<void>((resolve) => {
    allSettled = resolve;
  });
  const settling: Settling = { run, scene: { connection: job.c, survey: job.survey }, allowsSettled };
  const start = (row: ExpectedRow, check: Promise<Check>) => {
    checks.set(row.id, check);
    if (row.expect === 'allow') pending.push(check);
    check.catch(() => {});
  };

  const existence = new Map<string, Promise<Check>>();
  for (const row of rows.filter(({ kind }) => isExistence(kind))) {
    const check = settleExistence(row, job);
    existence.set(row.id, check);
    start(row, check);
  }
  const missing = async (ids: readonly string[]): Promise<string | undefined> => {
    const found = await Promise.all(ids.map((id) => existence.get(id)));
    const gone = found.find((check) => check?.ok === false);
    return gone?.code?.startsWith('NoSuch') ? gone.what.replace(/ exists$/, ' does not exist') : gone?.detail;
  };
  const holders = rows.filter(({ kind }) => kind === 'role' || kind === 'user').map(({ id }) => id);

  const assumed = startAssume(job, settling, self, () => missing(holders), start);
  const identity = identityOf(job, assumed, self, () => missing(holders));
  assumed.catch(() => {});
  identity.catch(() => {});
  const stages: Stage[] = [];
  const dropped = new Set<string>();
  try {
    for (const bucket of job.c.buckets) {
      const own = rows.filter((row) => row.bucket === bucket && !isExistence(row.kind));
      const scene = bucketScene(job, bucket, identity);
      stages.push(scene.stage);
      if (job.mode !== 'simulate' && job.survey.facts.buckets?.[bucket.name] !== undefined) {
        scene.stage.prepare(bucket.prefix === '' ? ['inside'] : ['inside', 'outside']);
      }
      for (const row of own) {
        start(row, settleBucketRow(row, { job, scene, settling, missing, holders, identity, dropped }));
      }
    }
    Promise.allSettled(pending).then(allSettled);
    const done = await allOf(checks);
    const kept = rows.filter((row) => done.has(row.id) && !dropped.has(row.id) && !isBystander(row, job, done));
    const list = kept.map((row) => done.get(row.id)).filter((check) => check !== undefined);
    const own = await self;
    const note =
      own !== undefined && own.credentials === undefined
        ? `; the role could not be assumed (${own.answer.detail})`
        : '';
    return { checks: shownByUse(list, kept, job), note };
  } finally {
    allSettled();
    await Promise.allSettled(checks.values());
    await Promise.all(stages.map((stage) => stage.cleanUp()));
  }
}

/** A principal of a bucket policy that can't be read from here: the grants say whether it is there. */
function isBystander(row: ExpectedRow, job: Job, done: ReadonlyMap<string, Check>): boolean {
  const ofPrincipal = job.c.method === 'bucket-policy' && (row.kind === 'role' || row.kind === 'user');
  return ofPrincipal && done.get(row.id)?.ok === null;
}

async function allOf(checks: ReadonlyMap<string, Promise<Check>>): Promise<ReadonlyMap<string, Check>> {
  return new Map(await Promise.all([...checks].map(async ([id, check]) => [id, await check] as const)));
}

async function settleExistence(row: ExpectedRow, job: Job): Promise<Check> {
  const { run, c } = job;
  let asked = 0;
  const { answer, ms } = await askUntilStable(
    () => answerExistence(row, job, asked++ > 0 ? run.freshLive() : run.live),
    {
      expect: 'allow',
      budgetMs: run.waitMs,
      confirmDenials: false,
      clock: run.clock,
      signal: run.o.signal,
      onWait: () => asked === 1 && run.o.onEvent?.({ type: 'waiting', connection: c.name, for: row.id }),
    },
  );
  return judge(row, answer, ms, { requireProbe: false });
}

interface RowScene {
  readonly job: Job;
  readonly scene: BucketScene;
  readonly settling: Settling;
  readonly missing: (ids: readonly string[]) => Promise<string | undefined>;
  /** Ids of the rows of the role or user. */
  readonly holders: readonly string[];
  readonly identity: Promise<Identity>;
  /** Rows that turned out to have no place in the report. */
  readonly dropped: Set<string>;
}

async function settleBucketRow(row: ExpectedRow, s: RowScene): Promise<Check> {
  const { job, scene, missing, identity } = s;
  const { bucket } = scene;
  const point = bucket.accessPoint;
  const behind = [`bucket:${bucket.name}`];
  if (needsIdentity(row.kind)) behind.push(...s.holders);
  if (point !== undefined && throughOf(row.kind, bucket) === 'access-point') behind.push(`access-point:${point.name}`);
  const why = await missing(behind);
  if (row.kind === 'tls' && (why !== undefined || !(await job.tlsOnly).has(bucket.name))) {
    s.dropped.add(row.id);
    return skipped(row, 'the bucket has no TLS-only statement');
  }
  if (why !== undefined) return skipped(row, why);
  const probe = await probeOf(row, job, scene, identity);
  return settle(row, probe, s.settling);
}

/** The probe of a row, or none where the mode, `--no-write` or the row's nature leave it to the evaluator. */
async function probeOf(
  row: ExpectedRow,
  job: Job,
  scene: BucketScene,
  identity: Promise<Identity>,
): Promise<(() => Promise<Answer>) | undefined> {
  const { bucket, stage, anybody } = scene;
  if (job.mode === 'simulate' || row.kind === 'notification') return undefined;
  if (job.run.o.noWrite === true && isWriting(row.kind)) return undefined;
  if (row.kind === 'tls' && !canProbeTls(bucket)) return undefined;
  const { cors } = bucket;
  if (cors !== undefined && (row.kind === 'cors' || row.kind === 'cors.foreign-origin')) {
    const page = { anybody, bucket: bucket.name, key: stage.freshKey('inside'), cors };
    return () => (row.kind === 'cors' ? probeOrigin(row.origin ?? '', page) : probeStranger(page));
  }
  if (row.kind === 'public') return () => probeRow(row, { bucket, stage, identity: undefined, anybody });
  const actors = await scene.actors();
  if (actors === undefined) {
    const { why } = await identity;
    return async () => undecided(why);
  }
  return () => probeRow(row, { bucket, stage, identity: actors, anybody });
}
