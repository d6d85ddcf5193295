import type { XmlNode } from '../../protocol/xml.js';
import { nameKey } from '../../store/iam.js';
import type { InstanceProfile } from '../../store/types.js';
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
  noSuchEntity,
  page,
  timestamp,
} from './call.js';
import { arnFor, nameIn, ROLE, toChange, toShow } from './entities.js';
import { roleXml } from './roles.js';

function nameOf(call: IamCall): string {
  return checked('policyName', call.params.required('InstanceProfileName'), 'instanceProfileName');
}

function profileIn(call: IamCall, action: string): InstanceProfile {
  const name = nameOf(call);
  const found = call.world.iam.instanceProfiles.get(nameKey(call.account, name));
  may(call, action, found?.arn ?? iamArn(call, `instance-profile/${name}`));
  if (found === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return found;
}

function save(call: IamCall, profile: InstanceProfile): void {
  call.world.iam.instanceProfiles.set(nameKey(profile.account, profile.name), profile);
}

function profileXml(call: IamCall, profile: InstanceProfile): XmlNode {
  const role = profile.roleId === undefined ? undefined : call.world.iam.roles.newestById(profile.roleId);
  return {
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    Path: profile.path,
    CreateDate: timestamp(profile.createdAt),
    Roles: members(role === undefined ? [] : [roleXml(call, role, false)]),
  };
}

const createInstanceProfile: IamAction = (call) => {
  const name = nameOf(call);
  const path = checked('path', call.params.optional('Path') ?? '/');
  const arn = iamArn(call, `instance-profile${path}${name}`);
  may(call, 'CreateInstanceProfile', arn);
  if (call.world.iam.instanceProfiles.has(nameKey(call.account, name))) {
    throw new WireError('EntityAlreadyExists', 409, `Instance Profile ${name} already exists.`);
  }
  const profile: InstanceProfile = {
    id: `AIPA${call.world.random.id(17)}`,
    account: call.account,
    name,
    path,
    arn,
    createdAt: call.world.clock(),
    roleId: undefined,
  };
  save(call, profile);
  return { InstanceProfile: profileXml(call, profile) };
};

const addRoleToInstanceProfile: IamAction = (call) => {
  const profile = profileIn(call, 'AddRoleToInstanceProfile');
  const role = toChange(call, ROLE, nameIn(call, ROLE));
  if (profile.roleId !== undefined) {
    throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
  }
  save(call, { ...profile, roleId: role.id });
  return undefined;
};

const removeRoleFromInstanceProfile: IamAction = (call) => {
  const profile = profileIn(call, 'RemoveRoleFromInstanceProfile');
  const name = nameIn(call, ROLE);
  if (toChange(call, ROLE, name).id !== profile.roleId) {
    throw noSuchEntity(`The role with name ${name} is not in the instance profile ${profile.name}.`);
  }
  save(call, { ...profile, roleId: undefined });
  return undefined;
};

const deleteInstanceProfile: IamAction = (call) => {
  const profile = profileIn(call, 'DeleteInstanceProfile');
  if (profile.roleId !== undefined) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  call.world.iam.instanceProfiles.delete(nameKey(profile.account, profile.name));
  return undefined;
};

function listed(call: IamCall, wanted: (profile: InstanceProfile) => boolean): XmlNode {
  const own = [...call.world.iam.instanceProfiles.values()].filter(
    (profile) => profile.account === call.account && wanted(profile),
  );
  const { items, more } = page(call, own);
  return { InstanceProfiles: members(items.map((profile) => profileXml(call, profile))), ...more };
}

/** Instance profiles, of which a role may be in one. */
export const INSTANCE_PROFILE_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateInstanceProfile: createInstanceProfile,
  GetInstanceProfile: (call) => ({ InstanceProfile: profileXml(call, profileIn(call, 'GetInstanceProfile')) }),
  DeleteInstanceProfile: deleteInstanceProfile,
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
  ListInstanceProfiles: (call) => {
    const prefix = call.params.optional('PathPrefix') ?? '/';
    may(call, 'ListInstanceProfiles', iamArn(call, `instance-profile${prefix}`));
    return listed(call, (profile) => profile.path.startsWith(prefix));
  },
  ListInstanceProfilesForRole: (call) => {
    const name = nameIn(call, ROLE);
    may(call, 'ListInstanceProfilesForRole', arnFor(call, ROLE, name));
    const { id } = toShow(call, ROLE, name);
    return listed(call, (profile) => profile.roleId === id);
  },
};
