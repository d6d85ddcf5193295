import type { S3ControlClient } from '@aws-sdk/client-s3-control';
import { ask, askMaybe, type Connect, given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { PublicAccessBlock, S3ControlPort } from './ports.js';

type Sdk = typeof import('@aws-sdk/client-s3-control');

export function publicAccessBlockOf(
  settings: { readonly [K in keyof PublicAccessBlock]?: boolean | undefined } | undefined,
): PublicAccessBlock | undefined {
  if (settings === undefined) return undefined;
  return {
    BlockPublicAcls: settings.BlockPublicAcls === true,
    IgnorePublicAcls: settings.IgnorePublicAcls === true,
    BlockPublicPolicy: settings.BlockPublicPolicy === true,
    RestrictPublicBuckets: settings.RestrictPublicBuckets === true,
  };
}

/** The S3 Control calls (Amazon S3 API Reference, "Amazon S3 Control"): access points and the account's settings. */
export function createS3ControlPort(connect: Connect<S3ControlClient>): S3ControlPort {
  const open = async (): Promise<[S3ControlClient, Sdk]> =>
    Promise.all([connect(), import('@aws-sdk/client-s3-control')]);
  const does = <T>(action: string, send: (client: S3ControlClient, sdk: Sdk) => Promise<T>): Promise<T> =>
    ask(`s3:${action}`, connect.profile, async () => send(...(await open())));
  const finds = <T>(
    action: string,
    absent: readonly (string | 404)[],
    send: (client: S3ControlClient, sdk: Sdk) => Promise<T>,
  ): Promise<T | undefined> => askMaybe(`s3:${action}`, connect.profile, absent, async () => send(...(await open())));
  return {
    getAccessPoint: (account, name) =>
      finds('GetAccessPoint', ['NoSuchAccessPoint', 404], async (c, sdk) => {
        const found = await c.send(new sdk.GetAccessPointCommand({ AccountId: account, Name: name }));
        return {
          name,
          bucket: given(found.Bucket, 's3:GetAccessPoint', 'Bucket'),
          arn: given(found.AccessPointArn, 's3:GetAccessPoint', 'AccessPointArn'),
          alias: found.Alias,
          vpcId: found.VpcConfiguration?.VpcId,
          publicAccessBlock: publicAccessBlockOf(found.PublicAccessBlockConfiguration),
        };
      }),
    createAccessPoint: (account, input) =>
      does('CreateAccessPoint', async (c, sdk) => {
        await c.send(
          new sdk.CreateAccessPointCommand({
            AccountId: account,
            Name: input.name,
            Bucket: input.bucket,
            ...(input.bucketAccount === undefined ? {} : { BucketAccountId: input.bucketAccount }),
            ...(input.vpcId === undefined ? {} : { VpcConfiguration: { VpcId: input.vpcId } }),
            ...(input.tags === undefined ? {} : { Tags: tagListOf(input.tags) }),
          }),
        );
      }),
    getAccessPointTags: async (account, arn) =>
      (await finds(
        'ListTagsForResource',
        ['NoSuchAccessPoint', 'NoSuchResource', 404, 'NotImplemented'],
        async (c, sdk) => {
          const { Tags } = await c.send(new sdk.ListTagsForResourceCommand({ AccountId: account, ResourceArn: arn }));
          return tagsOf(Tags);
        },
      )) ?? {},
    deleteAccessPoint: async (account, name) => {
      await finds('DeleteAccessPoint', ['NoSuchAccessPoint', 404], (c, sdk) =>
        c.send(new sdk.DeleteAccessPointCommand({ AccountId: account, Name: name })),
      );
    },
    listAccessPoints: (account) =>
      does('ListAccessPoints', async (c, sdk) => {
        const names: string[] = [];
        for await (const page of sdk.paginateListAccessPoints({ client: c }, { AccountId: account })) {
          names.push(...(page.AccessPointList ?? []).map((one) => one.Name ?? ''));
        }
        return names;
      }),
    getAccessPointPolicy: (account, name) =>
      finds('GetAccessPointPolicy', ['NoSuchAccessPointPolicy', 'NoSuchAccessPoint', 404], async (c, sdk) => {
        const { Policy } = await c.send(new sdk.GetAccessPointPolicyCommand({ AccountId: account, Name: name }));
        return parseDocument(given(Policy, 's3:GetAccessPointPolicy', 'Policy'));
      }),
    putAccessPointPolicy: (account, name, document) =>
      does('PutAccessPointPolicy', async (c, sdk) => {
        await c.send(
          new sdk.PutAccessPointPolicyCommand({ AccountId: account, Name: name, Policy: printDocument(document) }),
        );
      }),
    deleteAccessPointPolicy: async (account, name) => {
      await finds('DeleteAccessPointPolicy', ['NoSuchAccessPointPolicy', 'NoSuchAccessPoint', 404], (c, sdk) =>
        c.send(new sdk.DeleteAccessPointPolicyCommand({ AccountId: account, Name: name })),
      );
    },
    getAccountPublicAccessBlock: (account) =>
      finds('GetAccountPublicAccessBlock', ['NoSuchPublicAccessBlockConfiguration', 404], async (c, sdk) => {
        const { PublicAccessBlockConfiguration } = await c.send(
          new sdk.GetPublicAccessBlockCommand({ AccountId: account }),
        );
        return publicAccessBlockOf(PublicAccessBlockConfiguration);
      }).then((found) => found),
  };
}
