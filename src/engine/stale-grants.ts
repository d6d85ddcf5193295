import { TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredResource, ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { statementsOf } from '../policy/documents.js';
import { carriesMark } from '../policy/sids.js';
import type { PolicyDocument } from '../policy/types.js';
import {
  attachedPolicies,
  type Holder,
  inlineNames,
  inlinePolicy,
  managedPolicy,
  policiesWanted,
} from './held-policies.js';
import type { Member } from './nodes.js';
import type { Run } from './run.js';

/** Whose policies a connection brings, where its file names them. */
function namedHolder({ method, role, user }: ResolvedConnection): Holder | undefined {
  if (method === 'user' && user !== undefined) return { user: user.name };
  return method === 'role' && role !== undefined ? { role: role.name } : undefined;
}

function holderOf({ connection, facts }: Member): Holder | undefined {
  if (connection.method !== 'existing-role') return namedHolder(connection);
  return facts.role === undefined ? undefined : { role: facts.role.name };
}

function isOurs(document: PolicyDocument | undefined, mark: string): boolean {
  return document !== undefined && statementsOf(document).some((statement) => carriesMark(statement, mark));
}

async function find(run: Run, member: Member, holder: Holder): Promise<readonly DesiredResource[]> {
  const { site, owner } = member.connection;
  const wanted = policiesWanted(member.resources);
  const [inline, attached] = await Promise.all([inlineNames(run, site, holder), attachedPolicies(run, site, holder)]);
  const kind = 'role' in holder ? 'role-policy' : 'user-policy';
  const found = await Promise.all([
    ...inline
      .filter((name) => !wanted.has(`${kind}/${name}`))
      .map(async (name): Promise<DesiredResource | undefined> => {
        if (!isOurs(await inlinePolicy(run, site, holder, name), owner.mark)) return undefined;
        return 'role' in holder
          ? { kind: 'role-policy', site, desired: { ...holder, name, statements: [] } }
          : { kind: 'user-policy', site, desired: { ...holder, name, statements: [] } };
      }),
    ...attached
      .filter(({ name, arn }) => !wanted.has(`managed-policy/${name}`) && !arn.includes(':iam::aws:'))
      .map(async ({ arn }): Promise<DesiredResource | undefined> => {
        const policy = await managedPolicy(run, site, arn);
        if (policy?.tags[TAG_CONNECTION] !== owner.tag) return undefined;
        const { name, path, description } = policy;
        const desired = { name, path, description, tags: {}, statements: [], attachTo: holder };
        return { kind: 'managed-policy', site, desired };
      }),
  ]);
  return found.filter((resource) => resource !== undefined);
}

/** Asks for what `withStaleGrants` lists, where whose it is stands in the file: beside the facts, not after them. */
export function askAhead(run: Run, connection: ResolvedConnection): void {
  const holder = namedHolder(connection);
  const { site } = connection;
  if (holder === undefined) return;
  // Whoever needs the answers meets the failure.
  Promise.all([inlineNames(run, site, holder), attachedPolicies(run, site, holder)]).catch(() => undefined);
}

/**
 * Adds to a member the policies of this very connection that its role or user still has under an older name or kind:
 * what they grant goes beyond what is written, so they go in the same run that brings the new one.
 * Where they may not be listed nothing is added.
 */
export async function withStaleGrants(run: Run, member: Member): Promise<Member> {
  const holder = holderOf(member);
  if (holder === undefined) return member;
  try {
    const stale = await find(run, member, holder);
    if (stale.length === 0) return member;
    return { ...member, resources: [...member.resources, ...stale], staleFrom: member.resources.length };
  } catch (e) {
    if (e instanceof S3ConnectError && e.code === 'AccessDenied') return member;
    throw e;
  }
}
