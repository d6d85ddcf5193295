import type { Facts } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { Reader } from '../resources/kind.js';
import type { Node, ObservedNode } from './nodes.js';
import { type Run, readOnce } from './run.js';
import type { OnEvent } from './types.js';

/** The desired form that a node is read for. */
export function desiredOf(node: Node) {
  const { kind, contributions } = node;
  const most = contributions.find(({ desired }) => kind.readsMost?.(desired) === true);
  return (most ?? contributions[0])!.desired;
}

/** What the contributors know together: a bucket that one of them found is there for all. */
function factsOf(node: Node): Facts {
  const all = node.contributions.map(({ by }) => by.facts);
  return { ...all[0]!, buckets: Object.assign({}, ...all.map((facts) => facts.buckets ?? {})) };
}

export function readerFor(run: Run, node: Node): Reader {
  return {
    ports: run.aws.ports(node.site),
    place: node.place,
    facts: factsOf(node),
    goal: node.contributions.some(({ goal }) => goal === 'absent') ? 'absent' : 'present',
    once: (key, ask) => readOnce(run, node.site, key, ask),
  };
}

export interface Observed {
  readonly nodes: readonly ObservedNode[];
  /** Members one of whose documents could not be read, and why. */
  readonly failures: ReadonlyMap<number, S3ConnectError>;
}

/** Reads every node at the same time; a document that can't be read fails the connections that need it. */
export async function observe(
  run: Run,
  nodes: readonly Node[],
  names: readonly string[],
  onEvent?: OnEvent,
): Promise<Observed> {
  const failures = new Map<number, S3ConnectError>();
  const observed = await Promise.all(
    nodes.map(async (node): Promise<ObservedNode | undefined> => {
      for (const { member } of node.contributions) {
        onEvent?.({ type: 'reading', connection: names[member] ?? '', resource: node.kind.type, id: node.id });
      }
      try {
        return { ...node, live: await node.kind.read(desiredOf(node), readerFor(run, node)) };
      } catch (e) {
        if (!(e instanceof S3ConnectError)) throw e;
        for (const { member } of node.contributions) if (!failures.has(member)) failures.set(member, e);
        return undefined;
      }
    }),
  );
  return { nodes: observed.filter((node): node is ObservedNode => node !== undefined), failures };
}
