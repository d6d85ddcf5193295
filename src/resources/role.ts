import type { AwsPorts, RoleRecord, Tags } from '../aws/ports.js';
import { TAG_CONNECTION } from '../connection/owner.js';
import { type DesiredByKind, type Facts, GENERATED_EXTERNAL_ID } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { asList } from '../policy/documents.js';
import { samePolicy } from '../policy/equal.js';
import { mergeOwned, ownedStatements } from '../policy/merge.js';
import { fitOrThrow } from '../policy/size.js';
import type { Finding, PolicyDocument, Statement } from '../policy/types.js';
import type { Contributor, Ref, ResourceKind } from './kind.js';
import { adoptedTags, claimOf, marked, notOurs, sameTags, sortedTags, tagChanges, withoutMarks } from './ownership.js';
import { documentOf, principalRefs } from './policy-refs.js';

type Desired = DesiredByKind['role'];

export interface RoleLive {
  readonly role: RoleRecord | undefined;
}

function trustOf(base: PolicyDocument | undefined, desired: Desired, by: Contributor): PolicyDocument {
  const merged =
    base === undefined ? documentOf(desired.statements) : mergeOwned(base, by.owner.mark, desired.statements);
  return fitOrThrow(merged ?? documentOf(desired.statements), 'trust', `The trust policy of role ${desired.name}`);
}

/** Values of `sts:ExternalId` in our own trust statements. */
export function externalIdsIn(trust: PolicyDocument, mark: string): readonly string[] {
  return ownedStatements(trust, mark).flatMap((statement: Statement) =>
    asList(statement.Condition?.StringEquals?.['sts:ExternalId']).map(String),
  );
}

async function remove(name: string, ports: AwsPorts): Promise<void> {
  const [inline, attached] = await Promise.all([
    ports.iam.listRolePolicies(name),
    ports.iam.listAttachedRolePolicies(name),
  ]);
  await Promise.all([
    ...inline.map((policy) => ports.iam.deleteRolePolicy(name, policy)),
    ...attached.map((policy) => ports.iam.detachRolePolicy(name, policy.arn)),
  ]);
  await ports.iam.deleteRole(name);
}

function withExternalId(document: PolicyDocument, value: string): PolicyDocument {
  return JSON.parse(JSON.stringify(document).replaceAll(GENERATED_EXTERNAL_ID, value)) as PolicyDocument;
}

/** IAM roles (IAM API Reference, CreateRole; IAM User Guide, "Deleting roles"). */
export const role: ResourceKind<'role', RoleLive> = {
  type: 'role',
  shared: false,
  identify: (desired, place) => `arn:${place.partition}:iam::${place.account}:role${desired.path}${desired.name}`,
  dependsOn: (desired, place): readonly Ref[] => principalRefs(desired.statements, role.identify(desired, place)),
  read: async (desired, reader) => ({
    role: await reader.once(`GetRole ${desired.name}`, (ports) => ports.iam.getRole(desired.name)),
  }),
  put({ role: live }, desired, by) {
    if (live === undefined) {
      const { statements: _statements, ...rest } = desired;
      return {
        role: {
          ...rest,
          arn: role.identify(desired, by.place),
          tags: marked(desired.tags, by),
          trustPolicy: trustOf(undefined, desired, by),
        },
      };
    }
    const claim = claimOf(live.tags, by);
    if (claim === 'other' || (claim === 'none' && !by.adopt)) throw notOurs(`The role ${live.name}`, live.tags, by);
    if (live.path !== desired.path) {
      throw new S3ConnectError('BadValue', `The role ${live.name} has the path ${live.path}, which AWS can't change.`, {
        path: `${by.pointer}/role/path`,
        hint: `Set "path" to ${JSON.stringify(live.path)}, or give the role another name.`,
      });
    }
    if (claim !== 'whole') {
      const tags: Tags = claim === 'none' ? adoptedTags(live.tags, by) : live.tags;
      return { role: { ...live, tags, trustPolicy: trustOf(live.trustPolicy, desired, by) } };
    }
    // What the file doesn't set isn't managed: a boundary that the company attaches by itself stays.
    return {
      role: {
        ...live,
        description: desired.description ?? live.description,
        maxSessionDuration: desired.maxSessionDuration ?? live.maxSessionDuration,
        permissionsBoundary: desired.permissionsBoundary ?? live.permissionsBoundary,
        tags: marked({ ...live.tags, ...desired.tags }, by),
        trustPolicy: trustOf(undefined, desired, by),
      },
    };
  },
  take({ role: live }, _desired, by) {
    if (live === undefined) return { live: { role: undefined } };
    const claim = claimOf(live.tags, by);
    if (claim === 'whole') return { live: { role: undefined } };
    if (claim !== 'adopted') {
      const whose = live.tags[TAG_CONNECTION];
      return {
        live: { role: live },
        foreign: true,
        left: `the role ${live.name} ${whose === undefined ? 'was not made by s3connect' : `belongs to ${whose}`}`,
      };
    }
    const trustPolicy = mergeOwned(live.trustPolicy, by.owner.mark, []);
    const tags = withoutMarks(live.tags);
    if (trustPolicy === undefined) {
      // AWS takes no empty trust policy; nobody trusted is what remains without our statements.
      const nobody: Statement = { Effect: 'Deny', Principal: { AWS: by.place.account }, Action: 'sts:AssumeRole' };
      return { live: { role: { ...live, tags, trustPolicy: documentOf([nobody]) } } };
    }
    return { live: { role: { ...live, tags, trustPolicy } } };
  },
  show({ role: live }) {
    if (live === undefined) return null;
    const { name, path, description, maxSessionDuration, permissionsBoundary, trustPolicy, tags } = live;
    return {
      name,
      path,
      description: description ?? null,
      maxSessionDuration: maxSessionDuration ?? null,
      permissionsBoundary: permissionsBoundary ?? null,
      trustPolicy,
      tags: sortedTags(tags),
    };
  },
  same({ role: a }, { role: b }) {
    if (a === undefined || b === undefined) return a === b;
    return (
      (a.description ?? '') === (b.description ?? '') &&
      (a.maxSessionDuration ?? 3600) === (b.maxSessionDuration ?? 3600) &&
      a.permissionsBoundary === b.permissionsBoundary &&
      sameTags(a.tags, b.tags) &&
      samePolicy(a.trustPolicy, b.trustPolicy)
    );
  },
  async write({ role: before }, { role: after }, _desired, ports) {
    const { iam } = ports;
    if (after === undefined) return before === undefined ? undefined : remove(before.name, ports);
    if (before === undefined) {
      await iam.createRole(after);
      return;
    }
    if (!samePolicy(before.trustPolicy, after.trustPolicy))
      await iam.updateAssumeRolePolicy(after.name, after.trustPolicy);
    const { set, remove: gone } = tagChanges(before.tags, after.tags);
    await Promise.all([
      Object.keys(set).length > 0 ? iam.tagRole(after.name, set) : undefined,
      gone.length > 0 ? iam.untagRole(after.name, gone) : undefined,
      (before.description ?? '') !== (after.description ?? '') ||
      (before.maxSessionDuration ?? 3600) !== (after.maxSessionDuration ?? 3600)
        ? iam.updateRole(after.name, {
            description: after.description ?? '',
            maxSessionDuration: after.maxSessionDuration,
          })
        : undefined,
      before.permissionsBoundary !== after.permissionsBoundary && after.permissionsBoundary !== undefined
        ? iam.putRolePermissionsBoundary(after.name, after.permissionsBoundary)
        : undefined,
    ]);
  },
  settle: ({ role: after }, random) =>
    after === undefined || !JSON.stringify(after.trustPolicy).includes(GENERATED_EXTERNAL_ID)
      ? { role: after }
      : { role: { ...after, trustPolicy: withExternalId(after.trustPolicy, random()) } },
  documents: ({ role: live }) => (live === undefined ? [] : [{ kind: 'trust', document: live.trustPolicy }]),
  findings({ role: before }, { role: after }, desired, by): readonly Finding[] {
    if (before === undefined || after === undefined || claimOf(after.tags, by) !== 'adopted') return [];
    return foreignTrust(before.trustPolicy, by.owner.mark, desired.name);
  },
  learn({ role: live }, _desired, by): Partial<Facts> {
    if (live === undefined) return {};
    const liveExternalIds = externalIdsIn(live.trustPolicy, by.owner.mark);
    return liveExternalIds.length === 0 ? {} : { liveExternalIds };
  },
};

/** An adopted role keeps what it trusted before: whoever that lets in can use the new grants, too. */
function foreignTrust(trust: PolicyDocument, mark: string, name: string): readonly Finding[] {
  return asList(trust.Statement).flatMap((statement, index) => {
    if (statement.Effect !== 'Allow' || statement.Sid?.startsWith(mark) === true) return [];
    const who = JSON.stringify(statement.Principal ?? statement.NotPrincipal ?? '*');
    return [
      {
        id: 'adopted-role-trusts-others',
        severity: 'warning' as const,
        file: null,
        pointer: `/Statement/${index}`,
        line: null,
        message: `The adopted role ${name} also lets in ${who}.`,
        why: 'Statements that were there before stay as they are, and whoever they let in gets the grants of this connection, too.',
        remedy: 'Remove that statement if it is not needed, or use a role of its own.',
        source:
          'IAM User Guide, "How to use an external ID when granting access to your AWS resources to a third party"',
      },
    ];
  });
}
