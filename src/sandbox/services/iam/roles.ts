import { validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import { nameKey } from '../../store/iam.js';
import type { Role } from '../../store/types.js';
import { WireError } from '../../types.js';
import {
  checked,
  deleteConflict,
  type IamAction,
  type IamCall,
  iamArn,
  limitExceeded,
  may,
  members,
  page,
  timestamp,
} from './call.js';
import { countedSize, encodedDocument, trustDocument } from './documents.js';
import {
  arnFor,
  boundaryIn,
  nameIn,
  ROLE,
  resourceContext,
  store,
  tagContext,
  tagMembers,
  tagsIn,
  toChange,
  toShow,
} from './entities.js';

const TRUST_QUOTA = 2048;

function durationIn(call: IamCall): number | undefined {
  const text = call.params.optional('MaxSessionDuration');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 3600 || seconds > 43200) {
    throw validationError(
      `1 validation error detected: Value '${text}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${seconds < 3600 ? 'greater than or equal to 3600' : 'less than or equal to 43200'}`,
    );
  }
  return seconds;
}

function trustIn(call: IamCall, parameter: string) {
  const text = call.params.required(parameter);
  const document = trustDocument(call.world, text);
  if (countedSize(text) > TRUST_QUOTA) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_QUOTA}`);
  }
  return document;
}

/** A role as GetRole shows it; a listing leaves out boundary and tags. */
export function roleXml(call: IamCall, role: Role, detail: boolean): XmlNode {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: timestamp(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(call.world, role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    // ListRoles leaves these out (IAM API Reference, ListRoles).
    ...(detail && role.permissionsBoundary !== undefined
      ? {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'Policy',
            PermissionsBoundaryArn: role.permissionsBoundary,
          },
        }
      : {}),
    ...(detail && Object.keys(role.tags).length > 0 ? { Tags: members(tagMembers(role.tags)) } : {}),
    ...(detail ? { RoleLastUsed: { raw: '' } } : {}),
  };
}

const createRole: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  const path = checked('path', call.params.optional('Path') ?? '/');
  const description = call.params.optional('Description');
  if (description !== undefined) checked('description', description);
  const tags = tagsIn(call);
  const arn = iamArn(call, `role${path}${name}`);
  const boundary = call.params.optional('PermissionsBoundary');
  const context = {
    ...tagContext(tags),
    ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
  };
  may(call, 'CreateRole', arn, context);
  if (Object.keys(tags).length > 0) may(call, 'TagRole', arn, context);
  const trustPolicy = trustIn(call, 'AssumeRolePolicyDocument');
  if (call.world.iam.roles.newest(nameKey(call.account, name)) !== undefined) {
    throw new WireError('EntityAlreadyExists', 409, `Role with name ${name} already exists.`);
  }
  const role: Role = {
    kind: 'role',
    id: call.world.iam.claimName(arn) ?? `AROA${call.world.random.id(17)}`,
    account: call.account,
    name,
    path,
    arn,
    description: description === '' ? undefined : description,
    createdAt: call.world.clock(),
    maxSessionDuration: durationIn(call) ?? 3600,
    trustPolicy,
    permissionsBoundary: boundaryIn(call),
    tags,
    inlinePolicies: {},
    attachedPolicies: [],
  };
  store(call, ROLE, role);
  return { Role: roleXml(call, role, true) };
};

const getRole: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  may(call, 'GetRole', arnFor(call, ROLE, name));
  return { Role: roleXml(call, toShow(call, ROLE, name), true) };
};

const listRoles: IamAction = (call) => {
  const prefix = call.params.optional('PathPrefix') ?? '/';
  may(call, 'ListRoles', iamArn(call, `role${prefix}`));
  const roles = call.world.iam.roles
    .allVisible()
    .filter((role) => role.account === call.account && role.path.startsWith(prefix));
  const { items, more } = page(call, roles);
  return { Roles: members(items.map((role) => roleXml(call, role, false))), ...more };
};

const updateRole: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  may(call, 'UpdateRole', arnFor(call, ROLE, name));
  const role = toChange(call, ROLE, name);
  const description = call.params.optional('Description');
  if (description !== undefined) checked('description', description);
  store(call, ROLE, {
    ...role,
    description: description === undefined ? role.description : description === '' ? undefined : description,
    maxSessionDuration: durationIn(call) ?? role.maxSessionDuration,
  });
  return {};
};

const updateRoleDescription: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  may(call, 'UpdateRoleDescription', arnFor(call, ROLE, name));
  const role = toChange(call, ROLE, name);
  const description = checked('description', call.params.optional('Description') ?? '');
  const changed = { ...role, description: description === '' ? undefined : description };
  store(call, ROLE, changed);
  return { Role: roleXml(call, changed, true) };
};

const updateAssumeRolePolicy: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  may(
    call,
    'UpdateAssumeRolePolicy',
    arnFor(call, ROLE, name),
    resourceContext(call.world.iam.roles.newest(nameKey(call.account, name))),
  );
  const role = toChange(call, ROLE, name);
  store(call, ROLE, { ...role, trustPolicy: trustIn(call, 'PolicyDocument') });
  return undefined;
};

const deleteRole: IamAction = (call) => {
  const name = nameIn(call, ROLE);
  may(
    call,
    'DeleteRole',
    arnFor(call, ROLE, name),
    resourceContext(call.world.iam.roles.newest(nameKey(call.account, name))),
  );
  const role = toChange(call, ROLE, name);
  if (Object.keys(role.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  if (role.attachedPolicies.length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if ([...call.world.iam.instanceProfiles.values()].some((profile) => profile.roleId === role.id)) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  call.world.iam.roles.put(nameKey(role.account, role.name), undefined);
  return undefined;
};

/** Calls that only roles have. */
export const ROLE_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  DeleteRole: deleteRole,
};
