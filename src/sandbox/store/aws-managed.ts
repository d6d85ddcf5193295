import type { PolicyDocument } from '../../policy/types.js';
import type { ManagedPolicy } from './types.js';

const allow = (action: string | readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});

const DOCUMENTS: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  PowerUserAccess: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      { Effect: 'Allow', Action: ['iam:ListRoles', 'organizations:DescribeOrganization'], Resource: '*' },
    ],
  },
  ReadOnlyAccess: allow([
    's3:Get*',
    's3:List*',
    's3:Describe*',
    'iam:Get*',
    'iam:List*',
    'iam:Generate*',
    'iam:Simulate*',
    'sns:Get*',
    'sns:List*',
    'sns:Check*',
    'sts:Get*',
  ]),
  AmazonS3FullAccess: allow(['s3:*', 's3-object-lambda:*']),
  AmazonS3ReadOnlyAccess: allow([
    's3:Get*',
    's3:List*',
    's3:Describe*',
    's3-object-lambda:Get*',
    's3-object-lambda:List*',
  ]),
  IAMFullAccess: allow(['iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization']),
  IAMReadOnlyAccess: allow([
    'iam:GenerateCredentialReport',
    'iam:GenerateServiceLastAccessedDetails',
    'iam:Get*',
    'iam:List*',
    'iam:SimulateCustomPolicy',
    'iam:SimulatePrincipalPolicy',
  ]),
  AmazonSNSFullAccess: allow('sns:*'),
  AmazonSNSReadOnlyAccess: allow(['sns:GetTopicAttributes', 'sns:List*', 'sns:CheckIfPhoneNumberIsOptedOut']),
  AWSDenyAll: { Version: '2012-10-17', Statement: [{ Sid: 'DenyAll', Effect: 'Deny', Action: '*', Resource: '*' }] },
};

const CREATED = Date.UTC(2015, 1, 6, 18, 39, 46);
const ARN = /^arn:([a-z-]+):iam::aws:policy\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/;

/**
 * The AWS managed policies that a sandbox needs, `arn:PARTITION:iam::aws:policy/NAME`. ReadOnlyAccess is cut down to
 * the services that are here.
 */
export function awsManagedPolicy(arn: string): ManagedPolicy | undefined {
  const [, partition, name = ''] = ARN.exec(arn) ?? [];
  const document = Object.hasOwn(DOCUMENTS, name) ? DOCUMENTS[name] : undefined;
  if (document === undefined || arn !== `arn:${partition}:iam::aws:policy/${name}`) return undefined;
  return managed(arn, name, document);
}

/** All of them, for ListPolicies. */
export function awsManagedPolicies(partition: string): readonly ManagedPolicy[] {
  return Object.entries(DOCUMENTS).map(([name, document]) =>
    managed(`arn:${partition}:iam::aws:policy/${name}`, name, document),
  );
}

function managed(arn: string, name: string, document: PolicyDocument): ManagedPolicy {
  return {
    kind: 'policy',
    id: `ANPA${name
      .toUpperCase()
      .replaceAll(/[^A-Z]/g, '')
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    account: 'aws',
    name,
    path: '/',
    arn,
    description: undefined,
    createdAt: CREATED,
    updatedAt: CREATED,
    tags: {},
    defaultVersionId: 'v1',
    versions: [{ id: 'v1', document, createdAt: CREATED }],
    nextVersion: 2,
  };
}
