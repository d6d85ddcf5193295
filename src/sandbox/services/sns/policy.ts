import { asList, statementsOf } from '../../../policy/documents.js';
import { hasRepeatedKey } from '../../../policy/lint/locate.js';
import type { PolicyDocument } from '../../../policy/types.js';
import { UnknownPrincipal, type World } from '../../store/types.js';
import { invalidParameter } from './errors.js';

const OWNER_ACTIONS = [
  'SNS:GetTopicAttributes',
  'SNS:SetTopicAttributes',
  'SNS:AddPermission',
  'SNS:RemovePermission',
  'SNS:DeleteTopic',
  'SNS:Subscribe',
  'SNS:ListSubscriptionsByTopic',
  'SNS:Publish',
];

/** The policy that a new topic has: its owner's account, by aws:SourceOwner. */
export function defaultTopicPolicy(topicArn: string, account: string): PolicyDocument {
  return {
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: OWNER_ACTIONS,
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  };
}

/**
 * Reads a topic policy and brings it into the form that is kept.
 *
 * @throws WireError InvalidParameter (SNS API Reference, SetTopicAttributes)
 */
export function topicPolicy(world: World, text: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidParameter('Policy failed to parse JSON');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || !('Statement' in (value as object)) || hasRepeatedKey(text)) {
    throw invalidParameter('Policy Error: null');
  }
  const document = value as PolicyDocument;
  const statements = statementsOf(document);
  if (statements.length === 0) throw invalidParameter('Policy Error: null');
  for (const statement of statements) {
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw invalidParameter('Policy Error: null');
    if (statement.Principal === undefined && statement.NotPrincipal === undefined) {
      throw invalidParameter('Policy Error: null');
    }
    const actions = [...asList(statement.Action), ...asList(statement.NotAction)];
    if (actions.length === 0 || (statement.Resource === undefined && statement.NotResource === undefined)) {
      throw invalidParameter('Policy Error: null');
    }
    if (actions.some((action) => action !== '*' && !/^sns:/i.test(action))) {
      throw invalidParameter('Policy statement action out of service scope!');
    }
  }
  try {
    return world.storePolicy(document);
  } catch (error) {
    if (error instanceof UnknownPrincipal) throw invalidParameter('Policy Error: PrincipalNotFound');
    throw error;
  }
}
