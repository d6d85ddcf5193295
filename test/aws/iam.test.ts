import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { silenceNodeNotice } from '../../src/aws/clients.js';
import { createIamPort } from '../../src/aws/iam.js';

silenceNodeNotice();
const mock = mockClient(IAMClient);
const iam = createIamPort(async () => new IAMClient({ region: 'us-east-1' }));
const absent = new NoSuchEntityException({ message: 'no', $metadata: { httpStatusCode: 404 } });
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
};

beforeEach(() => mock.reset());

describe('the IAM port', () => {
  it('decodes documents, which IAM returns URL-encoded (IAM API Reference, GetRole)', async () => {
    mock.on(GetRoleCommand).resolves({
      Role: {
        RoleName: 'r',
        RoleId: 'AROA',
        CreateDate: new Date(),
        Path: '/',
        Arn: 'arn:aws:iam::111122223333:role/r',
        AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
        Tags: [{ Key: 'team', Value: 'media' }],
      },
    });
    const role = await iam.getRole('r');
    expect(role?.trustPolicy).toEqual(trust);
    expect(role?.tags).toEqual({ team: 'media' });
  });

  it('answers absence as undefined', async () => {
    mock.on(GetRoleCommand).rejects(absent);
    mock.on(GetRolePolicyCommand).rejects(absent);
    mock.on(ListRolePoliciesCommand).rejects(absent);
    expect(await iam.getRole('r')).toBeUndefined();
    expect(await iam.getRolePolicy('r', 'p')).toBeUndefined();
    expect(await iam.listRolePolicies('r')).toEqual([]);
  });

  it('follows pages', async () => {
    mock
      .on(ListRolePoliciesCommand, { RoleName: 'r', Marker: undefined })
      .resolves({ PolicyNames: ['a'], IsTruncated: true, Marker: 'next' })
      .on(ListRolePoliciesCommand, { RoleName: 'r', Marker: 'next' })
      .resolves({ PolicyNames: ['b'] });
    expect(await iam.listRolePolicies('r')).toEqual(['a', 'b']);
  });

  it('reads what a user has through its groups (IAM User Guide, "IAM user groups")', async () => {
    const group = { GroupName: 'g', Path: '/', GroupId: 'AGPA', Arn: 'arn:g', CreateDate: new Date() };
    mock.on(ListGroupsForUserCommand, { UserName: 'u' }).resolves({ Groups: [group] });
    mock.on(ListGroupPoliciesCommand, { GroupName: 'g' }).resolves({ PolicyNames: ['p'] });
    mock
      .on(GetGroupPolicyCommand, { GroupName: 'g', PolicyName: 'p' })
      .resolves({ PolicyDocument: encodeURIComponent(JSON.stringify(trust)) });
    mock
      .on(ListAttachedGroupPoliciesCommand, { GroupName: 'g' })
      .resolves({ AttachedPolicies: [{ PolicyArn: 'arn:p' }] });
    expect(await iam.listGroupsForUser('u')).toEqual(['g']);
    expect(await iam.listGroupPolicies('g')).toEqual({ documents: [trust], attached: ['arn:p'] });
  });

  it('takes a policy that goes between two calls for absent', async () => {
    mock.on(GetPolicyCommand).resolves({ Policy: { Arn: 'arn:p', PolicyName: 'p', DefaultVersionId: 'v1' } });
    mock.on(GetPolicyVersionCommand).rejects(absent);
    expect(await iam.getPolicy('arn:p')).toBeUndefined();
  });

  it('makes room for a sixth version by removing the oldest that is not the default', async () => {
    mock.on(ListPolicyVersionsCommand).resolves({
      Versions: ['v7', 'v6', 'v5', 'v10', 'v9'].map((VersionId) => ({
        VersionId,
        IsDefaultVersion: VersionId === 'v5',
      })),
    });
    mock.on(DeletePolicyVersionCommand).resolves({});
    mock.on(CreatePolicyVersionCommand).resolves({});
    await iam.createPolicyVersion('arn:aws:iam::111122223333:policy/p', trust as never);
    expect(mock.commandCalls(DeletePolicyVersionCommand)[0]?.args[0].input).toMatchObject({ VersionId: 'v6' });
    expect(mock.commandCalls(CreatePolicyVersionCommand)[0]?.args[0].input).toMatchObject({ SetAsDefault: true });
  });
});
