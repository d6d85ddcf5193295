import type { AwsAccess, RoleRecord } from '../aws/ports.js';
import { TAG_CONNECTION, TAG_TEMPLATE } from '../connection/owner.js';
import type { Site } from '../connection/types.js';
import type { PolicyDocument } from '../policy/types.js';
import { type Run, readOnce, startRun } from './run.js';

export interface OwnedRole {
  readonly name: string;
  readonly arn: string;
  readonly connection: string;
  readonly template: string;
}

type Reach = Partial<Pick<Site, 'profile' | 'ownProfile' | 'region'>>;

function reachOf({ profile, ownProfile = false, region = '' }: Reach): Pick<Site, 'profile' | 'ownProfile' | 'region'> {
  return { profile, ownProfile, region };
}

/** Is a tag's value of this namespace? Undefined means any. */
export function inNamespace(tag: string, namespace: string | null | undefined): boolean {
  if (namespace === undefined) return true;
  const slash = tag.indexOf('/');
  return namespace === null ? slash < 0 : slash >= 0 && tag.slice(0, slash) === namespace;
}

/** Service-linked roles belong to AWS and are never ours. */
function isServiceLinked(path: string): boolean {
  return path.startsWith('/aws-service-role/');
}

/** Every role with its tags; ListRoles tells none, so each is asked for (IAM API Reference, ListRoles). */
export async function rolesWithTags(run: Run, site: Reach): Promise<readonly RoleRecord[]> {
  const reach = reachOf(site);
  const roles = await readOnce(run, reach, 'ListRoles', (ports) => ports.iam.listRoles());
  return Promise.all(
    roles
      .filter((role) => !isServiceLinked(role.path))
      .map(async (role) => ({
        ...role,
        tags: await readOnce(run, reach, `ListRoleTags ${role.name}`, (ports) => ports.iam.listRoleTags(role.name)),
      })),
  );
}

/** Roles of the account that carry the tag `s3connect:connection`, of one namespace where it is given; by name. */
export async function listOwnedRoles(
  aws: AwsAccess,
  site: Reach,
  namespace?: string | null,
): Promise<readonly OwnedRole[]> {
  const roles = await rolesWithTags(startRun(aws), site);
  return roles
    .flatMap(({ name, arn, tags }) => {
      const connection = tags[TAG_CONNECTION];
      if (connection === undefined || !inNamespace(connection, namespace)) return [];
      return [{ name, arn, connection, template: tags[TAG_TEMPLATE] ?? '' }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface RoleView {
  readonly role: RoleRecord;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
}

/** A role with all its inline and attached managed policies, for `role show`; undefined where there is none. */
export async function showRole(aws: AwsAccess, site: Reach, name: string): Promise<RoleView | undefined> {
  const { iam } = aws.ports(reachOf(site));
  const role = await iam.getRole(name);
  if (role === undefined) return undefined;
  const [inline, attached] = await Promise.all([iam.listRolePolicies(name), iam.listAttachedRolePolicies(name)]);
  const documents = await Promise.all([
    ...inline.map(async (policy) => [policy, await iam.getRolePolicy(name, policy)] as const),
    ...attached.map(async (policy) => [policy.name, (await iam.getPolicy(policy.arn))?.document] as const),
  ]);
  const found = documents.filter((entry): entry is readonly [string, PolicyDocument] => entry[1] !== undefined);
  return { role, policies: Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
