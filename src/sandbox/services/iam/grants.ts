import { nameKey, newestPolicy, visiblePolicy } from '../../store/iam.js';
import type { Role, User } from '../../store/types.js';
import { checked, type IamAction, type IamCall, limitExceeded, may, members, noSuchEntity, page } from './call.js';
import { countedSize, encodedDocument, identityDocument } from './documents.js';
import {
  arnFor,
  boundaryIn,
  type Kind,
  mergedTags,
  nameIn,
  ROLE,
  resourceContext,
  store,
  tagContext,
  tagMembers,
  tagsIn,
  toChange,
  toShow,
  USER,
} from './entities.js';

const ATTACHED_QUOTA = 10;

/** What roles and users have alike: inline and attached policies, boundary, tags. */
function actionsOf<T extends Role | User>(kind: Kind<T>): Readonly<Record<string, IamAction>> {
  const { word } = kind;
  const asked = (call: IamCall, action: string, context: Readonly<Record<string, string | readonly string[]>> = {}) => {
    const name = nameIn(call, kind);
    const record = kind.table(call).newest(nameKey(call.account, name));
    may(call, action, arnFor(call, kind, name), { ...resourceContext(record), ...context });
    return name;
  };
  const policyName = (call: IamCall): string => checked('policyName', call.params.required('PolicyName'));
  const policyArn = (call: IamCall): string => checked('policyArn', call.params.required('PolicyArn'));

  return {
    [`Put${word}Policy`]: (call) => {
      const name = asked(call, `Put${word}Policy`);
      const policy = policyName(call);
      const record = toChange(call, kind, name);
      const text = call.params.required('PolicyDocument');
      const inlinePolicies = { ...record.inlinePolicies, [policy]: identityDocument(call.world, text) };
      const others = Object.entries(record.inlinePolicies).filter(([known]) => known !== policy);
      const used = others.reduce((sum, [, document]) => sum + countedSize(document), countedSize(text));
      if (used > kind.inlineQuota) {
        throw limitExceeded(`Maximum policy size of ${kind.inlineQuota} bytes exceeded for ${kind.prefix} ${name}`);
      }
      store(call, kind, { ...record, inlinePolicies });
      return undefined;
    },
    [`Get${word}Policy`]: (call) => {
      const name = asked(call, `Get${word}Policy`);
      const policy = policyName(call);
      const document = toShow(call, kind, name).inlinePolicies[policy];
      if (document === undefined) {
        throw noSuchEntity(`The ${kind.prefix} policy with name ${policy} cannot be found.`);
      }
      return {
        [`${word}Name`]: name,
        PolicyName: policy,
        PolicyDocument: encodedDocument(call.world, document),
      };
    },
    [`Delete${word}Policy`]: (call) => {
      const name = asked(call, `Delete${word}Policy`);
      const policy = policyName(call);
      const record = toChange(call, kind, name);
      if (record.inlinePolicies[policy] === undefined) {
        throw noSuchEntity(`The ${kind.prefix} policy with name ${policy} cannot be found.`);
      }
      const { [policy]: _gone, ...inlinePolicies } = record.inlinePolicies;
      store(call, kind, { ...record, inlinePolicies });
      return undefined;
    },
    [`List${word}Policies`]: (call) => {
      const name = asked(call, `List${word}Policies`);
      const { items, more } = page(call, Object.keys(toShow(call, kind, name).inlinePolicies).sort());
      return { PolicyNames: members(items), ...more };
    },
    [`Attach${word}Policy`]: (call) => {
      const arn = policyArn(call);
      const name = asked(call, `Attach${word}Policy`, { 'iam:PolicyARN': arn });
      const record = toChange(call, kind, name);
      if (visiblePolicy(call.world.iam, arn) === undefined || newestPolicy(call.world.iam, arn) === undefined) {
        throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
      }
      if (record.attachedPolicies.includes(arn)) return undefined;
      if (record.attachedPolicies.length >= ATTACHED_QUOTA) {
        throw limitExceeded(`Cannot exceed quota for PoliciesPer${word}: ${ATTACHED_QUOTA}`);
      }
      store(call, kind, { ...record, attachedPolicies: [...record.attachedPolicies, arn] });
      return undefined;
    },
    [`Detach${word}Policy`]: (call) => {
      const arn = policyArn(call);
      const name = asked(call, `Detach${word}Policy`, { 'iam:PolicyARN': arn });
      const record = toChange(call, kind, name);
      if (!record.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      store(call, kind, { ...record, attachedPolicies: record.attachedPolicies.filter((known) => known !== arn) });
      return undefined;
    },
    [`ListAttached${word}Policies`]: (call) => {
      const name = asked(call, `ListAttached${word}Policies`);
      const { items, more } = page(call, toShow(call, kind, name).attachedPolicies);
      return {
        AttachedPolicies: members(
          items.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn })),
        ),
        ...more,
      };
    },
    [`Put${word}PermissionsBoundary`]: (call) => {
      const given = call.params.required('PermissionsBoundary');
      const name = asked(call, `Put${word}PermissionsBoundary`, { 'iam:PermissionsBoundary': given });
      const record = toChange(call, kind, name);
      store(call, kind, { ...record, permissionsBoundary: boundaryIn(call) });
      return undefined;
    },
    [`Delete${word}PermissionsBoundary`]: (call) => {
      const name = asked(call, `Delete${word}PermissionsBoundary`);
      const record = toChange(call, kind, name);
      if (record.permissionsBoundary === undefined) {
        throw noSuchEntity(`${word} ${name} does not have a permissions boundary.`);
      }
      store(call, kind, { ...record, permissionsBoundary: undefined });
      return undefined;
    },
    [`Tag${word}`]: (call) => {
      const tags = tagsIn(call);
      const name = asked(call, `Tag${word}`, tagContext(tags));
      const record = toChange(call, kind, name);
      store(call, kind, { ...record, tags: mergedTags(record.tags, tags) });
      return undefined;
    },
    [`Untag${word}`]: (call) => {
      const keys = call.params.list('TagKeys');
      const name = asked(call, `Untag${word}`, { 'aws:TagKeys': keys });
      const record = toChange(call, kind, name);
      const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !keys.includes(key)));
      store(call, kind, { ...record, tags });
      return undefined;
    },
    [`List${word}Tags`]: (call) => {
      const name = asked(call, `List${word}Tags`);
      const { items, more } = page(call, tagMembers(toShow(call, kind, name).tags));
      return { Tags: members(items), ...more };
    },
  };
}

/** PutRolePolicy, PutUserPolicy, AttachRolePolicy and so on. */
export const GRANT_ACTIONS: Readonly<Record<string, IamAction>> = { ...actionsOf(ROLE), ...actionsOf(USER) };
