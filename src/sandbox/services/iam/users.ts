import type { XmlNode } from '../../protocol/xml.js';
import { nameKey } from '../../store/iam.js';
import type { User } from '../../store/types.js';
import { WireError } from '../../types.js';
import {
  checked,
  deleteConflict,
  type IamAction,
  type IamCall,
  iamArn,
  may,
  members,
  page,
  timestamp,
} from './call.js';
import {
  arnFor,
  boundaryIn,
  nameIn,
  resourceContext,
  store,
  tagContext,
  tagMembers,
  tagsIn,
  toChange,
  toShow,
  USER,
} from './entities.js';

function userXml(user: User, detail: boolean): XmlNode {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: timestamp(user.createdAt),
    ...(detail && user.permissionsBoundary !== undefined
      ? {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'Policy',
            PermissionsBoundaryArn: user.permissionsBoundary,
          },
        }
      : {}),
    ...(detail && Object.keys(user.tags).length > 0 ? { Tags: members(tagMembers(user.tags)) } : {}),
  };
}

const createUser: IamAction = (call) => {
  const name = nameIn(call, USER);
  const path = checked('path', call.params.optional('Path') ?? '/');
  const tags = tagsIn(call);
  const arn = iamArn(call, `user${path}${name}`);
  const boundary = call.params.optional('PermissionsBoundary');
  const context = {
    ...tagContext(tags),
    ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
  };
  may(call, 'CreateUser', arn, context);
  if (Object.keys(tags).length > 0) may(call, 'TagUser', arn, context);
  if (call.world.iam.users.newest(nameKey(call.account, name)) !== undefined) {
    throw new WireError('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
  }
  const user: User = {
    kind: 'user',
    id: call.world.iam.claimName(arn) ?? `AIDA${call.world.random.id(17)}`,
    account: call.account,
    name,
    path,
    arn,
    createdAt: call.world.clock(),
    permissionsBoundary: boundaryIn(call),
    tags,
    inlinePolicies: {},
    attachedPolicies: [],
  };
  store(call, USER, user);
  return { User: userXml(user, true) };
};

/** Without a name it is the caller (IAM API Reference, GetUser). */
function ownName(call: IamCall): string {
  const given = call.params.optional('UserName');
  if (given !== undefined) return checked('userName', given);
  const own = /:user\/(?:.*\/)?([^/]+)$/.exec(call.request.caller.arn)?.[1];
  if (own === undefined) {
    throw new WireError('ValidationError', 400, 'Must specify userName when calling with non-User credentials');
  }
  return own;
}

const getUser: IamAction = (call) => {
  const name = ownName(call);
  may(call, 'GetUser', arnFor(call, USER, name));
  return { User: userXml(toShow(call, USER, name), true) };
};

const listUsers: IamAction = (call) => {
  const prefix = call.params.optional('PathPrefix') ?? '/';
  may(call, 'ListUsers', iamArn(call, `user${prefix}`));
  const users = call.world.iam.users
    .allVisible()
    .filter((user) => user.account === call.account && user.path.startsWith(prefix));
  const { items, more } = page(call, users);
  return { Users: members(items.map((user) => userXml(user, false))), ...more };
};

const deleteUser: IamAction = (call) => {
  const name = nameIn(call, USER);
  may(
    call,
    'DeleteUser',
    arnFor(call, USER, name),
    resourceContext(call.world.iam.users.newest(nameKey(call.account, name))),
  );
  const user = toChange(call, USER, name);
  if (call.world.iam.keys.allNewest().some((key) => key.ownerId === user.id && !key.hidden)) {
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  if (Object.keys(user.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  if (user.attachedPolicies.length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  call.world.iam.users.put(nameKey(user.account, user.name), undefined);
  return undefined;
};

const listGroupsForUser: IamAction = (call) => {
  const name = nameIn(call, USER);
  may(call, 'ListGroupsForUser', arnFor(call, USER, name));
  toShow(call, USER, name);
  return { Groups: members([]), IsTruncated: false };
};

/** Calls that only users have, but for access keys. */
export const USER_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateUser: createUser,
  GetUser: getUser,
  ListUsers: listUsers,
  DeleteUser: deleteUser,
  ListGroupsForUser: listGroupsForUser,
};
