import type { DesiredResource, Site } from '../connection/types.js';
import type { PolicyDocument } from '../policy/types.js';
import { type Run, readOnce } from './run.js';

/** Whose policies: a role's or a user's. */
export type Holder = { readonly role: string } | { readonly user: string };

/** Names of the inline policies of a role or user. */
export function inlineNames(run: Run, site: Site, holder: Holder): Promise<readonly string[]> {
  return 'role' in holder
    ? readOnce(run, site, `ListRolePolicies ${holder.role}`, ({ iam }) => iam.listRolePolicies(holder.role))
    : readOnce(run, site, `ListUserPolicies ${holder.user}`, ({ iam }) => iam.listUserPolicies(holder.user));
}

/** Managed policies that are attached to a role or user. */
export function attachedPolicies(run: Run, site: Site, holder: Holder) {
  return 'role' in holder
    ? readOnce(run, site, `ListAttachedRolePolicies ${holder.role}`, ({ iam }) =>
        iam.listAttachedRolePolicies(holder.role),
      )
    : readOnce(run, site, `ListAttachedUserPolicies ${holder.user}`, ({ iam }) =>
        iam.listAttachedUserPolicies(holder.user),
      );
}

/** One inline policy of a role or user. */
export function inlinePolicy(run: Run, site: Site, holder: Holder, name: string): Promise<PolicyDocument | undefined> {
  return 'role' in holder
    ? readOnce(run, site, `GetRolePolicy ${holder.role}/${name}`, ({ iam }) => iam.getRolePolicy(holder.role, name))
    : readOnce(run, site, `GetUserPolicy ${holder.user}/${name}`, ({ iam }) => iam.getUserPolicy(holder.user, name));
}

export function managedPolicy(run: Run, site: Site, arn: string) {
  return readOnce(run, site, `GetPolicy ${arn}`, ({ iam }) => iam.getPolicy(arn));
}

/** `KIND/NAME` of the policies among desired resources. */
export function policiesWanted(resources: readonly DesiredResource[]): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ kind, desired }) =>
      kind === 'managed-policy' || kind === 'role-policy' || kind === 'user-policy' ? [`${kind}/${desired.name}`] : [],
    ),
  );
}
