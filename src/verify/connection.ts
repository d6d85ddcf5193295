import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { sessionTest } from './caller.js';
import { checkAll } from './checks.js';
import { hasTlsOnly, siteOf } from './evaluator/index.js';
import { expectedRows } from './expected.js';
import type { Job } from './job.js';
import { statusOf } from './judge.js';
import { chooseMode, isVerifier, type ModeChoice, type ModeInputs } from './modes.js';
import type { Run } from './run.js';
import { keysOf } from './secret.js';
import { throwIfAborted } from './stable.js';
import { ownPrincipals, type Survey, survey } from './survey.js';
import type { ConnectionReport, VerifyMode } from './types.js';

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
  const surveyedAt = run.clock.now();
  const found = await survey(c, run.aws, run.live, {
    needsCaller,
    keys,
    evaluated: requested === 'simulate' || (requested === 'auto' && o.confirmSelf === undefined),
  });
  const choice = await decideMode(c, run, found, keys !== undefined);
  const { mode } = choice;
  o.onEvent?.({ type: 'mode', connection: c.name, mode, why: choice.why });

  const tlsOnly = tlsOnlyBuckets(c, run, found, mode);
  tlsOnly.catch(() => {});
  const rows = expectedRows(c, found.facts, {
    externalIds: found.externalIds,
    assumed: c.method === 'role' || (c.method === 'existing-role' && mode === 'assume'),
    // Which of them stay is known once the bucket policies have been read, beside everything else.
    tlsOnly: new Set(c.buckets.map(({ name }) => name)),
    principals: ownPrincipals(c, found),
  });
  const job: Job = {
    c,
    run,
    survey: found,
    surveyedAt,
    mode,
    keys,
    asVerifier: isVerifier({ caller: found.caller, principals: found.principals, verifiers: c.trust.verifiers }),
    rows,
    tlsOnly,
  };
  const { checks, note } = await checkAll(job);
  const { status, because } = statusOf(checks, o.strict === true);
  const unknown = status === 'unknown' ? `; not known from here: ${because.map(({ id }) => id).join(', ')}` : '';
  return { name: c.name, status, mode, why: `${choice.why}${note}${unknown}`, checks };
}

async function decideMode(c: ResolvedConnection, run: Run, s: Survey, hasKeys: boolean): Promise<ModeChoice> {
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
      c.method === 'existing-role' && s.own && caller?.kind === 'role' && sessionTest(c.role?.name ?? '')(caller.name),
    hasKeys,
    canAskForSelf: run.o.confirmSelf !== undefined && run.o.noWrite !== true,
  };
  const choice = chooseMode(inputs);
  if (choice.mode === 'self' || choice.mode === 'simulate') await guardAccount(c, run, s);
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

async function tlsOnlyBuckets(
  c: ResolvedConnection,
  run: Run,
  s: Survey,
  mode: VerifyMode,
): Promise<ReadonlySet<string>> {
  // Nobody who signs nothing reads a bucket policy.
  if (mode === 'anonymous' && s.caller === undefined) return new Set();
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
