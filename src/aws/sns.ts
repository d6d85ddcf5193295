import type { SNSClient } from '@aws-sdk/client-sns';
import { ask, askMaybe, type Connect, given } from './call.js';
import { parseDocument, printDocument, tagListOf, tagsOf } from './documents.js';
import type { SnsPort } from './ports.js';

type Sdk = typeof import('@aws-sdk/client-sns');
const ABSENT = ['NotFound', 'NotFoundException', 'ResourceNotFound', 'ResourceNotFoundException'];

/** The SNS calls (Amazon SNS API Reference). */
export function createSnsPort(connect: Connect<SNSClient>): SnsPort {
  const open = async (): Promise<[SNSClient, Sdk]> => Promise.all([connect(), import('@aws-sdk/client-sns')]);
  const does = <T>(action: string, send: (client: SNSClient, sdk: Sdk) => Promise<T>): Promise<T> =>
    ask(`sns:${action}`, connect.profile, async () => send(...(await open())));
  const finds = <T>(action: string, send: (client: SNSClient, sdk: Sdk) => Promise<T>): Promise<T | undefined> =>
    askMaybe(`sns:${action}`, connect.profile, ABSENT, async () => send(...(await open())));
  return {
    getTopic: (arn) =>
      finds('GetTopicAttributes', async (c, sdk) => {
        const { Attributes } = await c.send(new sdk.GetTopicAttributesCommand({ TopicArn: arn }));
        return {
          policy: parseDocument(given(Attributes?.Policy, 'sns:GetTopicAttributes', 'Policy')),
          owner: Attributes?.Owner ?? arn.split(':')[4] ?? '',
        };
      }),
    createTopic: (name, tags) =>
      does('CreateTopic', async (c, sdk) => {
        const { TopicArn } = await c.send(new sdk.CreateTopicCommand({ Name: name, Tags: tagListOf(tags) }));
        return given(TopicArn, 'sns:CreateTopic', 'TopicArn');
      }),
    deleteTopic: async (arn) => {
      await finds('DeleteTopic', (c, sdk) => c.send(new sdk.DeleteTopicCommand({ TopicArn: arn })));
    },
    getTopicTags: async (arn) =>
      (await finds('ListTagsForResource', async (c, sdk) => {
        const { Tags } = await c.send(new sdk.ListTagsForResourceCommand({ ResourceArn: arn }));
        return tagsOf(Tags);
      })) ?? {},
    tagTopic: (arn, tags) =>
      does('TagResource', async (c, sdk) => {
        await c.send(new sdk.TagResourceCommand({ ResourceArn: arn, Tags: tagListOf(tags) }));
      }),
    untagTopic: (arn, keys) =>
      does('UntagResource', async (c, sdk) => {
        await c.send(new sdk.UntagResourceCommand({ ResourceArn: arn, TagKeys: [...keys] }));
      }),
    setTopicPolicy: (arn, document) =>
      does('SetTopicAttributes', async (c, sdk) => {
        await c.send(
          new sdk.SetTopicAttributesCommand({
            TopicArn: arn,
            AttributeName: 'Policy',
            AttributeValue: printDocument(document),
          }),
        );
      }),
    listSubscriptions: async (topicArn) =>
      (await finds('ListSubscriptionsByTopic', async (c, sdk) => {
        const found: { arn: string; protocol: string; endpoint: string }[] = [];
        for await (const page of sdk.paginateListSubscriptionsByTopic({ client: c }, { TopicArn: topicArn })) {
          for (const one of page.Subscriptions ?? []) {
            found.push({
              arn: one.SubscriptionArn ?? '',
              protocol: one.Protocol ?? '',
              endpoint: one.Endpoint ?? '',
            });
          }
        }
        return found;
      })) ?? [],
    subscribe: (topicArn, protocol, endpoint) =>
      does('Subscribe', async (c, sdk) => {
        const { SubscriptionArn } = await c.send(
          new sdk.SubscribeCommand({
            TopicArn: topicArn,
            Protocol: protocol,
            Endpoint: endpoint,
            ReturnSubscriptionArn: true,
          }),
        );
        return given(SubscriptionArn, 'sns:Subscribe', 'SubscriptionArn');
      }),
    unsubscribe: async (arn) => {
      await finds('Unsubscribe', (c, sdk) => c.send(new sdk.UnsubscribeCommand({ SubscriptionArn: arn })));
    },
    listTopics: () =>
      does('ListTopics', async (c, sdk) => {
        const arns: string[] = [];
        for await (const page of sdk.paginateListTopics({ client: c }, {})) {
          arns.push(...(page.Topics ?? []).map((topic) => topic.TopicArn ?? ''));
        }
        return arns;
      }),
  };
}
