import { ownerOf } from '../connection/owner.js';
import type { DesiredResource, ResolvedConnection } from '../connection/types.js';
import { kindOf } from '../resources/index.js';
import { placeOf } from '../resources/kind.js';
import { findLeftovers, type Leftover } from './leftovers.js';
import type { Member } from './nodes.js';
import type { Run } from './run.js';

export interface PruneInput {
  readonly connections: readonly ResolvedConnection[];
  readonly namespace: string | null;
  /** Every name in the file: what belongs to one that isn't selected is left alone. */
  readonly knownNames: readonly string[];
}

/** A connection that is only known by what it left: enough of one to take that away. */
function memberOf({ owner, facts, site, resources }: Leftover, index: number): Member {
  const connection: ResolvedConnection = {
    name: owner.name,
    pointer: '',
    owner,
    template: { id: '', version: '', title: '', vendor: '', docs: [], methods: ['role'], access: {} },
    builtin: true,
    method: 'role',
    site,
    role: undefined,
    user: undefined,
    policy: { kind: 'inline', name: '', description: undefined },
    trust: { principals: [], externalIds: [], verifiers: [] },
    externalId: { mode: 'none' },
    params: {},
    pinAccount: false,
    tags: {},
    buckets: [],
  };
  return { index, connection, facts, resources, goal: 'absent' };
}

function keyOf(resource: DesiredResource, { facts }: Pick<Member, 'facts'>): string {
  const place = placeOf(resource.site, facts);
  return `${resource.kind}|${kindOf(resource.kind).identify(resource.desired, place)}|${place.account}`;
}

/** A connection of the file with what it once wanted and no longer does: a bucket that left it, an older method. */
function withStale(member: Member, leftover: Leftover): Member {
  const wanted = new Set(member.resources.map((resource) => keyOf(resource, member)));
  const stale = leftover.resources.filter((resource) => !wanted.has(keyOf(resource, leftover)));
  if (stale.length === 0) return member;
  return {
    ...member,
    resources: [...member.resources, ...stale],
    staleFrom: member.staleFrom ?? member.resources.length,
    facts: { ...member.facts, buckets: { ...leftover.facts.buckets, ...member.facts.buckets } },
  };
}

/**
 * Adds to the members of a run what marks of the namespace are still in the account and no longer wanted: of
 * connections that are in the file to them, of others as members of their own.
 */
export async function addLeftovers(
  run: Run,
  input: PruneInput,
  members: readonly Member[],
): Promise<{ readonly members: readonly Member[]; readonly added: readonly Member[] }> {
  const { connections, namespace, knownNames } = input;
  const sites = connections.map(({ site }) => site);
  const found = await findLeftovers(run, sites, namespace, knownNames);
  const known = members.map((member) =>
    found.filter(({ owner }) => owner.mark === member.connection.owner.mark).reduce(withStale, member),
  );
  // By mark, not by name: what belongs to a connection of the file is never taken for somebody else's.
  const inFile = new Set(knownNames.map((name) => ownerOf(namespace, name).mark));
  const added = found
    .filter(({ owner }) => !inFile.has(owner.mark))
    .map((leftover, at) => memberOf(leftover, connections.length + at));
  return { members: [...known, ...added], added };
}
