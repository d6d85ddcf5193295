import { S3ConnectError } from '../errors.js';
import { KINDS } from '../resources/index.js';
import type { Outlook } from '../resources/kind.js';
import type { Contribution, ObservedNode } from './nodes.js';
import type { Change, ChangeAction } from './types.js';

/** What one contribution does to its node. */
export interface Step {
  readonly node: ObservedNode;
  readonly contribution: Contribution;
  readonly before: unknown;
  readonly after: unknown;
  readonly action: ChangeAction;
  readonly left?: string;
  readonly foreign?: boolean;
}

export interface Assembled {
  readonly steps: readonly Step[];
  /** The planned state of every node. */
  readonly finals: ReadonlyMap<ObservedNode, unknown>;
  /** Members whose contributions are left out, and why. */
  readonly failures: ReadonlyMap<number, S3ConnectError>;
}

export function actionOf(node: Pick<ObservedNode, 'kind'>, before: unknown, after: unknown): ChangeAction {
  if (node.kind.same(before, after)) return 'none';
  const was = node.kind.show(before) !== null;
  const is = node.kind.show(after) !== null;
  if (!was && !is) return 'none';
  return was ? (is ? 'update' : 'delete') : 'create';
}

/** Applies one contribution to a live state; pure. */
export function contribute(
  node: ObservedNode,
  contribution: Contribution,
  live: unknown,
  outlook: Outlook,
): { readonly live: unknown; readonly left?: string; readonly foreign?: boolean } {
  const { desired, by, goal, idle } = contribution;
  if (idle !== undefined) return { live, left: idle };
  return goal === 'present' ? { live: node.kind.put(live, desired, by) } : node.kind.take(live, desired, by, outlook);
}

function inWorkingOrder(nodes: readonly ObservedNode[]): readonly ObservedNode[] {
  const place = new Map(KINDS.map((kind, index) => [kind.type, index]));
  return [...nodes].sort((a, b) => (place.get(b.kind.type) ?? 0) - (place.get(a.kind.type) ?? 0));
}

/** Marks of the owners whose part of each resource goes in this run; those that are left out stay. */
export function leavingFrom(nodes: readonly ObservedNode[], isOut: (member: number) => boolean): Outlook['leaving'] {
  const marks = new Map<string, ReadonlySet<string>>(
    nodes.map((node) => [
      `${node.kind.type}|${node.id}`,
      new Set(
        node.contributions
          .filter(({ goal, member }) => goal === 'absent' && !isOut(member))
          .map(({ by }) => by.owner.mark),
      ),
    ]),
  );
  return (kind, id) => marks.get(`${kind}|${id}`) ?? new Set();
}

/**
 * The plan, from what is wanted and what is there: no I/O, no clock, the same input gives the same output.
 * Contributions to one node are applied in the order of the connections, each on top of the one before. A member whose
 * contribution is refused is left out everywhere, so that it never stands in the way of the others.
 */
export function assemble(nodes: readonly ObservedNode[], excluded: ReadonlySet<number> = new Set()): Assembled {
  const ordered = inWorkingOrder(nodes);
  const failures = new Map<number, S3ConnectError>();
  for (;;) {
    const known = failures.size;
    const steps: Step[] = [];
    const finals = new Map<ObservedNode, unknown>();
    const planned = new Map<string, unknown>();
    const outlook: Outlook = {
      planned: (kind, id) => planned.get(`${kind}|${id}`),
      leaving: leavingFrom(ordered, (member) => excluded.has(member) || failures.has(member)),
    };
    for (const node of ordered) {
      let live = node.live;
      for (const contribution of node.contributions) {
        if (excluded.has(contribution.member) || failures.has(contribution.member)) continue;
        try {
          const made = contribute(node, contribution, live, outlook);
          steps.push({
            node,
            contribution,
            before: live,
            after: made.live,
            action: actionOf(node, live, made.live),
            ...(made.left === undefined ? {} : { left: made.left }),
            ...(made.foreign === undefined ? {} : { foreign: made.foreign }),
          });
          live = made.live;
        } catch (e) {
          if (!(e instanceof S3ConnectError)) throw e;
          failures.set(contribution.member, e);
        }
      }
      finals.set(node, live);
      planned.set(`${node.kind.type}|${node.id}`, live);
    }
    if (failures.size === known) return { steps, finals, failures };
  }
}

/** The row of a step, as `plan --json` prints it. */
export function changeOf(step: Step): Change {
  const { node, contribution, before, after, action, left } = step;
  const note = left ?? node.kind.note?.(before, after, contribution.desired);
  return {
    action,
    resource: node.kind.type,
    id: node.id,
    before: node.kind.show(before),
    after: node.kind.show(after),
    ...(note === undefined ? {} : { note }),
  };
}
