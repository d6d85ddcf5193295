import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import { handoffOf } from '../connection/handoff.js';
import { S3ConnectError } from '../errors.js';
import type { Outlook } from '../resources/kind.js';
import { leavingFrom, type Step } from './assemble.js';
import { type Contribution, dependenciesOf, type Node, type ObservedNode } from './nodes.js';
import { summaryOf } from './plan.js';
import type { Prepared, Work } from './prepare.js';
import { type ExecuteOptions, type Progress, startProgress } from './progress.js';
import { openingSteps, publicNotAllowed } from './refusals.js';
import type { ConnectionPlan, Plan } from './types.js';
import { readBack, type Written, writeNode } from './write-node.js';

export type { ExecuteOptions } from './progress.js';

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
}

/**
 * Connections whose foreign template asks for something that lint calls an error. What `--allow-public` allows is the
 * user's own wish and no fault of a template.
 */
function badTemplates({ plan, work }: Prepared): ReadonlyMap<number, S3ConnectError> {
  const refused = new Map<number, S3ConnectError>();
  if (work.goal === 'absent') return refused;
  for (const { index, connection } of work.members) {
    if (connection.builtin) continue;
    const bad = plan.connections[index]?.findings.find(
      ({ id, severity }) => severity === 'error' && !(id === 'public-statement' && work.allowPublic === true),
    );
    if (bad === undefined) continue;
    refused.set(
      index,
      new S3ConnectError(
        'BadTemplate',
        `The template ${connection.template.id} isn't one of s3connect's own, and what it asks for has an error: ${bad.message}`,
        { path: connection.pointer === '' ? '--template' : `${connection.pointer}/template`, hint: bad.remedy },
      ),
    );
  }
  return refused;
}

function asError(e: unknown): S3ConnectError {
  if (e instanceof S3ConnectError) return e;
  throw e;
}

/** The contributions of a node that may go on; the others get their row here. */
function activeSteps(progress: Progress, planned: readonly Step[], changing: boolean): readonly Step[] {
  const { errors, o } = progress;
  const interrupted = changing && o.signal?.aborted === true;
  const active: Step[] = [];
  for (const step of planned) {
    const { member } = step.contribution;
    if (errors.has(member)) progress.skip(step, 'this connection was refused, or an earlier change of it failed');
    else if (interrupted) progress.skip(step, 'interrupted before this change');
    else active.push(step);
  }
  if (interrupted) {
    const error = new S3ConnectError('Interrupted', 'Interrupted; what was done until then is listed.');
    for (const { contribution } of planned)
      if (!errors.has(contribution.member)) errors.set(contribution.member, error);
  }
  return active;
}

/** 128 bits, the same each time that it is asked for. */
function oneSecret(): () => string {
  let made: string | undefined;
  return () => {
    made ??= randomBytes(16).toString('hex');
    return made;
  };
}

/** Carries out one node for those of its contributions that may go on; the read-backs go on behind it. */
async function carryOut(
  progress: Progress,
  node: ObservedNode,
  planned: readonly Step[],
  outlook: Outlook,
  readBacks: Promise<void>[],
): Promise<void> {
  const changing = planned.some(({ action }) => action !== 'none');
  const active = activeSteps(progress, planned, changing);
  if (active.length === 0) return;
  const begin = performance.now();
  const finish = (step: Step, live: unknown): void => {
    progress.learn(step, live);
    if (step.left === undefined) progress.done(step, begin);
    else progress.skip(step, step.left);
  };
  if (!changing) {
    for (const step of active) finish(step, step.after);
    return;
  }
  for (const step of active) if (step.action !== 'none') progress.start(step);
  const random = oneSecret();
  const write = async (contributions: readonly Contribution[], patient: boolean): Promise<Written> => {
    const written = await writeNode(progress, node, contributions, { outlook, random, patient });
    if (written.wrote) {
      progress.wrote(node);
      readBacks.push(readBack(progress, node, written));
    }
    return written;
  };
  try {
    const written = await write(
      active.map(({ contribution }) => contribution),
      true,
    );
    for (const step of written.steps) finish(step, written.expected);
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
        const written = await write([...good, step.contribution], false);
        good.push(step.contribution);
        finish({ ...step, after: written.steps.at(-1)?.after ?? step.after }, written.expected);
      } catch (single) {
        progress.fail(step, asError(single));
      }
    }
  }
}

function stepsByNode(steps: readonly Step[]): ReadonlyMap<Node, readonly Step[]> {
  const byNode = new Map<Node, Step[]>();
  for (const step of steps) {
    const list = byNode.get(step.node);
    if (list === undefined) byNode.set(step.node, [step]);
    else list.push(step);
  }
  return byNode;
}

function plannedBy({ assembled }: Work): Outlook['planned'] {
  const finals = new Map([...assembled.finals].map(([node, live]) => [`${node.kind.type}|${node.id}`, live]));
  return (kind, id) => finals.get(`${kind}|${id}`);
}

function resultOf(progress: Progress, connection: ConnectionPlan, index: number): ConnectionPlan {
  const member = progress.work.members.find((one) => one.index === index);
  if (member === undefined || connection.error !== undefined) return connection;
  const rows = member.resources.flatMap((_, row) => progress.row(index, row) ?? []);
  const error = progress.errors.get(index);
  const facts = progress.learned.get(index) ?? member.facts;
  const handoff = member.goal === 'present' ? handoffOf(member.connection, facts, 'missing') : undefined;
  return {
    ...connection,
    changes: rows,
    ...(error === undefined ? {} : { error: error.toJSON() }),
    ...(handoff === undefined ? {} : { handoff: handoff.items, handoffMissing: handoff.missing }),
  };
}

/**
 * Carries out a prepared plan: nodes as soon as what they stand on is there, as many at a time as the concurrency
 * allows, then reads back what was written. A connection that fails stops at that change; the others go on, without
 * its contributions. What fails stands in the rows and in `connections[].error`.
 *
 * @throws S3ConnectError PlanChanged, PublicNotAllowed or (of an only connection) BadTemplate, each before the first write
 */
export async function execute(prepared: Prepared, o: ExecuteOptions = {}): Promise<Plan> {
  refuse(prepared, o);
  const { plan, work } = prepared;
  const progress = startProgress(work, o);
  for (const [index, error] of badTemplates(prepared)) {
    if (plan.connections.length === 1) throw error;
    progress.errors.set(index, error);
  }
  const outlook: Outlook = {
    planned: plannedBy(work),
    leaving: leavingFrom(work.nodes, (member) => work.assembled.failures.has(member)),
  };
  const steps = stepsByNode(work.assembled.steps);
  const needed = dependenciesOf(work.nodes);
  const limit = pLimit(Math.max(1, work.concurrency));
  const readBacks: Promise<void>[] = [];
  const started = new Map<Node, Promise<void>>();
  const byNode = new Map<Node, ObservedNode>(work.nodes.map((node) => [node, node]));
  const start = (node: Node): Promise<void> => {
    const known = started.get(node);
    if (known !== undefined) return known;
    const before = [...(needed.get(node) ?? [])].map(start);
    const observed = byNode.get(node)!;
    const running = Promise.all(before).then(() =>
      limit(() => carryOut(progress, observed, steps.get(node) ?? [], outlook, readBacks)),
    );
    started.set(node, running);
    return running;
  };
  await Promise.all(work.nodes.map(start));
  await Promise.all(readBacks);
  const connections = plan.connections.map((connection, index) => resultOf(progress, connection, index));
  return { fingerprint: plan.fingerprint, connections, summary: summaryOf(connections) };
}
