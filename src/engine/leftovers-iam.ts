import { TAG_ADOPTED, TAG_CONNECTION } from '../connection/owner.js';
import type { Site } from '../connection/types.js';
import { isKnown, ownMarks, ownTag, type Search, sidsOf } from './leftover-search.js';
import { rolesWithTags } from './owned.js';
import { readOnce } from './run.js';

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

export async function inRoles(search: Search, site: Site): Promise<void> {
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

export async function inUsers(search: Search, site: Site): Promise<void> {
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
