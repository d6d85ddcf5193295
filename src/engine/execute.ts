import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import { type Clock, until } from '../aws/retry.js';
import { handoffOf } from '../connection/handoff.js';
import type { Facts } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { Outlook } from '../resources/kind.js';
import { actionOf, changeOf, contribute, type Step } from './assemble.js';
import { type Contribution, dependenciesOf, type ObservedNode } from './nodes.js';
import { desiredOf, readerFor } from './observe.js';
import { patienceFor } from './patience.js';
import { summaryOf } from './plan.js';
import type { Prepared, Work } from './prepare.js';
import { openingSteps, publicNotAllowed } from './refusals.js';
import type { Change, ConnectionPlan, OnEvent, Plan } from './types.js';

export interface ExecuteOptions {
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** Fingerprint of the reviewed plan; another one is `PlanChanged` before any write. */
  readonly expect?: string;
  readonly clock?: Clock;
}

/** IAM shows a change to all its readers within seconds, at worst a minute or two. */
const READ_BACK_MS = 120_000;

/** Refusals before the first write. */
function refuse({ plan, work }: Prepared, o: ExecuteOptions): void {
  if (o.expect !== undefined && o.expect !== plan.fingerprint) {
    throw new S3ConnectError(
      'PlanChanged',
      `The plan is not the reviewed one: its fingerprint is ${plan.fingerprint}, not ${o.expect}.`,
      { path: '--expect', hint: 'Look at the plan again, and give its fingerprint.' },
    );
  }
  const opening = openingSteps(work.assembled.steps)[0];
  if (opening !== undefined && work.allowPublic !== true) throw publicNotAllowed(opening);
  for (const { index, connection } of work.members) {
    const bad = plan.connections[index]?.findings.find(({ severity }) => severity === 'error');
    if (connection.builtin || bad === undefined || work.goal === 'absent') continue;
    throw new S3ConnectError(
      'BadTemplate',
      `The template ${connection.template.id} isn't one of s3connect's own, and what it asks for has an error: ${bad.message}`,
      { path: connection.pointer === '' ? '--template' : `${connection.pointer}/template`, hint: bad.remedy },
    );
  }
}

/** What is known about one run while it goes on. */
class Progress {
  readonly rows = new Map<string, Change>();
  readonly errors = new Map<number, S3ConnectError>();
  readonly learned = new Map<number, Facts>();
  /** What this run created or changed: others may not see it yet. */
  readonly recent = { names: new Set<string>(), keys: new Set<string>() };
  readonly created = new Set<string>();
  readonly readBacks: Promise<void>[] = [];

  constructor(
    readonly work: Work,
    readonly o: ExecuteOptions,
  ) {}

  name(member: number): string {
    return this.work.headings[member]?.name ?? '';
  }

  row(step: Step, more: Pick<Change, 'status' | 'error' | 'note'>): void {
    const { member, row } = step.contribution;
    this.rows.set(`${member}/${row}`, { ...changeOf(step), ...more });
  }

  fail(step: Step, error: S3ConnectError): void {
    const { member } = step.contribution;
    if (!this.errors.has(member)) this.errors.set(member, error);
    this.row(step, { status: 'failed', error: error.toJSON() });
    this.o.onEvent?.({
      type: 'failed',
      connection: this.name(member),
      resource: step.node.kind.type,
      id: step.node.id,
      error,
    });
  }

  skip(step: Step, why: string): void {
    this.row(step, { status: 'skipped', note: why });
    this.o.onEvent?.({
      type: 'skipped',
      connection: this.name(step.contribution.member),
      resource: step.node.kind.type,
      id: step.node.id,
      why,
    });
  }

  learn(step: Step, live: unknown): void {
    const { member, desired, by } = step.contribution;
    const news = step.node.kind.learn?.(live, desired, by);
    if (news === undefined) return;
    const known = this.learned.get(member) ?? by.facts;
    this.learned.set(member, {
      ...known,
      ...news,
      buckets: { ...known.buckets, ...news.buckets },
      accessPointAliases: { ...known.accessPointAliases, ...news.accessPointAliases },
    });
  }
}

function asError(e: unknown): S3ConnectError {
  if (e instanceof S3ConnectError) return e;
  throw e;
}

/** Applies contributions one after the other; every step on top of the one before. */
function chain(
  node: ObservedNode,
  contributions: readonly Contribution[],
  live: unknown,
  outlook: Outlook,
): readonly Step[] {
  const steps: Step[] = [];
  for (const contribution of contributions) {
    const before = steps.at(-1)?.after ?? live;
    const { live: after, left } = contribute(node, contribution, before, outlook);
    const action = actionOf(node, before, after);
    steps.push({ node, contribution, before, after, action, ...(left === undefined ? {} : { left }) });
  }
  return steps;
}

async function readAgain(progress: Progress, node: ObservedNode, live: unknown): Promise<unknown> {
  const { run } = progress.work;
  const reader = {
    ...readerFor(run, node),
    once: <T>(_key: string, ask: (ports: ReturnType<typeof run.aws.ports>) => Promise<T>) =>
      run.call(() => ask(run.aws.ports(node.site))),
  };
  const desired = desiredOf(node);
  return node.kind.refresh === undefined
    ? node.kind.read(desired, reader)
    : run.call(async () => node.kind.refresh?.(live, desired, reader));
}

interface Written {
  readonly steps: readonly Step[];
  readonly wrote: boolean;
  readonly expected: unknown;
}

/** Was what it is part of made by this very run? Then nobody else can have put anything there. */
function isBornEmpty(progress: Progress, { kind, contributions, place }: ObservedNode): boolean {
  const parent = kind.bornEmptyIn;
  if (parent === undefined) return false;
  return contributions.some(({ desired }) =>
    kind.dependsOn(desired, place).some((ref) => ref.kind === parent && progress.created.has(`${parent}|${ref.id}`)),
  );
}

/** Brings one node to where the contributions want it, patient with what isn't visible yet. */
async function write(
  progress: Progress,
  node: ObservedNode,
  contributions: readonly Contribution[],
  outlook: Outlook,
  random: () => string,
): Promise<Written> {
  const { o } = progress;
  const begin = performance.now();
  let live = node.live;
  let stale = node.kind.shared && !isBornEmpty(progress, node);
  let text = '';
  let waiting: string | undefined;
  const attempt = async (): Promise<Written> => {
    if (stale) live = await readAgain(progress, node, live);
    stale = false;
    const steps = chain(node, contributions, live, outlook);
    const planned = steps.at(-1)?.after ?? live;
    const after = node.kind.settle?.(planned, random) ?? planned;
    const last = steps.at(-1);
    const settled = last === undefined ? steps : [...steps.slice(0, -1), { ...last, after }];
    if (node.kind.same(live, after)) return { steps: settled, wrote: false, expected: after };
    text = JSON.stringify(node.kind.show(after) ?? node.kind.show(live));
    const gone = node.kind.show(after) === null;
    if (gone && node.kind.goesWithParent === true) return { steps: settled, wrote: false, expected: after };
    await node.kind.write(
      live,
      after,
      contributions.at(-1)!.desired,
      progress.work.run.aws.ports(node.site),
      node.place,
    );
    return { steps: settled, wrote: true, expected: after };
  };
  let budget = 0;
  type Outcome = { readonly written: Written } | { readonly error: unknown };
  const outcome = await until<Outcome>(
    async () => {
      try {
        return { written: await attempt() };
      } catch (error) {
        const patience = patienceFor(error, progress.recent, text, node.id);
        if (patience === undefined) return { error };
        budget = Math.max(budget, patience.budgetMs);
        stale ||= patience.reread;
        if (performance.now() - begin >= budget) return { error };
        if (waiting === undefined) {
          waiting = patience.for;
          for (const { member } of contributions) {
            o.onEvent?.({ type: 'waiting', connection: progress.name(member), for: waiting });
          }
        }
        return { error };
      }
    },
    {
      accept: (value) =>
        'written' in value ||
        patienceFor(value.error, progress.recent, text, node.id) === undefined ||
        performance.now() - begin >= budget,
      budgetMs: READ_BACK_MS,
      signal: o.signal,
      clock: o.clock,
    },
  );
  if (waiting !== undefined) {
    for (const { member } of contributions) {
      o.onEvent?.({
        type: 'waiting',
        connection: progress.name(member),
        for: waiting,
        ms: performance.now() - begin,
      });
    }
  }
  if ('written' in outcome) return outcome.written;
  if (o.signal?.aborted === true && waiting !== undefined) {
    throw new S3ConnectError('Interrupted', `Interrupted while waiting for ${waiting}.`, { cause: outcome.error });
  }
  throw outcome.error;
}

/** Reads until what was written is what is there. */
async function readBack(progress: Progress, node: ObservedNode, { steps, expected }: Written): Promise<void> {
  const { o } = progress;
  const begin = performance.now();
  let waited = false;
  const gone = node.kind.show(expected) === null;
  const what = `the ${node.kind.type} ${node.id} to ${gone ? 'be gone' : 'show as it was written'}`;
  const announce = (ms?: number): void => {
    for (const { contribution } of steps) {
      const connection = progress.name(contribution.member);
      o.onEvent?.({ type: 'waiting', connection, for: what, ...(ms === undefined ? {} : { ms }) });
    }
  };
  try {
    const found = await until(() => readAgain(progress, node, expected), {
      accept: (live) => node.kind.same(live, expected),
      budgetMs: READ_BACK_MS,
      signal: o.signal,
      clock: o.clock,
      onWait: () => {
        if (!waited) announce();
        waited = true;
      },
    });
    if (waited) announce(performance.now() - begin);
    if (node.kind.same(found, expected)) {
      for (const step of steps) progress.learn(step, found);
      return;
    }
    if (o.signal?.aborted === true) return;
    throw new S3ConnectError('AwsError', `${node.kind.type} ${node.id} was written, but reads back differently.`, {
      hint: 'Somebody else may be changing it; run the command again.',
    });
  } catch (e) {
    const error = asError(e);
    // Who may write but not read has still written.
    if (error.code === 'AccessDenied') return;
    for (const step of steps) progress.fail(step, error);
  }
}

/** Writes one node for those of its contributions that may go on. */
async function work(progress: Progress, node: ObservedNode, planned: readonly Step[], outlook: Outlook): Promise<void> {
  const { o, errors } = progress;
  const changing = planned.some(({ action }) => action !== 'none');
  const active: Step[] = [];
  for (const step of planned) {
    if (errors.has(step.contribution.member)) progress.skip(step, 'an earlier change of this connection failed');
    else if (o.signal?.aborted === true && changing) progress.skip(step, 'interrupted before this change');
    else active.push(step);
  }
  if (o.signal?.aborted === true && changing) {
    const error = new S3ConnectError('Interrupted', 'Interrupted; what was done until then is listed.');
    for (const { contribution } of planned)
      if (!errors.has(contribution.member)) errors.set(contribution.member, error);
    return;
  }
  if (active.length === 0) return;
  if (!changing) {
    for (const step of active) finish(progress, step, performance.now(), step.after);
    return;
  }
  const secrets = new Map<string, string>();
  const random = (): string => {
    const made = secrets.get(node.key) ?? randomBytes(16).toString('hex');
    secrets.set(node.key, made);
    return made;
  };
  const begin = performance.now();
  for (const { contribution, action } of active) {
    if (action === 'none') continue;
    const connection = progress.name(contribution.member);
    o.onEvent?.({ type: 'changing', connection, resource: node.kind.type, id: node.id, action });
  }
  const done = (written: Written): void => {
    if (written.wrote) {
      progress.recent.names.add(node.id);
      progress.recent.keys.add(`${node.kind.type}|${node.id}`);
      if (node.kind.show(node.live) === null) progress.created.add(`${node.kind.type}|${node.id}`);
      progress.readBacks.push(readBack(progress, node, written));
    }
    for (const step of written.steps) finish(progress, step, begin, written.expected);
  };
  try {
    done(
      await write(
        progress,
        node,
        active.map((step) => step.contribution),
        outlook,
        random,
      ),
    );
  } catch (e) {
    const error = asError(e);
    if (active.length === 1 || error.code === 'Interrupted' || error.code === 'EndpointUnreachable') {
      for (const step of active) progress.fail(step, error);
      return;
    }
    // One of several contributions is refused: whose it is shows when they are written one by one.
    const good: Contribution[] = [];
    for (const step of active) {
      try {
        done(await write(progress, node, [...good, step.contribution], outlook, random));
        good.push(step.contribution);
      } catch (single) {
        progress.fail(step, asError(single));
      }
    }
  }
}

function finish(progress: Progress, step: Step, begin: number, live: unknown): void {
  const { node, contribution, action, left } = step;
  progress.learn(step, live);
  if (left !== undefined) {
    progress.skip(step, left);
    return;
  }
  progress.row(step, { status: 'done' });
  if (action === 'none') return;
  progress.o.onEvent?.({
    type: 'changed',
    connection: progress.name(contribution.member),
    resource: node.kind.type,
    id: node.id,
    action,
    ms: performance.now() - begin,
  });
}

/**
 * Carries out a prepared plan: nodes as soon as what they stand on is there, as many at a time as the concurrency
 * allows, then reads back what was written. A connection that fails stops at that change; the others go on, without
 * its contributions. What fails stands in the rows and in `connections[].error`.
 *
 * @throws S3ConnectError PlanChanged, PublicNotAllowed or BadTemplate, each before the first write
 */
export async function execute(prepared: Prepared, o: ExecuteOptions = {}): Promise<Plan> {
  refuse(prepared, o);
  const { plan, work: all } = prepared;
  const progress = new Progress(all, o);
  const outlook: Outlook = { planned: plannedBy(all) };
  const stepsOf = new Map<ObservedNode, Step[]>();
  for (const step of all.assembled.steps) {
    const list = stepsOf.get(step.node);
    if (list === undefined) stepsOf.set(step.node, [step]);
    else list.push(step);
  }
  const needed = dependenciesOf(all.nodes);
  const limit = pLimit(Math.max(1, all.concurrency));
  const started = new Map<ObservedNode, Promise<void>>();
  const start = (node: ObservedNode): Promise<void> => {
    const known = started.get(node);
    if (known !== undefined) return known;
    const running = Promise.all([...(needed.get(node) ?? [])].map((other) => start(other as ObservedNode))).then(() =>
      limit(() => work(progress, node, stepsOf.get(node) ?? [], outlook)),
    );
    started.set(node, running);
    return running;
  };
  await Promise.all(all.nodes.map(start));
  await Promise.all(progress.readBacks);
  const connections = plan.connections.map((connection, index) => resultOf(progress, connection, index));
  return { fingerprint: plan.fingerprint, connections, summary: summaryOf(connections) };
}

function plannedBy({ assembled }: Work): Outlook['planned'] {
  const finals = new Map([...assembled.finals].map(([node, live]) => [`${node.kind.type}|${node.id}`, live]));
  return (kind, id) => finals.get(`${kind}|${id}`);
}

function resultOf(progress: Progress, connection: ConnectionPlan, index: number): ConnectionPlan {
  const member = progress.work.members.find((one) => one.index === index);
  if (member === undefined || connection.error !== undefined) return connection;
  const rows = member.resources.flatMap((_, row) => progress.rows.get(`${index}/${row}`) ?? []);
  const error = progress.errors.get(index);
  const present = member.goal === 'present';
  return {
    ...connection,
    changes: rows,
    ...(error === undefined ? {} : { error: error.toJSON() }),
    ...(present ? { handoff: [handoffOf(member.connection, progress.learned.get(index) ?? member.facts)] } : {}),
  };
}
