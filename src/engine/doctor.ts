import type { AwsAccess, AwsPorts } from '../aws/ports.js';
import { compileConnection } from '../connection/compile.js';
import { roleArn, userArn } from '../connection/names.js';
import type { Facts, ResolvedConnection, Site } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { parseArn } from '../policy/arn.js';
import { compile } from '../policy/evaluate.js';
import type { PolicyDocument, Statement } from '../policy/types.js';
import { type NeededPermission, neededPermissions } from '../resources/permissions.js';

/** What `doctor --json` prints, and what could not be judged. */
export interface Diagnosis {
  readonly caller: { readonly account: string; readonly arn: string };
  readonly region: string;
  readonly missing: readonly NeededPermission[];
  /** To hand to an administrator; null where nothing is missing. */
  readonly policy: PolicyDocument | null;
  /** False where the caller's own policies may not be read: then `missing` only names what is needed to look. */
  readonly judged: boolean;
}

interface OwnRights {
  readonly identityPolicies: readonly PolicyDocument[];
  readonly permissionsBoundary: PolicyDocument | undefined;
}

async function managed(ports: AwsPorts, arns: readonly string[]): Promise<readonly PolicyDocument[]> {
  const records = await Promise.all(arns.map((arn) => ports.iam.getPolicy(arn)));
  return records.flatMap((record) => (record === undefined ? [] : [record.document]));
}

const present = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value): value is T => value !== undefined);

/** The policies of the caller itself, as far as it may read them; undefined for a root user, who needs none. */
async function ownRights(ports: AwsPorts, arn: string): Promise<OwnRights | undefined> {
  const [kind, ...rest] = (parseArn(arn)?.resource ?? '').split('/');
  if (kind === 'root') return undefined;
  const { iam } = ports;
  if (kind === 'user') {
    const name = rest.at(-1)!;
    const [user, inline, attached] = await Promise.all([
      iam.getUser(name),
      iam.listUserPolicies(name),
      iam.listAttachedUserPolicies(name),
    ]);
    const own = await Promise.all(inline.map((policy) => iam.getUserPolicy(name, policy)));
    const identityPolicies = [
      ...present(own),
      ...(await managed(
        ports,
        attached.map((each) => each.arn),
      )),
    ];
    return { identityPolicies, permissionsBoundary: await boundary(ports, user?.permissionsBoundary) };
  }
  // arn:…:assumed-role/ROLE/SESSION
  const name = rest[0]!;
  const [role, inline, attached] = await Promise.all([
    iam.getRole(name),
    iam.listRolePolicies(name),
    iam.listAttachedRolePolicies(name),
  ]);
  const own = await Promise.all(inline.map((policy) => iam.getRolePolicy(name, policy)));
  const identityPolicies = [
    ...present(own),
    ...(await managed(
      ports,
      attached.map((each) => each.arn),
    )),
  ];
  return { identityPolicies, permissionsBoundary: await boundary(ports, role?.permissionsBoundary) };
}

async function boundary(ports: AwsPorts, arn: string | undefined): Promise<PolicyDocument | undefined> {
  return arn === undefined ? undefined : (await managed(ports, [arn]))[0];
}

/** Everything that the connections need their caller to be allowed to do, each once. */
function needsOf(connections: readonly ResolvedConnection[], facts: Facts): readonly NeededPermission[] {
  const needed = new Map<string, NeededPermission>();
  for (const connection of connections) {
    // Which external ID it is has no bearing on permissions; one that is still to come must not stop the diagnosis.
    const trust =
      connection.trust.externalIds.length > 0 ? connection.trust : { ...connection.trust, externalIds: ['pending'] };
    const assumed = connection.externalId.mode === 'none' ? connection : { ...connection, trust };
    const arns = {
      role: (name: string) =>
        assumed.role === undefined
          ? `arn:${facts.partition}:iam::${facts.account}:role/${name}`
          : roleArn(assumed, facts),
      user: (name: string) =>
        assumed.user === undefined
          ? `arn:${facts.partition}:iam::${facts.account}:user/${name}`
          : userArn(assumed, facts),
    };
    for (const resource of compileConnection(assumed, facts)) {
      for (const each of neededPermissions(resource, facts, arns)) needed.set(`${each.action} ${each.resource}`, each);
    }
  }
  return [...needed.values()];
}

/** One statement for each resource, for an administrator to attach to the caller. */
function policyFor(missing: readonly NeededPermission[]): PolicyDocument | null {
  if (missing.length === 0) return null;
  const byResource = new Map<string, string[]>();
  for (const { action, resource } of missing) byResource.set(resource, [...(byResource.get(resource) ?? []), action]);
  const statements: Statement[] = [...byResource].map(([resource, actions]) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resource,
  }));
  return { Version: '2012-10-17', Statement: statements };
}

/**
 * Who is asking, and which permissions are missing for the connections: the caller's own policies and boundary are
 * evaluated (IAM User Guide, "Policy evaluation logic"); what an organisation forbids can't be seen from here.
 *
 * @throws S3ConnectError NoCredentials, ExpiredCredentials, EndpointUnreachable
 */
export async function diagnose(
  connections: readonly ResolvedConnection[],
  aws: AwsAccess,
  site: Partial<Site>,
): Promise<Diagnosis> {
  const ports = aws.ports(site);
  const { account, arn } = await ports.sts.getCallerIdentity();
  const common = { caller: { account, arn }, region: ports.region };
  const facts: Facts = { account, partition: parseArn(arn)?.partition ?? 'aws' };
  const needed = needsOf(connections, facts);
  let rights: OwnRights | undefined;
  try {
    rights = await ownRights(ports, arn);
  } catch (error) {
    if (!(error instanceof S3ConnectError) || error.code !== 'AccessDenied') throw error;
    const look = lookingActions(arn);
    return { ...common, missing: look, policy: policyFor(look), judged: false };
  }
  if (rights === undefined) return { ...common, missing: [], policy: null, judged: true };
  const missing: NeededPermission[] = [];
  const compiled = compile({
    identityPolicies: rights.identityPolicies,
    ...(rights.permissionsBoundary === undefined ? {} : { permissionsBoundary: rights.permissionsBoundary }),
  });
  for (const each of needed) {
    const request = { principal: arn, action: each.action, resource: each.resource, resourceAccount: account };
    if (!compiled.allows(request)) missing.push(each);
  }
  return { ...common, missing, policy: policyFor(missing), judged: true };
}

/** What one needs to see one's own rights. */
function lookingActions(arn: string): readonly NeededPermission[] {
  const parsed = parseArn(arn);
  const [kind, ...rest] = (parsed?.resource ?? '').split('/');
  const type = kind === 'user' ? 'User' : 'Role';
  const resource = `arn:${parsed?.partition ?? 'aws'}:iam::${parsed?.account ?? ''}:${kind === 'user' ? `user/${rest.join('/')}` : `role/${rest[0] ?? ''}`}`;
  const why = "seeing one's own permissions";
  return [`iam:Get${type}`, `iam:List${type}Policies`, `iam:Get${type}Policy`, `iam:ListAttached${type}Policies`]
    .map((action) => ({ action, resource, for: why }))
    .concat([
      { action: 'iam:GetPolicy', resource: '*', for: why },
      { action: 'iam:GetPolicyVersion', resource: '*', for: why },
    ]);
}
