import type { AssumedCredentials, ProbeCredentials, ProbePort } from '../aws/ports.js';
import { accessPointArn, bucketRegion, roleArn } from '../connection/names.js';
import type { ResolvedBucket, ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { type Answer, undecided } from './answers.js';
import { globTest } from './caller.js';
import { bucketAccountOf, hasTlsOnly, siteOf } from './evaluator.js';
import { answerExistence } from './existence.js';
import { type ExpectedRow, expectedRows, isAssume, isExistence, isWriting, needsIdentity } from './expected.js';
import { onlyThroughAccessPoint } from './grants.js';
import { judge, skipped, statusOf } from './judge.js';
import { chooseMode, isVerifier, type ModeInputs } from './modes.js';
import { probeRow } from './probes/access.js';
import { askAssume, probeAssume } from './probes/assume.js';
import { probeOrigin, probeStranger } from './probes/browser.js';
import { type Actor, createStage, type Stage } from './probes/stage.js';
import { throughOf } from './requests.js';
import { bounded, type Run, type Settling, settle } from './run.js';
import { type Keys, keysOf } from './secret.js';
import { withSelf } from './self.js';
import { askUntilStable, throwIfAborted } from './stable.js';
import { ownPrincipals, type Survey, survey } from './survey.js';
import type { Check, ConnectionReport, VerifyMode } from './types.js';

/** Who asks as the connection's identity, and what became of getting there. */
interface Identity {
  readonly credentials: ProbeCredentials | undefined;
  /** Why nobody can ask. */
  readonly why: string;
}

interface Job {
  readonly c: ResolvedConnection;
  readonly run: Run;
  readonly survey: Survey;
  readonly mode: VerifyMode;
  readonly keys: Keys | undefined;
  readonly asVerifier: boolean;
  readonly rows: readonly ExpectedRow[];
}

/**
 * Verifies one connection: finds out who asks and what must hold, asks it all at once, and judges.
 *
 * @throws S3ConnectError BadUsage (a mode that doesn't fit), WrongAccount, RoleAmbiguous, NotOurs, NoCredentials, Interrupted
 */
export async function verifyConnection(c: ResolvedConnection, run: Run): Promise<ConnectionReport> {
  const { o } = run;
  throwIfAborted(o.signal);
  const requested = o.mode ?? 'auto';
  const keys = c.method === 'user' ? await keysOf(c.name, o) : undefined;
  const needsCaller = c.method !== 'anonymous' && keys === undefined && requested !== 'anonymous';
  const found = await survey(c, run.aws, run.live, { needsCaller });
  const choice = await decideMode(c, run, found, keys !== undefined);
  const { mode } = choice;
  o.onEvent?.({ type: 'mode', connection: c.name, mode, why: choice.why });
  if (mode === 'self' || mode === 'simulate') await guardAccount(c, run, found);

  const tlsOnly = await tlsOnlyBuckets(c, run, found);
  const rows = expectedRows(c, found.facts, {
    externalIds: found.externalIds,
    assumed: c.method === 'role' || (c.method === 'existing-role' && mode === 'assume'),
    tlsOnly,
    principals: ownPrincipals(c, found),
  });
  const job: Job = {
    c,
    run,
    survey: found,
    mode,
    keys,
    asVerifier: isVerifier({ caller: found.caller, principals: found.principals, verifiers: c.trust.verifiers }),
    rows,
  };
  const { checks, note } = await checkAll(job);
  const { status, because } = statusOf(checks, o.strict === true);
  const unknown = status === 'unknown' ? `; not known from here: ${because.map(({ id }) => id).join(', ')}` : '';
  return { name: c.name, status, mode, why: `${choice.why}${note}${unknown}`, checks };
}

async function decideMode(c: ResolvedConnection, run: Run, s: Survey, hasKeys: boolean) {
  const { caller } = s;
  const inputs: ModeInputs = {
    requested: run.o.mode ?? 'auto',
    method: c.method,
    publicPlayback: c.buckets.some(({ publicPlayback }) => publicPlayback),
    caller,
    own: s.own,
    principals: s.principals,
    verifiers: c.trust.verifiers,
    isTheRole:
      c.method === 'existing-role' && s.own && caller?.kind === 'role' && globTest(c.role?.name ?? '')(caller.name),
    hasKeys,
    canAskForSelf: run.o.confirmSelf !== undefined && run.o.noWrite !== true,
  };
  const choice = chooseMode(inputs);
  if (choice.mode !== 'self') return choice;
  if (run.o.noWrite === true) {
    throw new S3ConnectError('BadUsage', '--mode self edits the trust policy for a moment, which --no-write forbids.', {
      path: '--no-write',
      hint: 'Use --mode simulate.',
    });
  }
  if (run.o.confirmSelf === undefined || (await run.o.confirmSelf())) return choice;
  if (inputs.requested === 'auto') return chooseMode({ ...inputs, canAskForSelf: false });
  throw new S3ConnectError('BadUsage', 'Mode self was not confirmed; nothing was changed.', {
    path: '--mode',
    hint: 'Use --mode simulate, which changes nothing.',
  });
}

async function guardAccount(c: ResolvedConnection, run: Run, s: Survey): Promise<void> {
  const caller = s.caller ?? (await run.aws.ports(c.site).sts.getCallerIdentity());
  if (c.site.account === undefined || c.site.account === caller.account) return;
  throw new S3ConnectError(
    'WrongAccount',
    `${c.name} is in the account ${c.site.account}, but the caller ${caller.arn} is in ${caller.account}.`,
    {
      path: c.pointer === '' ? '--profile' : `${c.pointer}/account`,
      hint: 'Use credentials of the right account (--profile).',
    },
  );
}

async function tlsOnlyBuckets(c: ResolvedConnection, run: Run, s: Survey): Promise<ReadonlySet<string>> {
  const hits = await Promise.all(
    c.buckets
      .filter(({ name }) => s.facts.buckets?.[name] !== undefined)
      .map(async (bucket) => {
        const policy = await run.live.bucketPolicy(siteOf(bucket, s.facts), bucket.name);
        return policy.readable && hasTlsOnly(policy.value) ? [bucket.name] : [];
      }),
  );
  return new Set(hits.flat());
}

interface Outcome {
  readonly checks: readonly Check[];
  readonly note: string;
}

async function checkAll(job: Job): Promise<Outcome> {
  const { c, run, survey: s, mode } = job;
  if (mode !== 'self') return checkRows(job, undefined);
  const missing =
    (
      await answerExistence(
        job.rows.find(({ kind }) => kind === 'role'),
        job,
      )
    ).actual === 'deny';
  if (missing) return checkRows(job, undefined);
  return withSelf(
    {
      connection: c,
      survey: s,
      ports: run.aws.ports(c.site),
      // The statement is as fresh as after an apply.
      budgetMs: (run.o.waitSeconds ?? 120) * 1000,
      clock: run.o.clock,
      signal: run.o.signal,
      onWait: () => run.o.onEvent?.({ type: 'waiting', connection: c.name, for: 'the temporary trust statement' }),
    },
    (assumed) => checkRows(job, assumed),
  );
}

type Assumed = { readonly answer: Answer; readonly credentials: AssumedCredentials | undefined };

async function checkRows(job: Job, self: Assumed | undefined): Promise<Outcome> {
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
    return found.find((check) => check?.ok === false)?.what.replace(/ exists$/, ' does not exist');
  };
  const holders = rows.filter(({ kind }) => kind === 'role' || kind === 'user').map(({ id }) => id);

  const assumed = startAssume(job, settling, self, () => missing(holders), start);
  const identity = identityOf(job, assumed, self, () => missing(holders));
  const stages: Stage[] = [];
  try {
    for (const bucket of job.c.buckets) {
      const own = rows.filter((row) => row.bucket === bucket && !isExistence(row.kind));
      const scene = bucketScene(job, bucket, identity);
      stages.push(scene.stage);
      if (job.mode !== 'simulate' && job.survey.facts.buckets?.[bucket.name] !== undefined) {
        scene.stage.prepare(bucket.prefix === '' ? ['inside'] : ['inside', 'outside']);
      }
      for (const row of own) start(row, settleBucketRow(row, job, scene, settling, missing, holders, identity));
    }
    Promise.allSettled(pending).then(allSettled);
    const done = await allOf(checks);
    const list = rows.map((row) => done.get(row.id)).filter((check) => check !== undefined);
    const note =
      self !== undefined && self.credentials === undefined
        ? `; the role could not be assumed (${self.answer.detail})`
        : '';
    return { checks: shownByUse(list, rows, job), note };
  } finally {
    allSettled();
    await Promise.allSettled(checks.values());
    await Promise.all(stages.map((stage) => stage.cleanUp()));
  }
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

/** Starts the `assume.*` rows; fulfilled with the credentials of the first external ID that opens the role. */
async function startAssume(
  job: Job,
  settling: Settling,
  self: Assumed | undefined,
  missing: () => Promise<string | undefined>,
  start: (row: ExpectedRow, check: Promise<Check>) => void,
): Promise<Assumed | undefined> {
  const { c, run, mode, survey: s } = job;
  const rows = job.rows.filter(({ kind }) => isAssume(kind));
  const asVendor = mode === 'assume' && !job.asVerifier;
  const sts = run.aws.ports(c.site).sts;
  const opened: Promise<Assumed>[] = [];
  for (const row of rows) {
    if (!asVendor) {
      start(
        row,
        orSkipped(row, missing, () => settle(row, undefined, settling)),
      );
      continue;
    }
    let last: Assumed = { answer: undecided('not asked'), credentials: undefined };
    const check = orSkipped(row, missing, () =>
      settle(
        row,
        async () => {
          last = await run.limit(() => probeAssume(sts, roleArn(c, s.facts), row));
          return last.answer;
        },
        settling,
      ),
    );
    start(row, check);
    if (row.kind === 'assume.external-id') opened.push(check.then(() => last));
  }
  if (self !== undefined) return self;
  if (asVendor) {
    const all = await Promise.all(opened);
    return all.find(({ credentials }) => credentials !== undefined) ?? all[0];
  }
  return mode === 'assume' ? assumeAsVerifier(job, missing) : undefined;
}

/** One of `trust.verifiers` opens the role by its own statement, which says nothing about the vendor's. */
async function assumeAsVerifier(job: Job, missing: () => Promise<string | undefined>): Promise<Assumed> {
  const { c, run, survey: s } = job;
  const why = await missing();
  if (why !== undefined) return { answer: undecided(why), credentials: undefined };
  let last: Assumed = { answer: undecided('not asked'), credentials: undefined };
  const { answer } = await askUntilStable(
    async () => {
      last = await run.limit(() => askAssume(run.aws.ports(c.site).sts, roleArn(c, s.facts), s.externalIds[0]));
      return last.answer;
    },
    { expect: 'allow', budgetMs: run.waitMs, confirmDenials: false, clock: run.clock, signal: run.o.signal },
  );
  return { answer, credentials: last.credentials };
}

async function orSkipped(
  row: ExpectedRow,
  missing: () => Promise<string | undefined>,
  otherwise: () => Promise<Check>,
): Promise<Check> {
  const why = await missing();
  return why === undefined ? otherwise() : skipped(row, why);
}

async function identityOf(
  job: Job,
  assumed: Promise<Assumed | undefined>,
  self: Assumed | undefined,
  missing: () => Promise<string | undefined>,
): Promise<Identity> {
  switch (job.mode) {
    case 'simulate':
      return { credentials: undefined, why: '' };
    case 'direct':
      return { credentials: 'caller', why: '' };
    case 'anonymous':
      return job.c.method === 'anonymous'
        ? { credentials: 'anonymous', why: '' }
        : { credentials: undefined, why: 'mode anonymous asks as nobody' };
    case 'keys':
      return { credentials: job.keys, why: 'there is no access key' };
    default: {
      const why = await missing();
      if (why !== undefined) return { credentials: undefined, why };
      const found = self ?? (await assumed);
      return { credentials: found?.credentials, why: `the role could not be assumed: ${found?.answer.detail ?? ''}` };
    }
  }
}

interface BucketScene {
  readonly bucket: ResolvedBucket;
  readonly stage: Stage;
  readonly anybody: ProbePort;
  readonly actors: () => Promise<{ readonly bucket: Actor; readonly 'access-point': Actor } | undefined>;
}

/** Ports and probe objects of one bucket. The caller's seed is put while the role is still being assumed. */
function bucketScene(job: Job, bucket: ResolvedBucket, identity: Promise<Identity>): BucketScene {
  const { run, survey: s, c } = job;
  const site = siteOf(bucket, s.facts);
  const probe = (place: { profile: string | undefined; region: string }, as: ProbeCredentials) =>
    bounded(run.aws.probe(place, as), run.limit);
  const point = bucket.accessPoint;
  const pointArn =
    point === undefined
      ? bucket.name
      : accessPointArn(s.facts.partition, bucketRegion(bucket, s.facts), bucketAccountOf(bucket, s.facts), point.name);
  const caller: Actor | undefined =
    s.caller === undefined || job.mode === 'simulate'
      ? undefined
      : { port: probe(site, 'caller'), target: bucket.name };
  const actors = async () => {
    const { credentials } = await identity;
    if (credentials === undefined) return undefined;
    const port =
      credentials === 'caller' && site.profile === c.site.profile && caller !== undefined
        ? caller.port
        : probe({ profile: c.site.profile, region: site.region }, credentials);
    const direct = caller?.port === port ? caller : { port, target: bucket.name };
    return { bucket: direct, 'access-point': { port, target: pointArn } };
  };
  const stage = createStage({
    bucket,
    identity: async () => (await actors())?.[onlyThroughAccessPoint(bucket) ? 'access-point' : 'bucket'],
    caller,
    settings: async () => {
      const [versioning, objectLock, notification] = await Promise.all([
        run.live.versioning(site, bucket.name),
        run.live.objectLock(site, bucket.name),
        run.live.notification(site, bucket.name),
      ]);
      return { versioning, objectLock, notification };
    },
    noWrite: run.o.noWrite === true || job.mode === 'simulate',
    allowResidue: run.o.allowResidue === true,
    onResidue: (what) => run.o.onEvent?.({ type: 'residue', connection: c.name, what }),
  });
  return { bucket, stage, anybody: probe({ profile: undefined, region: site.region }, 'anonymous'), actors };
}

async function settleBucketRow(
  row: ExpectedRow,
  job: Job,
  scene: BucketScene,
  settling: Settling,
  missing: (ids: readonly string[]) => Promise<string | undefined>,
  holders: readonly string[],
  identity: Promise<Identity>,
): Promise<Check> {
  const { bucket } = scene;
  const point = bucket.accessPoint;
  const behind = [`bucket:${bucket.name}`];
  if (needsIdentity(row.kind)) behind.push(...holders);
  if (point !== undefined && throughOf(row.kind, bucket) === 'access-point') behind.push(`access-point:${point.name}`);
  const why = await missing(behind);
  if (why !== undefined) return skipped(row, why);
  const probe = await probeOf(row, job, scene, identity);
  return settle(row, probe, settling);
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

/**
 * A role or access point that can't be read is shown to exist by being used: a session that was opened, an answer that
 * came through it.
 */
function shownByUse(checks: readonly Check[], rows: readonly ExpectedRow[], job: Job): readonly Check[] {
  const opened = checks.some(({ id, by, actual }) => id.startsWith('assume.') && by === 'probe' && actual === 'allow');
  return checks.map((check, n) => {
    const row = rows[n];
    if (row === undefined || check.ok !== null || !isExistence(row.kind)) return check;
    const used =
      row.kind === 'role'
        ? opened ||
          (job.mode === 'assume' && job.asVerifier && answered(checks, rows, (each) => needsIdentity(each.kind)))
        : row.kind === 'access-point' &&
          answered(
            checks,
            rows,
            (each) => each.bucket?.accessPoint?.name === row.name && each.kind.startsWith('access-point.'),
          );
    if (!used) return check;
    const detail = row.kind === 'role' ? 'it was assumed' : 'it was used';
    return { ...check, actual: 'allow', ok: true, detail };
  });
}

/** Whether a probe of such a row was allowed. */
function answered(
  checks: readonly Check[],
  rows: readonly ExpectedRow[],
  which: (row: ExpectedRow) => boolean,
): boolean {
  return rows.some((row, n) => which(row) && checks[n]?.by === 'probe' && checks[n].actual === 'allow');
}
