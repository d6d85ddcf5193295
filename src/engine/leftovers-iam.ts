import { TAG_ADOPTED, TAG_CONNECTION } from '../connection/owner.js';
import type { Site } from '../connection/types.js';
import { attachedPolicies, type Holder, inlineNames, inlinePolicy, managedPolicy } from './held-policies.js';
import { isKnown, ownMarks, ownTag, type Search, sidsOf } from './leftover-search.js';
import { rolesWithTags } from './owned.js';
import { readOnce } from './run.js';

/** Customer managed policies of a leftover that are attached to its role or user. */
async function ownAttached(search: Search, site: Site, tag: string, attachTo: Holder): Promise<void> {
  const { run } = search;
  const attached = await attachedPolicies(run, site, attachTo);
  for (const { arn } of attached.filter((one) => !one.arn.includes(':iam::aws:'))) {
    const policy = await managedPolicy(run, site, arn);
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
        await ownAttached(search, site, tag, { role: name });
        // With a role of ours all that is in it goes; one that stays may hold a policy of an older kind or name.
        if (tags[TAG_ADOPTED] === undefined && !isKnown(search, tag)) return;
      }
      for (const policy of await inlineNames(run, site, { role: name })) {
        const document = await inlinePolicy(run, site, { role: name }, policy);
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
      await ownAttached(search, site, tag, { user: name });
      for (const policy of await inlineNames(run, site, { user: name })) {
        const document = await inlinePolicy(run, site, { user: name }, policy);
        for (const mark of ownMarks(search, sidsOf(document))) {
          search.found({ mark }, { kind: 'user-policy', site, desired: { user: name, name: policy, statements: [] } });
        }
      }
      search.found({ tag }, { kind: 'access-key', site, desired: { user: name, path, secretFile: undefined } });
    }),
  );
}
