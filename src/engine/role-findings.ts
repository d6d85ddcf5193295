import { bucketArn } from '../connection/names.js';
import { compile } from '../policy/evaluate.js';
import type { Finding, PolicyDocument } from '../policy/types.js';
import { attachedPolicies, inlineNames, inlinePolicy, managedPolicy, policiesWanted } from './held-policies.js';
import type { Member } from './nodes.js';
import type { Run } from './run.js';

/** What a bucket has to lose most: actions on its objects (outside of any prefix) and on itself. */
const ON_OBJECTS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'] as const;
const ON_BUCKET = ['s3:PutBucketPolicy', 's3:PutBucketAcl', 's3:DeleteBucket'] as const;

async function policiesOf(
  run: Run,
  { connection: { site } }: Member,
  role: string,
): Promise<readonly PolicyDocument[]> {
  const [inline, attached] = await Promise.all([
    inlineNames(run, site, { role }),
    attachedPolicies(run, site, { role }),
  ]);
  const documents = await Promise.all([
    ...inline.map((name) => inlinePolicy(run, site, { role }, name)),
    ...attached.map(async ({ arn }) => (await managedPolicy(run, site, arn))?.document),
  ]);
  return documents.filter((document) => document !== undefined);
}

/**
 * Policies on a role of ours that this connection doesn't know: nothing of ours, so `apply` leaves them, and yet the
 * vendor has what they allow.
 */
export async function strangePolicies(run: Run, { connection, resources }: Member): Promise<readonly Finding[]> {
  const { method, role, site } = connection;
  if (method !== 'role' || role === undefined) return [];
  const [inline, attached] = await Promise.all([
    inlineNames(run, site, { role: role.name }),
    attachedPolicies(run, site, { role: role.name }),
  ]);
  const ours = policiesWanted(resources);
  const strange = [
    ...inline.filter((name) => !ours.has(`role-policy/${name}`)),
    ...attached.filter(({ name }) => !ours.has(`managed-policy/${name}`)).map(({ arn }) => arn),
  ];
  return strange.map((name) => ({
    id: 'undeclared-role-policy',
    severity: 'warning',
    file: `role ${role.name}`,
    pointer: '',
    line: null,
    message: `The role ${role.name} has the policy ${name}, which this connection doesn't declare.`,
    why: 'Whoever assumes the role has all that its policies allow together; apply changes nothing that is not its own.',
    remedy: 'Remove the policy from the role unless it is meant to be there; `verify` shows what it lets in.',
    source: 'IAM User Guide, "Policy evaluation logic"',
  }));
}

/**
 * An existing role may do more than this connection grants: said in the plan, because no apply changes it.
 * Its policies are read for that; where they may not be, `verify` tells by probing.
 */
export async function roleFindings(run: Run, member: Member): Promise<readonly Finding[]> {
  const { connection, facts } = member;
  if (connection.method !== 'existing-role' || facts.role === undefined) return [];
  const { name, arn } = facts.role;
  const compiled = compile({ identityPolicies: await policiesOf(run, member, name) });
  const buckets = new Map(connection.buckets.map((bucket) => [bucket.name, bucket]));
  return [...buckets.values()].flatMap((bucket) => {
    const own = connection.buckets.filter((one) => one.name === bucket.name);
    const granted = new Set(own.flatMap(({ actions }) => actions.map(({ action }) => action.toLowerCase())));
    const whole = own.some(({ prefix }) => prefix === '');
    const target = bucketArn(facts.partition, bucket.name);
    const may = (action: string, resource: string): boolean =>
      compiled.allows({ principal: arn, action, resource, resourceAccount: facts.account });
    const more = [
      ...ON_OBJECTS.filter((action) => !(whole && granted.has(action.toLowerCase()))).filter((action) =>
        may(action, `${target}/s3connect-anywhere/key`),
      ),
      ...ON_BUCKET.filter((action) => may(action, target)),
    ];
    return more.length === 0 ? [] : [wide(name, bucket.name, more)];
  });
}

function wide(role: string, bucket: string, actions: readonly string[]): Finding {
  return {
    id: 'role-may-do-more',
    severity: 'warning',
    file: `role ${role}`,
    pointer: '',
    line: null,
    message: `The role ${role} may already do ${actions.join(', ')} anywhere in ${bucket}, which this connection doesn't grant.`,
    why: 'Policies that were there before stay, and what they allow is not taken away by this connection.',
    remedy: 'Narrow the other policies of the role, or set "confine": true on the bucket.',
    source: 'IAM User Guide, "Policy evaluation logic"',
  };
}
