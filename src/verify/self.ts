import { randomBytes, randomUUID } from 'node:crypto';
import type { AssumedCredentials, AwsPorts, RoleRecord } from '../aws/ports.js';
import { systemClock } from '../aws/retry.js';
import { roleArn } from '../connection/names.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { statementsOf } from '../policy/documents.js';
import { samePolicy } from '../policy/equal.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import { asDenied } from './answers.js';
import type { Caller } from './caller.js';
import type { Assumed } from './job.js';
import { askAssume } from './probes/assume.js';
import { askUntilStable, throwIfAborted } from './stable.js';
import { type Survey, selfSid, withoutSelf } from './survey.js';
import type { Clock } from './types.js';

export interface SelfScene {
  readonly connection: ResolvedConnection;
  readonly survey: Survey;
  readonly ports: AwsPorts;
  /** The role as it was read a moment ago; undefined where that was too long ago to write on the strength of it. */
  readonly role: RoleRecord | undefined;
  readonly budgetMs: number;
  readonly clock: Clock | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onWait: () => void;
}

const LIFETIME_MS = 15 * 60_000;

/**
 * Lets the caller's own session into the role for as long as `use` runs, by one statement in the trust policy with a
 * random external ID and an end 15 minutes ahead (IAM JSON policy reference, aws:CurrentTime). The statement is taken
 * out again however `use` ends; leftovers of a killed run go with it.
 *
 * @param use begins while the role is still being opened, so that what needs no session is not kept waiting
 * @throws S3ConnectError BadUsage for a root user, RoleNotFound, NotOurs for a role without our tag
 */
export async function withSelf<T>(s: SelfScene, use: (assumed: Promise<Assumed>) => Promise<T>): Promise<T> {
  const { connection: c, survey, ports } = s;
  const { caller } = survey;
  const arn = roleArn(c, survey.facts);
  const name = arn.split('/').at(-1) ?? c.name;
  if (caller === undefined || caller.kind === 'root') {
    throw new S3ConnectError('BadUsage', "A root user assumes no role, so it can't verify in mode self.", {
      path: '--mode',
      hint: 'Use an IAM user or a role of the account.',
    });
  }
  const role = s.role ?? (await ports.iam.getRole(name));
  if (role === undefined) {
    throw new S3ConnectError('RoleNotFound', `There is no role ${name} in the account.`, { hint: 'Run apply first.' });
  }
  if (role.tags[TAG_CONNECTION] !== c.owner.tag) {
    throw new S3ConnectError(
      'NotOurs',
      `The role ${name} does not carry the tag of ${c.name}, so its trust policy is not touched.`,
      { hint: 'Use --mode simulate, or add your own identity to trust.verifiers.' },
    );
  }
  const original = withoutSelf(role.trustPolicy, c);
  throwIfAborted(s.signal);
  const opened = letIn(s, { arn, name, caller, original });
  // Only the writing of the statement fails so; then there is nothing to take out.
  const refused = opened.then(
    () => false,
    (error: unknown) => asDenied(error) !== undefined,
  );
  const used = use(opened);
  try {
    return await used;
  } finally {
    await Promise.allSettled([opened, used]);
    if (!(await refused)) await restore(s, name, original);
  }
}

interface Door {
  readonly arn: string;
  readonly name: string;
  readonly caller: Caller;
  readonly original: PolicyDocument;
}

/** Puts the statement in and assumes the role by it, as soon as it is visible. */
async function letIn(s: SelfScene, door: Door): Promise<Assumed> {
  const { ports } = s;
  const clock = s.clock ?? systemClock;
  const externalId = randomUUID();
  const end = new Date(clock.now() + LIFETIME_MS);
  const statement = temporaryStatement(s.connection, door.caller, externalId, end);
  await ports.iam.updateAssumeRolePolicy(door.name, {
    ...door.original,
    Statement: [...statementsOf(door.original), statement],
  });
  let credentials: AssumedCredentials | undefined;
  const { answer } = await askUntilStable(
    async () => {
      const assumed = await askAssume(ports.sts, door.arn, externalId);
      credentials = assumed.credentials;
      return assumed.answer;
    },
    {
      expect: 'allow',
      budgetMs: s.budgetMs,
      confirmDenials: false,
      clock: s.clock,
      signal: s.signal,
      onWait: s.onWait,
    },
  );
  return { answer, credentials };
}

/** One session and no other: a user by its ARN, an assumed role by the ARN of this very session. */
function temporaryStatement(c: ResolvedConnection, caller: Caller, externalId: string, end: Date): Statement {
  return {
    Sid: `${selfSid(c)}${randomBytes(4).toString('hex')}`,
    Effect: 'Allow',
    Principal: { AWS: caller.arn },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'sts:ExternalId': externalId, 'aws:userid': caller.userId },
      DateLessThan: { 'aws:CurrentTime': `${end.toISOString().slice(0, 19)}Z` },
    },
  };
}

/**
 * Puts the trust policy back as it was, or, where somebody else changed it meanwhile, as they left it without our
 * statement. Runs to its end even after an interruption.
 */
async function restore(s: SelfScene, name: string, original: PolicyDocument): Promise<void> {
  const { iam } = s.ports;
  const now = await iam.getRole(name);
  if (now === undefined) return;
  const kept = withoutSelf(now.trustPolicy, s.connection);
  await iam.updateAssumeRolePolicy(name, samePolicy(kept, original) ? original : kept);
}
