import { type IamAction, iamArn, may, members } from './call.js';

const getAccountSummary: IamAction = (call) => {
  may(call, 'GetAccountSummary', '*');
  const { iam } = call.world;
  const own = (record: { readonly account: string }): boolean => record.account === call.account;
  const entries: Readonly<Record<string, number>> = {
    Users: iam.users.allVisible().filter(own).length,
    UsersQuota: 5000,
    Roles: iam.roles.allVisible().filter(own).length,
    RolesQuota: 1000,
    Policies: iam.policies.allVisible().filter(own).length,
    PoliciesQuota: 1500,
    AccessKeysPerUserQuota: 2,
    AttachedPoliciesPerRoleQuota: 10,
    AttachedPoliciesPerUserQuota: 10,
    AssumeRolePolicySizeQuota: 2048,
    PolicySizeQuota: 6144,
    UserPolicySizeQuota: 2048,
    VersionsPerPolicyQuota: 5,
    AccountMFAEnabled: 0,
  };
  return { SummaryMap: { entry: Object.entries(entries).map(([key, value]) => ({ key, value })) } };
};

const listAccountAliases: IamAction = (call) => {
  may(call, 'ListAccountAliases', '*');
  return { AccountAliases: members([]), IsTruncated: false };
};

const listGroups: IamAction = (call) => {
  may(call, 'ListGroups', iamArn(call, 'group/'));
  return { Groups: members([]), IsTruncated: false };
};

/** What is asked about the account as a whole. */
export const ACCOUNT_ACTIONS: Readonly<Record<string, IamAction>> = {
  GetAccountSummary: getAccountSummary,
  ListAccountAliases: listAccountAliases,
  ListGroups: listGroups,
};
