import { TAG_CONNECTION } from '../connection/owner.js';
import type { DesiredResource } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { statementsOf } from '../policy/documents.js';
import { carriesMark } from '../policy/sids.js';
import type { PolicyDocument } from '../policy/types.js';
import type { Member } from './nodes.js';
import { type Run, readOnce } from './run.js';

type Holder = { readonly role: string } | { readonly user: string };

function holderOf({ connection, facts }: Member): Holder | undefined {
  if (connection.method === 'user' && connection.user !== undefined) return { user: connection.user.name };
  if (connection.method === 'existing-role') return facts.role === undefined ? undefined : { role: facts.role.name };
  return connection.method === 'role' && connection.role !== undefined ? { role: connection.role.name } : undefined;
}

/** Names of its inline policies, and the managed ones that are attached. */
function listed(run: Run, { connection: { site } }: Member, holder: Holder) {
  if ('role' in holder) {
    const { role } = holder;
    return Promise.all([
      readOnce(run, site, `ListRolePolicies ${role}`, (ports) => ports.iam.listRolePolicies(role)),
      readOnce(run, site, `ListAttachedRolePolicies ${role}`, (ports) => ports.iam.listAttachedRolePolicies(role)),
    ]);
  }
  const { user } = holder;
  return Promise.all([
    readOnce(run, site, `ListUserPolicies ${user}`, (ports) => ports.iam.listUserPolicies(user)),
    readOnce(run, site, `ListAttachedUserPolicies ${user}`, (ports) => ports.iam.listAttachedUserPolicies(user)),
  ]);
}

function inlineOf(run: Run, { connection: { site } }: Member, holder: Holder, name: string) {
  return 'role' in holder
    ? readOnce(run, site, `GetRolePolicy ${holder.role}/${name}`, (ports) => ports.iam.getRolePolicy(holder.role, name))
    : readOnce(run, site, `GetUserPolicy ${holder.user}/${name}`, (ports) =>
        ports.iam.getUserPolicy(holder.user, name),
      );
}

function isOurs(document: PolicyDocument | undefined, mark: string): boolean {
  return document !== undefined && statementsOf(document).some((statement) => carriesMark(statement, mark));
}

async function find(run: Run, member: Member, holder: Holder): Promise<readonly DesiredResource[]> {
  const { site, owner } = member.connection;
  const wanted = new Set(
    member.resources.flatMap(({ kind, desired }) =>
      kind === 'managed-policy' || kind === 'role-policy' || kind === 'user-policy' ? [`${kind}/${desired.name}`] : [],
    ),
  );
  const [inline, attached] = await listed(run, member, holder);
  const kind = 'role' in holder ? 'role-policy' : 'user-policy';
  const found = await Promise.all([
    ...inline
      .filter((name) => !wanted.has(`${kind}/${name}`))
      .map(async (name): Promise<DesiredResource | undefined> => {
        if (!isOurs(await inlineOf(run, member, holder, name), owner.mark)) return undefined;
        return 'role' in holder
          ? { kind: 'role-policy', site, desired: { ...holder, name, statements: [] } }
          : { kind: 'user-policy', site, desired: { ...holder, name, statements: [] } };
      }),
    ...attached
      .filter(({ name, arn }) => !wanted.has(`managed-policy/${name}`) && !arn.includes(':iam::aws:'))
      .map(async ({ arn }): Promise<DesiredResource | undefined> => {
        const policy = await readOnce(run, site, `GetPolicy ${arn}`, (ports) => ports.iam.getPolicy(arn));
        if (policy?.tags[TAG_CONNECTION] !== owner.tag) return undefined;
        const { name, path, description } = policy;
        const desired = { name, path, description, tags: {}, statements: [], attachTo: holder };
        return { kind: 'managed-policy', site, desired };
      }),
  ]);
  return found.filter((resource) => resource !== undefined);
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
