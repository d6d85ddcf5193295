import { validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { AccessKey, User } from '../../store/types.js';
import {
  checked,
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
import { arnFor, toChange, toShow, USER } from './entities.js';

const KEY_QUOTA = 2;

/** The user in the call, or the caller (IAM API Reference, CreateAccessKey). */
function userName(call: IamCall): string {
  const given = call.params.optional('UserName');
  if (given !== undefined) return checked('userName', given);
  const own = /:user\/(?:.*\/)?([^/]+)$/.exec(call.request.caller.arn)?.[1];
  if (own === undefined) throw validationError('Must specify userName when calling with non-User credentials');
  return own;
}

function keysOf(call: IamCall, user: User, view: 'newest' | 'visible'): readonly AccessKey[] {
  const keys = view === 'newest' ? call.world.iam.keys.allNewest() : call.world.iam.keys.allVisible();
  return keys.filter((key) => key.ownerId === user.id && !key.hidden).sort((a, b) => a.createdAt - b.createdAt);
}

function keyXml(name: string, key: AccessKey): XmlNode {
  return { UserName: name, AccessKeyId: key.id, Status: key.status, CreateDate: timestamp(key.createdAt) };
}

function ownKey(call: IamCall, name: string): AccessKey {
  const user = toChange(call, USER, name);
  const id = call.params.required('AccessKeyId');
  const key = call.world.iam.keys.newest(id);
  if (key === undefined || key.ownerId !== user.id || key.hidden) {
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  }
  return key;
}

const createAccessKey: IamAction = (call) => {
  const name = userName(call);
  may(call, 'CreateAccessKey', arnFor(call, USER, name));
  const user = toChange(call, USER, name);
  if (keysOf(call, user, 'newest').length >= KEY_QUOTA) {
    throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${KEY_QUOTA}`);
  }
  const { random } = call.world;
  const key: AccessKey = {
    kind: 'key',
    id: `AKIA${random.id(16)}`,
    secret: random.token(40),
    account: user.account,
    ownerId: user.id,
    ownerArn: user.arn,
    status: 'Active',
    createdAt: call.world.clock(),
    hidden: false,
  };
  call.world.iam.keys.put(key.id, key);
  return { AccessKey: { ...keyXml(user.name, key), SecretAccessKey: key.secret } };
};

const listAccessKeys: IamAction = (call) => {
  const name = userName(call);
  may(call, 'ListAccessKeys', arnFor(call, USER, name));
  const user = toShow(call, USER, name);
  const { items, more } = page(call, keysOf(call, user, 'visible'));
  return { AccessKeyMetadata: members(items.map((key) => keyXml(user.name, key))), ...more };
};

const updateAccessKey: IamAction = (call) => {
  const name = userName(call);
  may(call, 'UpdateAccessKey', arnFor(call, USER, name));
  const key = ownKey(call, name);
  const status = call.params.required('Status');
  if (status !== 'Active' && status !== 'Inactive') {
    throw validationError(
      `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
    );
  }
  call.world.iam.keys.put(key.id, { ...key, status });
  return undefined;
};

const deleteAccessKey: IamAction = (call) => {
  const name = userName(call);
  may(call, 'DeleteAccessKey', arnFor(call, USER, name));
  call.world.iam.keys.put(ownKey(call, name).id, undefined);
  return undefined;
};

const getAccessKeyLastUsed: IamAction = (call) => {
  may(call, 'GetAccessKeyLastUsed', iamArn(call, 'user/*'));
  const id = call.params.required('AccessKeyId');
  const key = call.world.iam.keys.visible(id);
  if (key === undefined || key.account !== call.account)
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  const name = key.ownerArn.slice(key.ownerArn.lastIndexOf('/') + 1);
  return { UserName: name, AccessKeyLastUsed: { Region: 'N/A', ServiceName: 'N/A' } };
};

/** Access keys of users: two at most ("IAM and STS quotas"). */
export const ACCESS_KEY_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,
  DeleteAccessKey: deleteAccessKey,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
};
