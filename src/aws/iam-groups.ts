import { given } from './call.js';
import { parseDocument } from './documents.js';
import type { IamCalls } from './iam-calls.js';
import type { IamPort } from './ports.js';

/** What a user has through its groups (IAM User Guide, "IAM user groups"). */
export function groupPort({ finds }: IamCalls): Pick<IamPort, 'listGroupsForUser' | 'listGroupPolicies'> {
  return {
    listGroupsForUser: async (user) =>
      (await finds('ListGroupsForUser', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListGroupsForUser({ client: c }, { UserName: user })) {
          names.push(
            ...(page.Groups ?? []).map((group) => given(group.GroupName, 'iam:ListGroupsForUser', 'GroupName')),
          );
        }
        return names;
      })) ?? [],
    listGroupPolicies: async (group) => {
      const inline = await finds('ListGroupPolicies', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListGroupPolicies({ client: c }, { GroupName: group })) {
          names.push(...(page.PolicyNames ?? []));
        }
        return names;
      });
      const attached = await finds('ListAttachedGroupPolicies', async (c, sdk) => {
        const arns: string[] = [];
        for await (const page of sdk.paginateListAttachedGroupPolicies({ client: c }, { GroupName: group })) {
          arns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []));
        }
        return arns;
      });
      const documents = await Promise.all(
        (inline ?? []).map((policy) =>
          finds('GetGroupPolicy', async (c, sdk) => {
            const input = { GroupName: group, PolicyName: policy };
            const { PolicyDocument } = await c.send(new sdk.GetGroupPolicyCommand(input));
            return parseDocument(given(PolicyDocument, 'iam:GetGroupPolicy', 'PolicyDocument'));
          }),
        ),
      );
      return { documents: documents.filter((each) => each !== undefined), attached: attached ?? [] };
    },
  };
}
