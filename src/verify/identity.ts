import type { ProbeCredentials } from '../aws/ports.js';
import { roleArn } from '../connection/names.js';
import { type Answer, undecided } from './answers.js';
import { type ExpectedRow, isAssume } from './expected.js';
import type { Assumed, Job, Missing, StartRow } from './job.js';
import { skipped } from './judge.js';
import { askAssume, probeAssume } from './probes/assume.js';
import { type Settling, settle } from './run.js';
import { askUntilStable } from './stable.js';
import type { Check } from './types.js';

/** Who asks as the connection's identity, or why nobody can. */
export interface Identity {
  readonly credentials: ProbeCredentials | undefined;
  readonly why: string;
}

/** Starts the `assume.*` rows; fulfilled with the credentials of the first external ID that opens the role. */
export async function startAssume(
  job: Job,
  settling: Settling,
  self: Promise<Assumed> | undefined,
  missing: Missing,
  start: StartRow,
): Promise<Assumed | undefined> {
  const { c, run, mode, survey: s } = job;
  const rows = job.rows.filter(({ kind }) => isAssume(kind));
  // An existing role's trust is not the connection's: who assumes it is as good as the vendor.
  const asVendor = mode === 'assume' && (!job.asVerifier || c.method === 'existing-role');
  const sts = run.aws.ports(c.site).sts;
  const verifying = mode === 'assume' && !asVendor ? assumeAsVerifier(job, missing) : undefined;
  verifying?.catch(() => {});
  const opened: Promise<Assumed>[] = [];
  for (const row of rows) {
    if (!asVendor) {
      const probe =
        verifying !== undefined && row.kind === 'assume.external-id' ? () => asVerifier(verifying) : undefined;
      start(
        row,
        orSkipped(row, missing, () => settle(row, probe, settling, 'documents-first')),
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
  return verifying;
}

/**
 * A verifier's own session says nothing about the vendor; but where the documents can't be read either, a refusal
 * shows that the role is missing or trusts nobody that the connection names.
 */
async function asVerifier(verifying: Promise<Assumed>): Promise<Answer> {
  const { answer } = await verifying;
  if (answer.actual === 'deny') return answer;
  return undecided("a verifier's session does not show whom else the role trusts");
}

/** One of `trust.verifiers` opens the role by its own statement, which says nothing about the vendor's. */
async function assumeAsVerifier(job: Job, missing: Missing): Promise<Assumed> {
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

async function orSkipped(row: ExpectedRow, missing: Missing, otherwise: () => Promise<Check>): Promise<Check> {
  const why = await missing();
  return why === undefined ? otherwise() : skipped(row, why);
}

export async function identityOf(
  job: Job,
  assumed: Promise<Assumed | undefined>,
  self: Promise<Assumed> | undefined,
  missing: Missing,
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
      const found = await (self ?? assumed);
      return { credentials: found?.credentials, why: `the role could not be assumed: ${found?.answer.detail ?? ''}` };
    }
  }
}
