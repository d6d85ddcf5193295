import type { CORSRule, NotificationConfiguration, S3Client, TopicConfiguration as SdkTopic } from '@aws-sdk/client-s3';
import type { CorsRule } from '../connection/types.js';
import { ask, askMaybe, type Connect, given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import { httpStatusOf, regionHintOf } from './errors.js';
import type { NotificationDocument, S3Port } from './ports.js';
import { publicAccessBlockOf } from './s3control.js';

type Sdk = typeof import('@aws-sdk/client-s3');

/** S3 answers an absent list as absent and an empty one as empty; both mean nothing, so neither is kept. */
function corsRuleOf(rule: CORSRule): CorsRule {
  return {
    ...(rule.ID === undefined ? {} : { ID: rule.ID }),
    AllowedOrigins: rule.AllowedOrigins ?? [],
    AllowedMethods: rule.AllowedMethods ?? [],
    ...(rule.AllowedHeaders === undefined ? {} : { AllowedHeaders: rule.AllowedHeaders }),
    ...(rule.ExposeHeaders === undefined ? {} : { ExposeHeaders: rule.ExposeHeaders }),
    ...(rule.MaxAgeSeconds === undefined ? {} : { MaxAgeSeconds: rule.MaxAgeSeconds }),
  };
}

/** The SDK's own rule: mutable lists. */
function sdkRuleOf(rule: CorsRule): CORSRule {
  return {
    ...(rule.ID === undefined ? {} : { ID: rule.ID }),
    AllowedOrigins: [...rule.AllowedOrigins],
    AllowedMethods: [...rule.AllowedMethods],
    ...(rule.AllowedHeaders === undefined ? {} : { AllowedHeaders: [...rule.AllowedHeaders] }),
    ...(rule.ExposeHeaders === undefined ? {} : { ExposeHeaders: [...rule.ExposeHeaders] }),
    ...(rule.MaxAgeSeconds === undefined ? {} : { MaxAgeSeconds: rule.MaxAgeSeconds }),
  };
}

/** The bucket calls (Amazon S3 API Reference). */
export function createS3Port(connect: Connect<S3Client>): S3Port {
  const profile = connect.profile;
  const open = async (): Promise<[S3Client, Sdk]> => Promise.all([connect(), import('@aws-sdk/client-s3')]);
  const does = <T>(action: string, send: (client: S3Client, sdk: Sdk) => Promise<T>): Promise<T> =>
    ask(`s3:${action}`, profile, async () => send(...(await open())));
  const finds = <T>(
    action: string,
    absent: readonly (string | 404)[],
    send: (client: S3Client, sdk: Sdk) => Promise<T>,
  ): Promise<T | undefined> => askMaybe(`s3:${action}`, profile, absent, async () => send(...(await open())));

  return {
    headBucket: async (bucket) => {
      try {
        const [client, sdk] = await open();
        const answer = await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }));
        return { region: answer.BucketRegion ?? (await client.config.region()), accessible: true };
      } catch (e) {
        const status = httpStatusOf(e);
        if (status === 404) return undefined;
        const region = regionHintOf(e);
        if (region !== undefined && (status === 403 || status === 301 || status === 400)) {
          return { region, accessible: status !== 403 };
        }
        return ask('s3:ListBucket', profile, () => Promise.reject(e));
      }
    },
    listBuckets: () =>
      does('ListAllMyBuckets', async (c, sdk) => {
        const { Buckets } = await c.send(new sdk.ListBucketsCommand({}));
        return (Buckets ?? []).map((bucket) => bucket.Name ?? '');
      }),
    createBucket: (bucket, region, ownership) =>
      does('CreateBucket', async (c, sdk) => {
        await c.send(
          new sdk.CreateBucketCommand({
            Bucket: bucket,
            ObjectOwnership: ownership as 'BucketOwnerEnforced',
            // us-east-1 is named by leaving the constraint out.
            ...(region === 'us-east-1'
              ? {}
              : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
          }),
        );
      }),
    deleteBucket: async (bucket) => {
      await finds('DeleteBucket', ['NoSuchBucket'], (c, sdk) =>
        c.send(new sdk.DeleteBucketCommand({ Bucket: bucket })),
      );
    },
    holdsObjects: async (bucket) => {
      const [versions, uploads] = await Promise.all([
        finds('ListBucketVersions', ['NoSuchBucket'], async (c, sdk) => {
          const found = await c.send(new sdk.ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1 }));
          return (found.Versions?.length ?? 0) + (found.DeleteMarkers?.length ?? 0) > 0;
        }),
        finds('ListBucketMultipartUploads', ['NoSuchBucket'], async (c, sdk) => {
          const found = await c.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, MaxUploads: 1 }));
          return (found.Uploads?.length ?? 0) > 0;
        }),
      ]);
      return versions === true || uploads === true;
    },
    getBucketTags: async (bucket) =>
      (await finds('GetBucketTagging', ['NoSuchTagSet', 'NoSuchTagSetError', 'NoSuchBucket'], async (c, sdk) =>
        tagsOf((await c.send(new sdk.GetBucketTaggingCommand({ Bucket: bucket }))).TagSet),
      )) ?? {},
    putBucketTags: (bucket, tags) =>
      does('PutBucketTagging', async (c, sdk) => {
        await c.send(new sdk.PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: tagListOf(tags) } }));
      }),
    getPublicAccessBlock: (bucket) =>
      finds('GetBucketPublicAccessBlock', ['NoSuchPublicAccessBlockConfiguration', 'NoSuchBucket'], async (c, sdk) =>
        publicAccessBlockOf(
          (await c.send(new sdk.GetPublicAccessBlockCommand({ Bucket: bucket }))).PublicAccessBlockConfiguration,
        ),
      ).then((found) => found),
    putPublicAccessBlock: (bucket, settings) =>
      does('PutBucketPublicAccessBlock', async (c, sdk) => {
        await c.send(
          new sdk.PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: { ...settings } }),
        );
      }),
    getOwnershipControls: (bucket) =>
      finds('GetBucketOwnershipControls', ['OwnershipControlsNotFoundError', 'NoSuchBucket'], async (c, sdk) => {
        const found = await c.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket: bucket }));
        return given(
          found.OwnershipControls?.Rules?.[0]?.ObjectOwnership,
          's3:GetBucketOwnershipControls',
          'ObjectOwnership',
        ) as string;
      }),
    putOwnershipControls: (bucket, objectOwnership) =>
      does('PutBucketOwnershipControls', async (c, sdk) => {
        await c.send(
          new sdk.PutBucketOwnershipControlsCommand({
            Bucket: bucket,
            OwnershipControls: { Rules: [{ ObjectOwnership: objectOwnership as 'BucketOwnerEnforced' }] },
          }),
        );
      }),
    getBucketPolicy: (bucket) =>
      finds('GetBucketPolicy', ['NoSuchBucketPolicy', 'NoSuchBucket'], async (c, sdk) =>
        parseDocument(
          given(
            (await c.send(new sdk.GetBucketPolicyCommand({ Bucket: bucket }))).Policy,
            's3:GetBucketPolicy',
            'Policy',
          ),
        ),
      ),
    putBucketPolicy: (bucket, document) =>
      does('PutBucketPolicy', async (c, sdk) => {
        await c.send(new sdk.PutBucketPolicyCommand({ Bucket: bucket, Policy: printDocument(document) }));
      }),
    deleteBucketPolicy: async (bucket) => {
      await finds('DeleteBucketPolicy', ['NoSuchBucketPolicy', 'NoSuchBucket'], (c, sdk) =>
        c.send(new sdk.DeleteBucketPolicyCommand({ Bucket: bucket })),
      );
    },
    getBucketCors: (bucket) =>
      finds('GetBucketCORS', ['NoSuchCORSConfiguration', 'NoSuchBucket'], async (c, sdk) =>
        ((await c.send(new sdk.GetBucketCorsCommand({ Bucket: bucket }))).CORSRules ?? []).map(corsRuleOf),
      ),
    putBucketCors: (bucket, rules) =>
      does('PutBucketCORS', async (c, sdk) => {
        await c.send(
          new sdk.PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: rules.map(sdkRuleOf) } }),
        );
      }),
    deleteBucketCors: async (bucket) => {
      await finds('PutBucketCORS', ['NoSuchCORSConfiguration', 'NoSuchBucket'], (c, sdk) =>
        c.send(new sdk.DeleteBucketCorsCommand({ Bucket: bucket })),
      );
    },
    getBucketNotification: async (bucket) =>
      (await finds('GetBucketNotification', ['NoSuchBucket'], async (c, sdk) => {
        const { $metadata: _, ...found } = await c.send(
          new sdk.GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
        );
        return Object.fromEntries(
          Object.entries(found).filter(([, value]) => value !== undefined),
        ) as NotificationDocument;
      })) ?? {},
    putBucketNotification: (bucket, document) =>
      does('PutBucketNotification', async (c, sdk) => {
        const configuration: NotificationConfiguration = {
          ...document,
          TopicConfigurations: document.TopicConfigurations as unknown as SdkTopic[] | undefined,
        };
        await c.send(
          new sdk.PutBucketNotificationConfigurationCommand({
            Bucket: bucket,
            NotificationConfiguration: configuration,
          }),
        );
      }),
    getBucketVersioning: (bucket) =>
      does('GetBucketVersioning', async (c, sdk) => {
        const { Status } = await c.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }));
        return Status === 'Enabled' || Status === 'Suspended' ? Status : undefined;
      }),
    hasObjectLock: async (bucket) =>
      (await finds(
        'GetBucketObjectLockConfiguration',
        ['ObjectLockConfigurationNotFoundError', 'NoSuchBucket'],
        async (c, sdk) => {
          const { ObjectLockConfiguration } = await c.send(
            new sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }),
          );
          return ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
        },
      )) ?? false,
  };
}
