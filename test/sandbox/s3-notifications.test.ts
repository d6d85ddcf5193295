import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SetTopicAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, failure, policyOf, type S3Sandbox, startS3Sandbox } from './s3-setup.js';

let world: S3Sandbox;
let receiver: Server;
const received: { Type: string; Message: string; SubscribeURL?: string }[] = [];
const Bucket = 'noisy';

beforeAll(async () => {
  world = await startS3Sandbox();
  await world.admin.send(new CreateBucketCommand({ Bucket }));
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
});
afterAll(async () => {
  receiver.close();
  await world.close();
});

const configure = (configuration: NotificationConfiguration) =>
  world.admin.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: configuration }));

async function topic(Name: string, ...statements: object[]): Promise<string> {
  const TopicArn = (await world.sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
  if (statements.length > 0) {
    const AttributeValue = policyOf(...statements.map((statement) => ({ ...statement, Resource: TopicArn })));
    await world.sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  }
  return TopicArn;
}

// S3 User Guide, "Granting permissions to publish event notification messages to a destination".
const FROM_S3 = {
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'sns:Publish',
  Condition: {
    ArnLike: { 'aws:SourceArn': `arn:aws:s3:*:*:${Bucket}` },
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
  },
};

async function until(found: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !found(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(found()).toBe(true);
}

test('a topic that does not let S3 publish is refused, as is one that does not exist', async () => {
  const closed = await topic('closed');
  const refusal = {
    name: 'InvalidArgument',
    status: 400,
    message: 'Unable to validate the following destination configurations',
  };
  const events = { Events: ['s3:ObjectCreated:*' as const] };
  expect(await failure(configure({ TopicConfigurations: [{ TopicArn: closed, ...events }] }))).toEqual(refusal);
  const missing = `arn:aws:sns:us-east-1:${ACCOUNT}:missing`;
  expect(await failure(configure({ TopicConfigurations: [{ TopicArn: missing, ...events }] }))).toEqual(refusal);
  const skipped = new PutBucketNotificationConfigurationCommand({
    Bucket,
    SkipDestinationValidation: true,
    NotificationConfiguration: { TopicConfigurations: [{ TopicArn: missing, ...events }] },
  });
  await world.admin.send(skipped);
  await configure({});
  const empty = await world.admin.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  expect(empty.TopicConfigurations).toBeUndefined();
});

// S3 User Guide, "Configuring event notifications using object key name filtering".
test('overlapping rules are refused', async () => {
  const TopicArn = await topic('open', FROM_S3);
  const rule = (Value: string, Events: ('s3:ObjectCreated:*' | 's3:ObjectCreated:Put' | 's3:ObjectRemoved:*')[]) => ({
    TopicArn,
    Events,
    Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value }] } },
  });
  const both = (...TopicConfigurations: ReturnType<typeof rule>[]) => configure({ TopicConfigurations });
  expect(await failure(both(rule('a/', ['s3:ObjectCreated:*']), rule('a/b/', ['s3:ObjectCreated:Put'])))).toMatchObject(
    {
      name: 'InvalidArgument',
    },
  );
  await both(rule('a/', ['s3:ObjectCreated:*']), rule('b/', ['s3:ObjectCreated:Put']));
  await both(rule('a/', ['s3:ObjectCreated:*']), rule('a/', ['s3:ObjectRemoved:*']));
  const read = await world.admin.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  expect(read.TopicConfigurations?.map((item) => item.Filter?.Key?.FilterRules)).toEqual([
    [{ Name: 'Prefix', Value: 'a/' }],
    [{ Name: 'Prefix', Value: 'a/' }],
  ]);
});

test('queues, functions and EventBridge of others stay as they were put', async () => {
  const foreign = {
    QueueConfigurations: [
      { Id: 'q', QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`, Events: ['s3:ObjectCreated:*' as const] },
    ],
    LambdaFunctionConfigurations: [
      {
        Id: 'f',
        LambdaFunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:thumbs`,
        Events: ['s3:ObjectRemoved:*' as const],
      },
    ],
    EventBridgeConfiguration: {},
  };
  await configure(foreign);
  const read = await world.admin.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  expect(read).toMatchObject(foreign);
});

test('a configuration is tested with s3:TestEvent, and then events are delivered', async () => {
  const TopicArn = await topic('delivered', FROM_S3);
  const Endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await world.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }));
  await until(() => received.some((item) => item.Type === 'SubscriptionConfirmation'));
  const confirm = received.find((item) => item.Type === 'SubscriptionConfirmation')?.SubscribeURL ?? '';
  expect((await fetch(confirm)).status).toBe(200);
  const Filter = { Key: { FilterRules: [{ Name: 'suffix' as const, Value: '.mp4' }] } };
  await configure({
    TopicConfigurations: [{ Id: 'ours', TopicArn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], Filter }],
  });
  await world.admin.send(new PutObjectCommand({ Bucket, Key: 'a b.mp4', Body: 'x' }));
  await world.admin.send(new PutObjectCommand({ Bucket, Key: 'other.txt', Body: 'x' }));
  await world.admin.send(new DeleteObjectCommand({ Bucket, Key: 'a b.mp4' }));
  const messages = () =>
    received.filter((item) => item.Type === 'Notification').map((item) => JSON.parse(item.Message));
  await until(() => messages().length >= 3);
  const seen = messages().map((item) => item.Event ?? [item.Records[0].eventName, item.Records[0].s3.object.key]);
  expect(seen).toHaveLength(3);
  expect(seen).toEqual(
    expect.arrayContaining(['s3:TestEvent', ['ObjectCreated:Put', 'a+b.mp4'], ['ObjectRemoved:Delete', 'a+b.mp4']]),
  );
});
