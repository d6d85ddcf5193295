import type { AwsAccess, RoleRecord } from '../aws/ports.js';
import type { Site } from '../connection/types.js';
import type { PolicyDocument } from '../policy/types.js';

export interface OwnedRole {
  readonly name: string;
  readonly arn: string;
  readonly connection: string;
  readonly template: string;
}

/** Roles of the account that carry the tag `s3connect:connection`, of one namespace where it is given. */
export async function listOwnedRoles(
  _aws: AwsAccess,
  _site: Partial<Site>,
  _namespace?: string | null,
): Promise<readonly OwnedRole[]> {
  throw new Error('not built yet');
}

export interface RoleView {
  readonly role: RoleRecord;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
}

/** A role with all its inline and attached customer-managed policies, for `role show`; undefined where there is none. */
export async function showRole(_aws: AwsAccess, _site: Partial<Site>, _name: string): Promise<RoleView | undefined> {
  throw new Error('not built yet');
}
