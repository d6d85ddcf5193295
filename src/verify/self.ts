import { randomBytes, randomUUID } from 'node:crypto';
import type { AssumedCredentials, AwsPorts } from '../aws/ports.js';
import { systemClock } from '../aws/retry.js';
import { roleArn } from '../connection/names.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { statementsOf } from '../policy/documents.js';
import { samePolicy } from '../policy/equal.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import type { Answer } from './answers.js';
import type { Caller } from './caller.js';
import { askAssume } from './probes/assume.js';
import { askUntilStable, throwIfAborted } from './stable.js';
import { type Survey, selfSid, withoutSelf } from './survey.js';
import type { Clock } from './types.js';

export interface SelfScene {
  readonly connection: ResolvedConnection;
  readonly survey: Survey;
  readonly ports: AwsPorts;
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
 * @throws S3ConnectError BadUsage for a root user, RoleNotFound, NotOurs for a role without our tag
 */
export async function withSelf<T>(
  s: SelfScene,
  use: (assumed: { readonly answer: Answer; readonly credentials: AssumedCredentials | undefined }) => Promise<T>,
): Promise<T> {
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
  const role = await ports.iam.getRole(name);
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
  const clock = s.clock ?? systemClock;
  const externalId = randomUUID();
  const statement = temporaryStatement(c, caller, externalId, new Date(clock.now() + LIFETIME_MS));
  throwIfAborted(s.signal);
  try {
    await ports.iam.updateAssumeRolePolicy(name, {
      ...original,
      Statement: [...statementsOf(original), statement],
    });
    let credentials: AssumedCredentials | undefined;
    const { answer } = await askUntilStable(
      async () => {
        const assumed = await askAssume(ports.sts, arn, externalId);
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
    return await use({ answer, credentials });
  } finally {
    await restore(s, name, original);
  }
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
