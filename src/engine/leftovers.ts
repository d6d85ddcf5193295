import { ownerOf } from '../connection/owner.js';
import type { DesiredResource, Facts, Owner, Site } from '../connection/types.js';
import { nameIn, type Search } from './leftover-search.js';
import { inAccessPoints, inBucket, inTopics } from './leftovers-documents.js';
import { inRoles, inUsers } from './leftovers-iam.js';
import { callerOf, type Run, readOnce } from './run.js';

/** What carries the marks of one connection in the account. */
export interface Leftover {
  readonly owner: Owner;
  readonly facts: Facts;
  readonly site: Site;
  readonly resources: readonly DesiredResource[];
}

/**
 * Looks at every role, user, bucket, topic and access point of an account for marks of a namespace. A mark tells its namespace, not its connection's name: where no tag tells that either, the
 * mark itself stands for the name.
 */
export async function findLeftovers(
  run: Run,
  sites: readonly Site[],
  namespace: string | null,
  knownNames: readonly string[],
): Promise<readonly Leftover[]> {
  const perProfile = new Map<string, Site[]>();
  for (const site of sites) {
    const list = perProfile.get(site.profile ?? '') ?? [];
    if (!list.some(({ region }) => region === site.region)) list.push(site);
    perProfile.set(site.profile ?? '', list);
  }
  const all = await Promise.all(
    [...perProfile.values()].map(async (regions): Promise<readonly Leftover[]> => {
      const home = regions[0]!;
      const { account, partition } = await callerOf(run, home);
      const buckets: Record<string, { readonly region: string; readonly account: string }> = {};
      const byMark = new Map<string, { owner: Owner; resources: DesiredResource[] }>();
      const search: Search = {
        run,
        namespace,
        knownNames: new Map(knownNames.map((name) => [ownerOf(namespace, name).mark, name])),
        found(by, resource) {
          const named = 'tag' in by ? ownerOf(namespace, nameIn(by.tag)) : undefined;
          const mark = 'tag' in by ? (named?.mark ?? '') : by.mark;
          const name = search.knownNames.get(mark);
          const known = name === undefined ? undefined : ownerOf(namespace, name);
          const owner = named ?? known ?? { namespace, name: mark, tag: mark, mark };
          const entry = byMark.get(mark) ?? { owner, resources: [] };
          byMark.set(mark, { owner: named ?? entry.owner, resources: [...entry.resources, resource] });
        },
        bucket: (name, region, owner) => {
          buckets[name] = { region, account: owner };
        },
      };
      const names = await readOnce(run, home, 'ListBuckets', (ports) => ports.s3.listBuckets());
      await Promise.all([
        inRoles(search, home),
        inUsers(search, home),
        ...names.map((name) => inBucket(search, home, account, name)),
        ...regions.flatMap((site) => [inTopics(search, site), inAccessPoints(search, site, account)]),
      ]);
      const facts: Facts = { account, partition, buckets };
      return [...byMark.values()]
        .sort((a, b) => (a.owner.name < b.owner.name ? -1 : 1))
        .map(({ owner, resources }) => ({ owner, facts, site: home, resources: inOrder(resources) }));
    }),
  );
  return all.flat();
}

/** What was found first depends on the network; a plan must not. */
function inOrder(resources: readonly DesiredResource[]): readonly DesiredResource[] {
  const key = (resource: DesiredResource): string => JSON.stringify([resource.kind, resource.desired]);
  return [...resources].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
