import { samePolicy } from '../policy/equal.js';
import { mergeOwned } from '../policy/merge.js';
import { fitOrThrow } from '../policy/size.js';
import type { PolicyDocument } from '../policy/types.js';
import type { ResourceKind } from './kind.js';
import { documentOf } from './policy-refs.js';
import { readTopic, type TopicLive } from './topic.js';

export interface TopicPolicyLive {
  readonly policy: PolicyDocument | undefined;
}

/** Topic policies (Amazon SNS API Reference, SetTopicAttributes): others' statements, SNS's default one too, stay. */
export const topicPolicy: ResourceKind<'topic-policy', TopicPolicyLive> = {
  type: 'topic-policy',
  shared: true,
  goesWithParent: 'topic',
  identify: (desired) => desired.arn,
  dependsOn: (desired) => [{ kind: 'topic', id: desired.arn }],
  read: async ({ arn }, reader) => ({ policy: (await readTopic(reader, arn))?.policy }),
  refresh: async (_live, { arn }, { ports }) => ({ policy: (await ports.sns.getTopic(arn))?.policy }),
  put({ policy }, desired, by) {
    const merged = mergeOwned(policy, by.owner.mark, desired.statements) ?? documentOf(desired.statements);
    return { policy: fitOrThrow(merged, 'topic', `The policy of topic ${desired.arn}`) };
  },
  take({ policy }, desired, by, outlook) {
    const parent = outlook.planned('topic', desired.arn) as TopicLive | undefined;
    if (parent?.exists === false) return { live: { policy: undefined } };
    return { live: { policy: mergeOwned(policy, by.owner.mark, []) } };
  },
  show: ({ policy }) => policy ?? null,
  same: (a, b) => samePolicy(a.policy, b.policy),
  async write(_before, { policy }, desired, { sns }, place) {
    // SNS keeps no topic without a policy: what is left is its own default, the owner's account alone.
    await sns.setTopicPolicy(desired.arn, policy ?? ownerOnly(desired.arn, place.account));
  },
  documents: ({ policy }) => (policy === undefined ? [] : [{ kind: 'topic', document: policy }]),
};

function ownerOnly(arn: string, account: string): PolicyDocument {
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  };
}
