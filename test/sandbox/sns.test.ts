import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateUserCommand } from '@aws-sdk/client-iam';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { adminOf, clientsAs, refusal } from './clients.js';

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:new-files';

interface Delivery {
  readonly type: string;
  readonly message: Record<string, string>;
}

let sandbox: TestSandbox;
let admin: ReturnType<typeof clientsAs>;
let receiver: Server;
let received: Delivery[] = [];
let inbox = '';

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 3 });
  admin = clientsAs(sandbox, adminOf(sandbox));
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      received.push({ type: String(request.headers['x-amz-sns-message-type']), message: JSON.parse(text) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  inbox = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/inbox`;
});
afterAll(async () => {
  await sandbox.close();
  await new Promise((resolve) => receiver.close(resolve));
});
beforeEach(async () => {
  received = [];
  await sandbox.reset();
  await admin.sns.send(new CreateTopicCommand({ Name: 'new-files', Tags: [{ Key: 'team', Value: 'media' }] }));
});

const arrived = (type: string) =>
  vi.waitFor(() => {
    const found = received.find((one) => one.type === type);
    if (found === undefined) throw new Error(`no ${type} yet`);
    return found.message;
  }, 30_000);

describe('topics', () => {
  it('makes a topic once, with the default policy of its owner (SNS API Reference, CreateTopic)', async () => {
    const again = await admin.sns.send(new CreateTopicCommand({ Name: 'new-files' }));
    expect(again.TopicArn).toBe(TOPIC);
    const other = { Name: 'new-files', Tags: [{ Key: 'team', Value: 'other' }] };
    expect((await refusal(admin.sns.send(new CreateTopicCommand(other)))).name).toBe('InvalidParameterException');
    const { Attributes } = await admin.sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
    expect(Attributes?.Owner).toBe('111122223333');
    expect(JSON.parse(Attributes?.Policy ?? '').Statement[0].Condition).toEqual({
      StringEquals: { 'AWS:SourceOwner': '111122223333' },
    });
    expect((await admin.sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn: TOPIC }]);
    await admin.sns.send(new UntagResourceCommand({ ResourceArn: TOPIC, TagKeys: ['team'] }));
    expect((await admin.sns.send(new ListTagsForResourceCommand({ ResourceArn: TOPIC }))).Tags).toEqual([]);
    await admin.sns.send(new DeleteTopicCommand({ TopicArn: TOPIC }));
    expect(await refusal(admin.sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC })))).toEqual({
      name: 'NotFoundException',
      status: 404,
      message: 'Topic does not exist',
    });
  });

  it.each([
    ['no JSON', '{', 'Invalid parameter: Policy failed to parse JSON'],
    [
      'another service',
      { Principal: '*', Action: 's3:GetObject' },
      'Invalid parameter: Policy statement action out of service scope!',
    ],
    [
      'a principal that is not there',
      { Principal: { AWS: 'arn:aws:iam::111122223333:user/none' }, Action: 'SNS:Publish' },
      'Invalid parameter: Policy Error: PrincipalNotFound',
    ],
    ['no principal', { Action: 'SNS:Publish' }, 'Invalid parameter: Policy Error: null'],
  ])('refuses a topic policy with %s', async (_what, statement, message) => {
    const AttributeValue =
      typeof statement === 'string'
        ? statement
        : JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: TOPIC, ...statement }] });
    const put = new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: 'Policy', AttributeValue });
    expect(await refusal(admin.sns.send(put))).toEqual({ name: 'InvalidParameterException', status: 400, message });
  });

  it('lets another account publish only when the topic policy names it ("Cross-account policy evaluation logic")', async () => {
    const vendor = clientsAs(sandbox, await sandbox.credentialsFor('arn:aws:iam::444455556666:user/vendor'));
    const publish = () => vendor.sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'x' }));
    expect(await refusal(publish())).toMatchObject({ name: 'AuthorizationErrorException', status: 403 });
    await admin.sns.send(
      new SetTopicAttributesCommand({
        TopicArn: TOPIC,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Sid: 'V', Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'SNS:Publish', Resource: TOPIC },
          ],
        }),
      }),
    );
    await publish();
    const { Attributes } = await admin.sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
    expect(JSON.parse(Attributes?.Policy ?? '').Statement[0].Principal).toEqual({
      AWS: 'arn:aws:iam::444455556666:root',
    });
  });

  it('lets the own account in by the default policy, without an identity policy', async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const ann = clientsAs(sandbox, await sandbox.credentialsFor('arn:aws:iam::111122223333:user/ann'));
    await ann.sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'x' }));
    expect((await refusal(ann.sns.send(new CreateTopicCommand({ Name: 'other' })))).name).toBe(
      'AuthorizationErrorException',
    );
  });
});

describe('subscriptions', () => {
  it('asks an HTTP endpoint to confirm, then delivers ("HTTP/HTTPS notification JSON format")', async () => {
    const subscribed = await admin.sns.send(
      new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'http', Endpoint: inbox }),
    );
    expect(subscribed.SubscriptionArn).toBe('pending confirmation');
    const list = async () =>
      (await admin.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }))).Subscriptions ?? [];
    expect(await list()).toMatchObject([{ Protocol: 'http', Endpoint: inbox, SubscriptionArn: 'PendingConfirmation' }]);
    await admin.sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'too early' }));
    const { SubscribeURL } = await arrived('SubscriptionConfirmation');
    expect((await fetch(SubscribeURL ?? '')).status).toBe(200);
    const [subscription] = await list();
    expect(subscription?.SubscriptionArn).toMatch(new RegExp(`^${TOPIC}:[0-9a-f-]{36}$`));
    await admin.sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 'S', Message: 'hello' }));
    expect(await arrived('Notification')).toMatchObject({ TopicArn: TOPIC, Subject: 'S', Message: 'hello' });
    await admin.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription?.SubscriptionArn }));
    expect(await list()).toEqual([]);
  });

  it('takes the token of the message too, and no other', async () => {
    await admin.sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'http', Endpoint: inbox }));
    const { Token } = await arrived('SubscriptionConfirmation');
    const confirm = (token: string | undefined) =>
      admin.sns.send(new ConfirmSubscriptionCommand({ TopicArn: TOPIC, Token: token }));
    expect((await refusal(confirm('wrong'))).name).toBe('InvalidParameterException');
    expect((await confirm(Token)).SubscriptionArn).toContain(TOPIC);
  });

  it('wants the endpoint to fit its protocol', async () => {
    const subscribe = new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'https', Endpoint: inbox });
    expect((await refusal(admin.sns.send(subscribe))).name).toBe('InvalidParameterException');
  });
});
