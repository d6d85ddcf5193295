import type { ContextValues } from '../../../policy/types.js';
import type { Table } from '../../propagation.js';
import type { XmlNode } from '../../protocol/xml.js';
import { nameKey, newestPolicy, visiblePolicy } from '../../store/iam.js';
import type { Role, TagMap, User } from '../../store/types.js';
import { WireError } from '../../types.js';
import { checked, type IamCall, iamArn, limitExceeded, noSuchEntity } from './call.js';

/** Roles and users take the same calls under two names; this is where they differ. */
export interface Kind<T extends Role | User> {
  readonly word: 'Role' | 'User';
  readonly prefix: 'role' | 'user';
  readonly nameShape: 'roleName' | 'userName';
  /** Inline policies together, white space not counted. */
  readonly inlineQuota: number;
  table(call: IamCall): Table<T>;
}

export const ROLE: Kind<Role> = {
  word: 'Role',
  prefix: 'role',
  nameShape: 'roleName',
  inlineQuota: 10240,
  table: (call) => call.world.iam.roles,
};

export const USER: Kind<User> = {
  word: 'User',
  prefix: 'user',
  nameShape: 'userName',
  inlineQuota: 2048,
  table: (call) => call.world.iam.users,
};

/** The name in the call, checked against its pattern. */
export function nameIn<T extends Role | User>(call: IamCall, kind: Kind<T>): string {
  return checked(kind.nameShape, call.params.required(`${kind.word}Name`));
}

/** ARN to ask permission for, also where there is no such role or user. */
export function arnFor<T extends Role | User>(call: IamCall, kind: Kind<T>, name: string): string {
  const known =
    kind.table(call).newest(nameKey(call.account, name)) ?? kind.table(call).visible(nameKey(call.account, name));
  return known?.arn ?? iamArn(call, `${kind.prefix}/${name}`);
}

/** The record to change: the newest. @throws WireError NoSuchEntity */
export function toChange<T extends Role | User>(call: IamCall, kind: Kind<T>, name: string): T {
  const found = kind.table(call).newest(nameKey(call.account, name));
  if (found === undefined) throw noSuchEntity(`The ${kind.prefix} with name ${name} cannot be found.`);
  return found;
}

/** The record to show: what others see by now. @throws WireError NoSuchEntity */
export function toShow<T extends Role | User>(call: IamCall, kind: Kind<T>, name: string): T {
  const found = kind.table(call).visible(nameKey(call.account, name));
  if (found === undefined) throw noSuchEntity(`The ${kind.prefix} with name ${name} cannot be found.`);
  return found;
}

/** Stores a changed record. */
export function store<T extends Role | User>(call: IamCall, kind: Kind<T>, record: T): void {
  kind.table(call).put(nameKey(record.account, record.name), record);
}

/** Condition keys that a role or user brings along (iam:PermissionsBoundary, iam:ResourceTag/KEY, aws:ResourceTag/KEY). */
export function resourceContext(record: Role | User | undefined): ContextValues {
  if (record === undefined) return {};
  const context: Record<string, string> = {};
  if (record.permissionsBoundary !== undefined) context['iam:PermissionsBoundary'] = record.permissionsBoundary;
  for (const [key, value] of Object.entries(record.tags)) {
    context[`iam:ResourceTag/${key}`] = value;
    context[`aws:ResourceTag/${key}`] = value;
  }
  return context;
}

/** Condition keys of the tags in a request. */
export function tagContext(tags: TagMap): ContextValues {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return { 'aws:TagKeys': keys, ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key]!])) };
}

/** `Tags.member.N` of a call. @throws WireError ValidationError, InvalidInput for a key given twice */
export function tagsIn(call: IamCall): TagMap {
  const tags: Record<string, string> = {};
  const seen = new Set<string>();
  for (const [key, value] of call.params.pairs('Tags')) {
    checked('tagKey', key, 'tags.member.key');
    checked('tagValue', value, 'tags.member.value');
    if (key.toLowerCase().startsWith('aws:')) {
      throw new WireError('InvalidInput', 400, 'System tags cannot be added/updated by requester');
    }
    if (seen.has(key.toLowerCase())) {
      throw new WireError(
        'InvalidInput',
        400,
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    seen.add(key.toLowerCase());
    tags[key] = value;
  }
  return tags;
}

/** Tags put over others. @throws WireError LimitExceeded beyond 50 */
export function mergedTags(before: TagMap, added: TagMap): TagMap {
  const tags: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(added)) {
    const same = Object.keys(tags).find((known) => known.toLowerCase() === key.toLowerCase());
    if (same !== undefined) delete tags[same];
    tags[key] = value;
  }
  if (Object.keys(tags).length > 50) throw limitExceeded('The number of tags has reached the maximum limit.');
  return tags;
}

/** Tags as the XML lists them. */
export function tagMembers(tags: TagMap): readonly XmlNode[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The boundary in a call. @throws WireError NoSuchEntity where there is no such policy */
export function boundaryIn(call: IamCall): string | undefined {
  const arn = call.params.optional('PermissionsBoundary');
  if (arn === undefined) return undefined;
  checked('policyArn', arn, 'permissionsBoundary');
  if (visiblePolicy(call.world.iam, arn) === undefined || newestPolicy(call.world.iam, arn) === undefined) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
  return arn;
}
