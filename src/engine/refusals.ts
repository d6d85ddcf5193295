import { S3ConnectError } from '../errors.js';
import { deadStatements } from '../policy/dead-principals.js';
import type { Assembled, Step } from './assemble.js';
import type { ObservedNode } from './nodes.js';
import { callerOf, type Run, readOnce } from './run.js';

/** Steps that would let everybody read. */
export function openingSteps(steps: readonly Step[]): readonly Step[] {
  return steps.filter(
    ({ node, contribution, action }) =>
      action !== 'none' && contribution.goal === 'present' && node.kind.opensToAll?.(contribution.desired) === true,
  );
}

/**
 * Without `--allow-public` an anonymous connection opens nothing, but the bucket may be open already by somebody
 * else's statement: then its own contributions stay out, and there is nothing to refuse.
 */
export function leaveOpenBuckets(
  nodes: readonly ObservedNode[],
  steps: readonly Step[],
  isAnonymous: (member: number) => boolean,
): readonly ObservedNode[] {
  const opening = openingSteps(steps);
  const members = new Set(opening.map(({ contribution }) => contribution.member).filter(isAnonymous));
  for (const { node, contribution } of opening) {
    if (node.kind.alreadyOpen?.(node.live, contribution.desired) !== true) members.delete(contribution.member);
  }
  if (members.size === 0) return nodes;
  const idle = 'everybody may read here already';
  const open = new Set(
    opening.filter(({ contribution }) => members.has(contribution.member)).map((step) => step.contribution),
  );
  return nodes.map((node) => ({
    ...node,
    contributions: node.contributions.map((one) => (open.has(one) ? { ...one, idle } : one)),
  }));
}

export function publicNotAllowed(step: Step): S3ConnectError {
  return new S3ConnectError('PublicNotAllowed', `This would let everybody read from ${step.node.id}.`, {
    path: '--allow-public',
    hint: 'Add --allow-public if that is what you want.',
  });
}

/** The account's own Block Public Access goes before every bucket's (S3 User Guide, "Blocking public access"). */
async function accountForbids(run: Run, step: Step): Promise<S3ConnectError | undefined> {
  const { account } = step.node.place;
  const settings = await readOnce(run, step.node.site, `GetAccountPublicAccessBlock ${account}`, (ports) =>
    ports.s3control.getAccountPublicAccessBlock(account),
  );
  if (settings?.BlockPublicPolicy !== true && settings?.RestrictPublicBuckets !== true) return undefined;
  return new S3ConnectError(
    'PublicNotAllowed',
    `The account ${account} has Block Public Access on for all its buckets, so ${step.node.id} can't be opened.`,
    { hint: 'Turn BlockPublicPolicy and RestrictPublicBuckets of the account off first, if that is what you want.' },
  );
}

/**
 * A resource policy in which somebody's statement names a deleted role or user can't be written, whatever changes in it:
 * AWS answers "Invalid principal in policy" and doesn't say where.
 */
function namesTheDead({ node }: Step, planned: unknown): S3ConnectError | undefined {
  for (const { document } of node.kind.documents?.(planned) ?? []) {
    const dead = deadStatements(document)[0];
    if (dead === undefined) continue;
    const which = dead.sid === undefined ? `number ${dead.index + 1}` : JSON.stringify(dead.sid);
    return new S3ConnectError(
      'BadValue',
      `The ${node.kind.type} of ${node.id} can't be changed: its statement ${which} (/Statement/${dead.index}) names ${dead.ids.join(', ')}, a role or user that was deleted, and AWS takes no policy that names one.`,
      { hint: 'Remove that statement or name somebody who exists in it, then run this again. Nothing was changed.' },
    );
  }
  return undefined;
}

/** Everything that refuses a connection although its plan could be worked out; by member. */
export async function refusalsOf(
  run: Run,
  { steps, finals }: Assembled,
  o: { readonly allowPublic: boolean | undefined; readonly byName: boolean },
): Promise<ReadonlyMap<number, S3ConnectError>> {
  const refusals = new Map<number, S3ConnectError>();
  const refuse = (member: number, error: S3ConnectError): void => {
    if (!refusals.has(member)) refusals.set(member, error);
  };
  if (o.byName) {
    for (const { foreign, left, contribution } of steps) {
      if (foreign !== true) continue;
      const error = new S3ConnectError('NotOurs', `Nothing was removed: ${left}.`, {
        hint: 'Only what s3connect made for this connection is removed.',
      });
      refuse(contribution.member, error);
    }
  }
  const opening = openingSteps(steps);
  for (const step of steps) {
    const error = step.action === 'none' ? undefined : namesTheDead(step, finals.get(step.node));
    if (error !== undefined) refuse(step.contribution.member, error);
  }
  if (o.allowPublic === false) for (const step of opening) refuse(step.contribution.member, publicNotAllowed(step));
  await Promise.all([
    ...opening.map(async (step) => {
      const error = await accountForbids(run, step);
      if (error !== undefined) refuse(step.contribution.member, error);
    }),
    ...steps.map(async ({ node, contribution, before, after, action }) => {
      if (action === 'none' || node.kind.preflight === undefined) return;
      const caller = await callerOf(run, node.site);
      try {
        await node.kind.preflight(before, after, contribution.desired, caller.arn, node.place);
      } catch (e) {
        if (!(e instanceof S3ConnectError)) throw e;
        refuse(contribution.member, e);
      }
    }),
  ]);

  return refusals;
}
