import type {
  DesiredByKind,
  DesiredResource,
  Facts,
  ResolvedConnection,
  ResourceType,
  Site,
} from '../connection/types.js';
import { kindOf } from '../resources/index.js';
import { type AnyKind, type Contributor, type Place, placeOf, type Ref } from '../resources/kind.js';

export type Goal = 'present' | 'absent';

/** One connection of a run with its facts and desired resources. */
export interface Member {
  readonly index: number;
  readonly connection: ResolvedConnection;
  readonly facts: Facts;
  readonly resources: readonly DesiredResource[];
  readonly goal: Goal;
  /** Resources from this one on are no longer wanted. */
  readonly staleFrom?: number;
}

export interface Contribution {
  readonly member: number;
  /** Place among the member's rows. */
  readonly row: number;
  readonly desired: DesiredByKind[ResourceType];
  readonly by: Contributor;
  readonly goal: Goal;
  /** Why it changes nothing, although it could. */
  readonly idle?: string;
}

/** One resource of the account, with what each connection wants of it. */
export interface Node {
  readonly key: string;
  readonly kind: AnyKind;
  readonly id: string;
  readonly place: Place;
  readonly site: Site;
  readonly contributions: readonly Contribution[];
}

export interface ObservedNode extends Node {
  readonly live: unknown;
}

/** Where a resource really is: a bucket's region is the one that it was found in. */
function siteOf(resource: DesiredResource, facts: Facts): Site {
  const bucket = 'bucket' in resource.desired ? facts.buckets?.[resource.desired.bucket] : undefined;
  return bucket === undefined ? resource.site : { ...resource.site, region: bucket.region };
}

/** Joins the desired resources of all members: what is one thing in the account is one node. */
export function joinNodes(members: readonly Member[], adopt: boolean): readonly Node[] {
  const nodes = new Map<string, Node & { contributions: Contribution[] }>();
  for (const { index, connection, facts, resources, goal, staleFrom } of members) {
    resources.forEach((resource, row) => {
      const kind = kindOf(resource.kind);
      const site = siteOf(resource, facts);
      const place = placeOf(site, facts);
      const id = kind.identify(resource.desired, place);
      const key = `${resource.kind}|${id}|${place.account}`;
      const by: Contributor = {
        name: connection.name,
        owner: connection.owner,
        templateId: connection.template.id,
        pointer: connection.pointer,
        adopt,
        place,
        facts,
      };
      const contribution: Contribution = {
        member: index,
        row,
        desired: resource.desired,
        by,
        goal: staleFrom !== undefined && row >= staleFrom ? 'absent' : goal,
      };
      const known = nodes.get(key);
      if (known === undefined) nodes.set(key, { key, kind, id, place, site, contributions: [contribution] });
      else known.contributions.push(contribution);
    });
  }
  return [...nodes.values()];
}

/**
 * Which nodes must be finished before each node: what a present resource stands on, and what stands on an absent one.
 */
export function dependenciesOf(nodes: readonly Node[]): ReadonlyMap<Node, ReadonlySet<Node>> {
  const byId = new Map<string, Node[]>();
  const byMember = new Map<string, Node[]>();
  const put = (map: Map<string, Node[]>, key: string, node: Node): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [node]);
    else if (list.at(-1) !== node) list.push(node);
  };
  for (const node of nodes) {
    put(byId, `${node.kind.type}|${node.id}`, node);
    for (const { member } of node.contributions) put(byMember, `${node.kind.type}|${member}`, node);
  }
  const find = (ref: Ref, member: number): readonly Node[] =>
    (ref.id === undefined ? byMember.get(`${ref.kind}|${member}`) : byId.get(`${ref.kind}|${ref.id}`)) ?? [];
  const before = new Map<Node, Set<Node>>(nodes.map((node) => [node, new Set()]));
  for (const node of nodes) {
    for (const { desired, member, goal } of node.contributions) {
      for (const ref of node.kind.dependsOn(desired, node.place)) {
        for (const other of find(ref, member)) {
          if (other === node) continue;
          if (goal === 'present') before.get(node)?.add(other);
          else before.get(other)?.add(node);
        }
      }
    }
  }
  return withoutCycles(before);
}

/** Two roles that trust each other would wait for each other for ever: the edge that closes a circle is left out. */
function withoutCycles(before: Map<Node, Set<Node>>): Map<Node, Set<Node>> {
  const state = new Map<Node, 'open' | 'done'>();
  const visit = (node: Node): void => {
    state.set(node, 'open');
    const needed = before.get(node) ?? new Set<Node>();
    for (const other of [...needed]) {
      const seen = state.get(other);
      if (seen === 'open') needed.delete(other);
      else if (seen === undefined) visit(other);
    }
    state.set(node, 'done');
  };
  for (const node of before.keys()) if (!state.has(node)) visit(node);
  return before;
}
