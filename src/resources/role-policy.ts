import { type InlineLive, putInline, readRole, sameInline, takeInline } from './inline-policy.js';
import type { Contributor, ResourceKind } from './kind.js';

/** The connection was given a role that is there already: then nothing in it is ours but our statements. */
function isExisting(role: string, by: Contributor): boolean {
  return by.facts.role?.name === role;
}

/** Inline policies of roles (IAM API Reference, PutRolePolicy). */
export const rolePolicy: ResourceKind<'role-policy', InlineLive> = {
  type: 'role-policy',
  shared: false,
  identify: (desired) => `${desired.role}/${desired.name}`,
  dependsOn: () => [{ kind: 'role' }],
  async read(desired, reader) {
    const [role, document] = await Promise.all([
      readRole(reader, desired.role),
      reader.once(`GetRolePolicy ${desired.role}/${desired.name}`, (ports) =>
        ports.iam.getRolePolicy(desired.role, desired.name),
      ),
    ]);
    return { document, tags: role?.tags };
  },
  refresh: async (live, desired, { ports }) => ({
    ...live,
    document: await ports.iam.getRolePolicy(desired.role, desired.name),
  }),
  put: (live, desired, by) =>
    putInline(live, desired.statements, by, {
      existing: isExisting(desired.role, by),
      budget: 'inline',
      name: `The inline policy ${desired.name} of role ${desired.role}`,
    }),
  take: (live, desired, by) => takeInline(live, by, isExisting(desired.role, by)),
  show: (live) => live.document ?? null,
  same: sameInline,
  async write(_before, after, desired, { iam }) {
    if (after.document === undefined) await iam.deleteRolePolicy(desired.role, desired.name);
    else await iam.putRolePolicy(desired.role, desired.name, after.document);
  },
  documents: (live) => (live.document === undefined ? [] : [{ kind: 'identity', document: live.document }]),
};
