import { given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { IamCalls } from './iam-calls.js';
import type { IamPort, ManagedPolicyRecord } from './ports.js';

export type PolicyPort = Pick<
  IamPort,
  | 'getPolicy'
  | 'createPolicy'
  | 'createPolicyVersion'
  | 'restorePolicyVersion'
  | 'tagPolicy'
  | 'untagPolicy'
  | 'deletePolicy'
>;

/** Customer managed policies with their versions. */
export function policyPort({ does, finds }: IamCalls): PolicyPort {
  /** By age; none where the policy is gone. */
  async function versions(arn: string) {
    const listed = await finds('ListPolicyVersions', async (c, sdk) => {
      const found: { id: string; isDefault: boolean; number: number }[] = [];
      for await (const page of sdk.paginateListPolicyVersions({ client: c }, { PolicyArn: arn })) {
        for (const version of page.Versions ?? []) {
          const id = version.VersionId ?? '';
          found.push({ id, isDefault: version.IsDefaultVersion === true, number: Number(id.slice(1)) });
        }
      }
      return found.sort((a, b) => a.number - b.number);
    });
    return listed ?? [];
  }

  const deleteVersion = (arn: string, id: string) =>
    finds('DeletePolicyVersion', (c, sdk) =>
      c.send(new sdk.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: id })),
    );

  const readVersion = (arn: string, id: string) =>
    finds('GetPolicyVersion', async (c, sdk) => {
      const { PolicyVersion } = await c.send(new sdk.GetPolicyVersionCommand({ PolicyArn: arn, VersionId: id }));
      return parseDocument(given(PolicyVersion?.Document, 'iam:GetPolicyVersion', 'Document'));
    });

  return {
    getPolicy: async (arn): Promise<ManagedPolicyRecord | undefined> => {
      const policy = await finds('GetPolicy', async (c, sdk) => {
        const { Policy } = await c.send(new sdk.GetPolicyCommand({ PolicyArn: arn }));
        return given(Policy, 'iam:GetPolicy', 'Policy');
      });
      if (policy === undefined) return undefined;
      const defaultVersionId = given(policy.DefaultVersionId, 'iam:GetPolicy', 'DefaultVersionId');
      const document = await readVersion(arn, defaultVersionId);
      // Deleted between the two calls.
      if (document === undefined) return undefined;
      return {
        arn: policy.Arn ?? arn,
        name: policy.PolicyName ?? '',
        path: policy.Path ?? '/',
        description: policy.Description || undefined,
        defaultVersionId,
        document,
        tags: tagsOf(policy.Tags),
      };
    },
    createPolicy: (policy) =>
      does('CreatePolicy', async (c, sdk) => {
        const { Policy } = await c.send(
          new sdk.CreatePolicyCommand({
            PolicyName: policy.name,
            Path: policy.path,
            Description: policy.description,
            PolicyDocument: printDocument(policy.document),
            Tags: tagListOf(policy.tags),
          }),
        );
        return given(Policy?.Arn, 'iam:CreatePolicy', 'Arn');
      }),
    createPolicyVersion: async (arn, document) => {
      const existing = await versions(arn);
      const oldest = existing.find((version) => !version.isDefault);
      if (existing.length >= 5 && oldest !== undefined) await deleteVersion(arn, oldest.id);
      await does('CreatePolicyVersion', (c, sdk) =>
        c.send(
          new sdk.CreatePolicyVersionCommand({
            PolicyArn: arn,
            PolicyDocument: printDocument(document),
            SetAsDefault: true,
          }),
        ),
      );
    },
    restorePolicyVersion: async (arn, document) => {
      const existing = await versions(arn);
      const present = existing.find((version) => version.isDefault);
      const wanted = JSON.stringify(document);
      for (const version of existing.filter((one) => !one.isDefault).reverse()) {
        if (JSON.stringify(await readVersion(arn, version.id)) !== wanted) continue;
        await does('SetDefaultPolicyVersion', (c, sdk) =>
          c.send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: version.id })),
        );
        if (present !== undefined) await deleteVersion(arn, present.id);
        return true;
      }
      return false;
    },
    tagPolicy: (arn, tags) =>
      does('TagPolicy', async (c, sdk) => {
        await c.send(new sdk.TagPolicyCommand({ PolicyArn: arn, Tags: tagListOf(tags) }));
      }),
    untagPolicy: (arn, keys) =>
      does('UntagPolicy', async (c, sdk) => {
        await c.send(new sdk.UntagPolicyCommand({ PolicyArn: arn, TagKeys: [...keys] }));
      }),
    deletePolicy: async (arn) => {
      for (const version of await versions(arn)) if (!version.isDefault) await deleteVersion(arn, version.id);
      await finds('DeletePolicy', (c, sdk) => c.send(new sdk.DeletePolicyCommand({ PolicyArn: arn })));
    },
  };
}
