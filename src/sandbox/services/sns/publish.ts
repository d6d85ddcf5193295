import type { ServiceEvent, World } from '../../store/types.js';
import { deliver } from './deliver.js';

/**
 * Publishes as an AWS service. Only the topic's policy can let it (S3 User Guide, "Granting permissions to publish
 * event notification messages to a destination": aws:SourceArn and aws:SourceAccount say for whom).
 */
export async function publishAsService(
  event: ServiceEvent,
  world: World,
): Promise<'published' | 'denied' | 'no-such-topic'> {
  const topic = world.topics.get(event.topicArn);
  if (topic === undefined) return 'no-such-topic';
  const decision = world.decide(
    { resourcePolicy: world.renderPolicy(topic.policy) },
    {
      principal: event.service,
      action: 'sns:Publish',
      resource: topic.arn,
      resourceAccount: topic.account,
      context: {
        'aws:SourceArn': event.sourceArn,
        'aws:SourceAccount': event.sourceAccount,
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': event.service,
        'aws:SecureTransport': 'true',
        'aws:CurrentTime': new Date(world.clock()).toISOString().replace(/\.\d+Z$/, 'Z'),
        'aws:EpochTime': String(Math.floor(world.clock() / 1000)),
      },
    },
  );
  if (decision.decision !== 'allow') return 'denied';
  deliver(world, topic, event.subject, event.message);
  return 'published';
}
