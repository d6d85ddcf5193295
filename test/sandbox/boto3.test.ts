import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

// Debian's python3-boto3 belongs to Debian's python3.
const PYTHON = '/usr/bin/python3';
const present = spawnSync(PYTHON, ['-c', 'import boto3']).status === 0;
const run = promisify(execFile);

const PROGRAM = `
import json, os, boto3
from botocore.exceptions import ClientError
# Versions before 1.28 don't read AWS_ENDPOINT_URL.
client = lambda name: boto3.client(name, endpoint_url=os.environ['AWS_ENDPOINT_URL'])
iam, sts, s3, sns = map(client, ['iam', 'sts', 's3', 'sns'])
out = {'arn': sts.get_caller_identity()['Arn']}
trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '444455556666'}, 'Action': 'sts:AssumeRole'}]}
for i in range(3):
    iam.create_role(RoleName='role%d' % i, AssumeRolePolicyDocument=json.dumps(trust))
pages = iam.get_paginator('list_roles').paginate(PaginationConfig={'PageSize': 2})
out['roles'] = [role['RoleName'] for page in pages for role in page['Roles']]
out['principal'] = iam.get_role(RoleName='role0')['Role']['AssumeRolePolicyDocument']['Statement'][0]['Principal']
try:
    sts.assume_role(RoleArn='arn:aws:iam::111122223333:role/role0', RoleSessionName='session')
except ClientError as error:
    out['assume'] = [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
s3.create_bucket(Bucket='py-bucket')
s3.put_object(Bucket='py-bucket', Key='a b/\\u00fc+.txt', Body=b'data', ChecksumAlgorithm='CRC32')
out['body'] = s3.get_object(Bucket='py-bucket', Key='a b/\\u00fc+.txt')['Body'].read().decode()
out['keys'] = [entry['Key'] for page in s3.get_paginator('list_objects_v2').paginate(Bucket='py-bucket') for entry in page['Contents']]
try:
    s3.get_bucket_policy(Bucket='py-bucket')
except ClientError as error:
    out['policy'] = error.response['Error']['Code']
out['topic'] = sns.create_topic(Name='files')['TopicArn']
print(json.dumps(out))
`;

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 9 });
});
afterAll(() => sandbox.close());

describe.skipIf(!present)('boto3 (skipped where there is none)', { timeout: 240_000 }, () => {
  it('drives IAM, STS, S3 and SNS', async () => {
    const { stdout } = await run(PYTHON, ['-c', PROGRAM], { env: { PATH: process.env.PATH, ...sandbox.env } });
    expect(JSON.parse(stdout)).toEqual({
      arn: 'arn:aws:iam::111122223333:user/sandbox-admin',
      roles: ['role0', 'role1', 'role2'],
      principal: { AWS: 'arn:aws:iam::444455556666:root' },
      assume: ['AccessDenied', 403],
      body: 'data',
      keys: ['a b/ü+.txt'],
      policy: 'NoSuchBucketPolicy',
      topic: 'arn:aws:sns:us-east-1:111122223333:files',
    });
  });
});
