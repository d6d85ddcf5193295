import type { Tags } from '../aws/ports.js';
import { namespaceMark, ownerOf, TAG_ADOPTED, TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredResource, Facts, Owner, Site } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import { isPublicPolicy } from '../policy/public.js';
import { markOf } from '../policy/sids.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import { subscriptionMark } from '../resources/subscription.js';
import { inNamespace, rolesWithTags } from './owned.js';
import { callerOf, type Run, readOnce } from './run.js';

/** What carries the marks of one connection in the account. */
export interface Leftover {
  readonly owner: Owner;
  readonly facts: Facts;
  readonly site: Site;
  readonly resources: readonly DesiredResource[];
}

interface Search {
  readonly run: Run;
  readonly namespace: string | null;
  /** By mark. */
  readonly knownNames: ReadonlyMap<string, string>;
  /** Puts one found thing on the list of its owner. */
  found(by: { readonly tag: string } | { readonly mark: string }, resource: DesiredResource): void;
  bucket(name: string, region: string, account: string): void;
}

/** The tag of a connection of this namespace; undefined for everything else. */
function ownTag(search: Search, tags: Tags): string | undefined {
  const tag = tags[TAG_CONNECTION];
  return tag !== undefined && inNamespace(tag, search.namespace) ? tag : undefined;
}

/** Marks of this namespace in Sids and ids. */
function ownMarks(search: Search, ids: readonly (string | undefined)[]): readonly string[] {
  const prefix = namespaceMark(search.namespace);
  const marks = ids.map(markOf).filter((mark): mark is string => mark?.startsWith(prefix) === true);
  return [...new Set(marks)];
}

function isKnown(search: Search, tag: string): boolean {
  return search.knownNames.has(ownerOf(search.namespace, nameIn(tag)).mark);
}

function sidsOf(document: PolicyDocument | undefined): readonly (string | undefined)[] {
  return asList(document?.Statement).map(({ Sid: sid }) => sid);
}

/** What may not be read is passed over: somebody else's bucket must not keep the rest from being tidied. */
async function readable<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return undefined;
    throw e;
  }
}

/** Customer managed policies of a leftover that are attached to its role or user. */
async function attachedPolicies(
  search: Search,
  site: Site,
  tag: string,
  attachTo: { readonly role: string } | { readonly user: string },
): Promise<void> {
  const { run } = search;
  const attached =
    'role' in attachTo
      ? await readOnce(run, site, `ListAttachedRolePolicies ${attachTo.role}`, (ports) =>
          ports.iam.listAttachedRolePolicies(attachTo.role),
        )
      : await readOnce(run, site, `ListAttachedUserPolicies ${attachTo.user}`, (ports) =>
          ports.iam.listAttachedUserPolicies(attachTo.user),
        );
  for (const { arn } of attached.filter((one) => !one.arn.includes(':iam::aws:'))) {
    const policy = await readOnce(run, site, `GetPolicy ${arn}`, (ports) => ports.iam.getPolicy(arn));
    if (policy?.tags[TAG_CONNECTION] !== tag) continue;
    const { name, path, description } = policy;
    const desired = { name, path, description, tags: {}, statements: [], attachTo };
    search.found({ tag }, { kind: 'managed-policy', site, desired });
  }
}

async function inRoles(search: Search, site: Site): Promise<void> {
  const { run } = search;
  const roles = await rolesWithTags(run, site);
  await Promise.all(
    roles.map(async ({ name, path, description, permissionsBoundary, maxSessionDuration, tags }) => {
      const tag = ownTag(search, tags);
      if (tag !== undefined) {
        const desired = { name, path, description, permissionsBoundary, maxSessionDuration, tags: {}, statements: [] };
        search.found({ tag }, { kind: 'role', site, desired });
        await attachedPolicies(search, site, tag, { role: name });
        // With a role of ours all that is in it goes; one that stays may hold a policy of an older kind or name.
        if (tags[TAG_ADOPTED] === undefined && !isKnown(search, tag)) return;
      }
      const policies = await readOnce(run, site, `ListRolePolicies ${name}`, (ports) =>
        ports.iam.listRolePolicies(name),
      );
      for (const policy of policies) {
        const document = await readOnce(run, site, `GetRolePolicy ${name}/${policy}`, (ports) =>
          ports.iam.getRolePolicy(name, policy),
        );
        for (const mark of ownMarks(search, sidsOf(document))) {
          search.found({ mark }, { kind: 'role-policy', site, desired: { role: name, name: policy, statements: [] } });
        }
      }
    }),
  );
}

async function inUsers(search: Search, site: Site): Promise<void> {
  const { run } = search;
  const users = await readOnce(run, site, 'ListUsers', (ports) => ports.iam.listUsers());
  await Promise.all(
    users.map(async ({ name, path, permissionsBoundary }) => {
      const tags = await readOnce(run, site, `ListUserTags ${name}`, (ports) => ports.iam.listUserTags(name));
      const tag = ownTag(search, tags);
      if (tag === undefined) return;
      search.found({ tag }, { kind: 'user', site, desired: { name, path, permissionsBoundary, tags: {} } });
      await attachedPolicies(search, site, tag, { user: name });
      const policies = await readOnce(run, site, `ListUserPolicies ${name}`, (ports) =>
        ports.iam.listUserPolicies(name),
      );
      for (const policy of policies) {
        const document = await readOnce(run, site, `GetUserPolicy ${name}/${policy}`, (ports) =>
          ports.iam.getUserPolicy(name, policy),
        );
        for (const mark of ownMarks(search, sidsOf(document))) {
          search.found({ mark }, { kind: 'user-policy', site, desired: { user: name, name: policy, statements: [] } });
        }
      }
      search.found({ tag }, { kind: 'access-key', site, desired: { user: name, path, secretFile: undefined } });
    }),
  );
}

const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

async function inBucket(search: Search, at: Site, account: string, name: string): Promise<void> {
  const { run } = search;
  const head = await readable(readOnce(run, at, `HeadBucket ${name}`, (ports) => ports.s3.headBucket(name)));
  if (head === undefined) return;
  const site: Site = { ...at, region: head.region };
  const [tags, policy, rules, notifications] = await Promise.all([
    readable(readOnce(run, site, `GetBucketTagging ${name}`, (ports) => ports.s3.getBucketTags(name))),
    readable(readOnce(run, site, `GetBucketPolicy ${name}`, (ports) => ports.s3.getBucketPolicy(name))),
    readable(readOnce(run, site, `GetBucketCors ${name}`, (ports) => ports.s3.getBucketCors(name))),
    readable(readOnce(run, site, `GetBucketNotification ${name}`, (ports) => ports.s3.getBucketNotification(name))),
  ]);
  search.bucket(name, head.region, account);
  const tag = ownTag(search, tags ?? {});
  if (tag !== undefined) {
    const desired = { bucket: name, region: head.region, create: true, tags: {} };
    search.found({ tag }, { kind: 'bucket', site, desired });
  }
  for (const mark of ownMarks(search, sidsOf(policy))) {
    const ours = asList(policy?.Statement).filter(({ Sid: sid }: Statement) => sid?.startsWith(mark) === true);
    if (isPublicPolicy({ Version: '2012-10-17', Statement: ours }, 'bucket')) {
      const desired = { bucket: name, settings: CLOSED, purpose: 'opened' as const };
      search.found({ mark }, { kind: 'public-access-block', site, desired });
    }
    search.found({ mark }, { kind: 'bucket-policy', site, desired: { bucket: name, statements: [] } });
  }
  for (const mark of ownMarks(
    search,
    (rules ?? []).map(({ ID: id }) => id),
  )) {
    search.found({ mark }, { kind: 'cors', site, desired: { bucket: name, rules: [] } });
  }
  const topics = notifications?.TopicConfigurations ?? [];
  for (const mark of ownMarks(
    search,
    topics.map(({ Id: id }) => id),
  )) {
    search.found({ mark }, { kind: 'notification', site, desired: { bucket: name, configurations: [] } });
  }
}

async function inTopics(search: Search, site: Site): Promise<void> {
  const { run } = search;
  const arns = await readOnce(run, site, 'ListTopics', (ports) => ports.sns.listTopics());
  await Promise.all(
    arns.map(async (arn) => {
      const [topic, tags] = await Promise.all([
        readable(readOnce(run, site, `GetTopicAttributes ${arn}`, (ports) => ports.sns.getTopic(arn))),
        readable(readOnce(run, site, `ListTagsForResource ${arn}`, (ports) => ports.sns.getTopicTags(arn))),
      ]);
      const tag = ownTag(search, tags ?? {});
      const name = arn.split(':').at(-1) ?? '';
      if (tag !== undefined) search.found({ tag }, { kind: 'topic', site, desired: { name, arn, tags: {} } });
      for (const mark of ownMarks(search, sidsOf(topic?.policy))) {
        search.found({ mark }, { kind: 'topic-policy', site, desired: { arn, statements: [] } });
      }
      const keys = Object.keys(tags ?? {}).filter((key) => key.startsWith('s3connect:subscription:'));
      const marks = ownMarks(
        search,
        keys.map((key) => key.split(':')[2]),
      );
      if (marks.length === 0) return;
      const list = await readOnce(run, site, `ListSubscriptionsByTopic ${arn}`, (ports) =>
        ports.sns.listSubscriptions(arn),
      );
      for (const mark of marks) {
        for (const { protocol, endpoint } of list) {
          if (!keys.includes(subscriptionMark(mark, protocol, endpoint))) continue;
          const desired = { topicArn: arn, protocol: protocol as 'https', endpoint };
          search.found({ mark }, { kind: 'subscription', site, desired });
        }
      }
    }),
  );
}

async function inAccessPoints(search: Search, site: Site, account: string): Promise<void> {
  const { run } = search;
  const names = await readOnce(run, site, `ListAccessPoints ${account}`, (ports) =>
    ports.s3control.listAccessPoints(account),
  );
  await Promise.all(
    names.map(async (name) => {
      const point = await readOnce(run, site, `GetAccessPoint ${account} ${name}`, (ports) =>
        ports.s3control.getAccessPoint(account, name),
      );
      if (point === undefined) return;
      const [tags, policy] = await Promise.all([
        readable(
          readOnce(run, site, `ListTagsForResource ${point.arn}`, (ports) =>
            ports.s3control.getAccessPointTags(account, point.arn),
          ),
        ),
        readable(
          readOnce(run, site, `GetAccessPointPolicy ${account} ${name}`, (ports) =>
            ports.s3control.getAccessPointPolicy(account, name),
          ),
        ),
      ]);
      const tag = ownTag(search, tags ?? {});
      const { bucket, vpcId } = point;
      if (tag !== undefined) search.found({ tag }, { kind: 'access-point', site, desired: { name, bucket, vpcId } });
      for (const mark of ownMarks(search, sidsOf(policy))) {
        search.found({ mark }, { kind: 'access-point-policy', site, desired: { name, statements: [] } });
      }
    }),
  );
}

function nameIn(tag: string): string {
  return tag.slice(tag.indexOf('/') + 1);
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
