import { systemClock, until } from '../aws/retry.js';
import { S3ConnectError } from '../errors.js';
import { kindOf } from '../resources/index.js';
import type { Outlook } from '../resources/kind.js';
import { actionOf, contribute, type Step } from './assemble.js';
import type { Contribution, ObservedNode } from './nodes.js';
import { desiredOf, readerFor } from './observe.js';
import { type Patience, patienceFor } from './patience.js';
import type { Progress } from './progress.js';

/** The longest that anything is waited for; `patienceFor` says what is worth how much of it. */
const LONGEST_MS = 120_000;

export interface Written {
  readonly steps: readonly Step[];
  readonly wrote: boolean;
  /** What a reading should find now. */
  readonly expected: unknown;
}

/** Reads a node anew, past the run's cache. */
export async function readAgain({ work: { run } }: Progress, node: ObservedNode, live: unknown): Promise<unknown> {
  const reader = {
    ...readerFor(run, node),
    once: <T>(_key: string, ask: (ports: ReturnType<typeof run.aws.ports>) => Promise<T>) =>
      run.call(() => ask(run.aws.ports(node.site))),
  };
  const desired = desiredOf(node);
  const { kind } = node;
  return kind.refresh === undefined
    ? kind.read(desired, reader)
    : run.call(async () => kind.refresh?.(live, desired, reader));
}

/** Applies contributions one after the other, each on top of the one before. */
function chain(
  node: ObservedNode,
  contributions: readonly Contribution[],
  live: unknown,
  outlook: Outlook,
): readonly Step[] {
  const steps: Step[] = [];
  for (const contribution of contributions) {
    const last = steps.at(-1);
    const before = last === undefined ? live : last.after;
    const { live: after, left } = contribute(node, contribution, before, outlook);
    const action = actionOf(node, before, after);
    steps.push({ node, contribution, before, after, action, ...(left === undefined ? {} : { left }) });
  }
  return steps;
}

/** Was what it is part of made by this very run? Then nobody else can have put anything there. */
function isBornEmpty(progress: Progress, { kind, contributions, place }: ObservedNode): boolean {
  const parent = kind.bornEmptyIn;
  if (parent === undefined) return false;
  return contributions.some(({ desired }) =>
    kind.dependsOn(desired, place).some(({ kind: of, id }) => of === parent && progress.made(parent, id ?? '')),
  );
}

/** Is what it is part of removed in this run? Then AWS removes it, too, without a call. */
function losesParent({ kind, place }: ObservedNode, { desired }: Contribution, outlook: Outlook): boolean {
  const parent = kind.goesWithParent;
  if (parent === undefined) return false;
  const id = kind.dependsOn(desired, place).find((ref) => ref.kind === parent)?.id;
  const planned = id === undefined ? undefined : outlook.planned(parent, id);
  return planned !== undefined && kindOf(parent).show(planned) === null;
}

/**
 * Brings one node to where the contributions want it. A shared document is read again first and merged anew; what fails
 * only because it isn't visible yet is tried again within its budget, and what was waited for is said.
 *
 * @param random makes the value for a placeholder; the same for every attempt
 * @param patient false where the same document was waited for already
 */
export async function writeNode(
  progress: Progress,
  node: ObservedNode,
  contributions: readonly Contribution[],
  o: { readonly outlook: Outlook; readonly random: () => string; readonly patient: boolean },
): Promise<Written> {
  const { signal, clock = systemClock } = progress.o;
  const { kind } = node;
  const begin = clock.now();
  let live = node.live;
  let stale = kind.shared && !isBornEmpty(progress, node);
  let text = '';
  let budget = 0;
  let waitedFor: string | undefined;

  async function attempt(): Promise<Written> {
    if (stale) live = await readAgain(progress, node, live);
    stale = false;
    const steps = chain(node, contributions, live, o.outlook);
    const last = steps.at(-1);
    if (last === undefined) return { steps, wrote: false, expected: live };
    const after = kind.settle?.(last.after, o.random) ?? last.after;
    const settled = [...steps.slice(0, -1), { ...last, after }];
    const goesAlong = kind.show(after) === null && losesParent(node, last.contribution, o.outlook);
    if (kind.same(live, after) || goesAlong) return { steps: settled, wrote: false, expected: after };
    text = JSON.stringify(kind.show(after) ?? kind.show(live));
    await kind.write(live, after, last.contribution.desired, progress.work.run.aws.ports(node.site), node.place);
    return { steps: settled, wrote: true, expected: after };
  }

  type Outcome = { readonly written: Written } | { readonly error: unknown; readonly patience: Patience | undefined };
  const outcome = await until<Outcome>(
    async () => {
      try {
        return { written: await attempt() };
      } catch (error) {
        const found = o.patient ? patienceFor(error, progress.recent, text, node.id) : undefined;
        budget = Math.max(budget, found?.budgetMs ?? 0);
        stale ||= found?.reread === true;
        const patience = clock.now() - begin < budget ? found : undefined;
        if (patience !== undefined && waitedFor === undefined) {
          waitedFor = patience.for;
          progress.waiting(
            contributions.map((contribution) => ({ contribution })),
            waitedFor,
          );
        }
        return { error, patience };
      }
    },
    {
      accept: (value) => 'written' in value || value.patience === undefined,
      budgetMs: LONGEST_MS,
      signal,
      clock,
    },
  );
  if (waitedFor !== undefined) {
    progress.waiting(
      contributions.map((contribution) => ({ contribution })),
      waitedFor,
      clock.now() - begin,
    );
  }
  if ('written' in outcome) return outcome.written;
  if (signal?.aborted === true && waitedFor !== undefined) {
    throw new S3ConnectError('Interrupted', `Interrupted while waiting for ${waitedFor}.`, { cause: outcome.error });
  }
  throw outcome.error;
}

/** Reads until what was written is what is there, and learns from it. */
export async function readBack(progress: Progress, node: ObservedNode, { steps, expected }: Written): Promise<void> {
  const { signal, clock = systemClock } = progress.o;
  const { kind, id } = node;
  const begin = clock.now();
  const what = `the ${kind.type} ${id} to ${kind.show(expected) === null ? 'be gone' : 'show as it was written'}`;
  let waited = false;
  try {
    const found = await until(() => readAgain(progress, node, expected), {
      accept: (live) => kind.same(live, expected),
      budgetMs: LONGEST_MS,
      signal,
      clock,
      onWait: () => {
        if (!waited) progress.waiting(steps, what);
        waited = true;
      },
    });
    if (waited) progress.waiting(steps, what, clock.now() - begin);
    if (kind.same(found, expected)) {
      for (const step of steps) progress.learn(step, found);
      return;
    }
    if (signal?.aborted === true) return;
    throw new S3ConnectError('AwsError', `The ${kind.type} ${id} was written, but reads back differently.`, {
      hint: 'Somebody else may be changing it; run the command again.',
    });
  } catch (e) {
    if (!(e instanceof S3ConnectError)) throw e;
    // Who may write but not read has still written.
    if (e.code === 'AccessDenied') return;
    for (const step of steps) progress.fail(step, e);
  }
}
