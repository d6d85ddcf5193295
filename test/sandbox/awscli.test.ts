import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

const run = promisify(execFile);
const version = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const present = version.status === 0;

let sandbox: TestSandbox;
let folder = '';

beforeAll(async () => {
  sandbox = await testSandbox({ seed: 8 });
  folder = mkdtempSync(join(tmpdir(), 's3connect-awscli-'));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function aws(...args: string[]): Promise<string> {
  // Versions before 2.13 and 1.29 don't read AWS_ENDPOINT_URL.
  const { stdout } = await run('aws', ['--endpoint-url', sandbox.endpoint, ...args], {
    env: { PATH: process.env.PATH, HOME: folder, AWS_PAGER: '', ...sandbox.env },
  });
  return stdout;
}

// Each command starts a Python of its own.
describe.skipIf(!present)('the AWS CLI (skipped where there is none)', { timeout: 240_000 }, () => {
  it('drives IAM and STS', async () => {
    expect(JSON.parse(await aws('sts', 'get-caller-identity')).Account).toBe('111122223333');
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
    });
    await aws('iam', 'create-role', '--role-name', 'media', '--assume-role-policy-document', trust);
    const { Role } = JSON.parse(await aws('iam', 'get-role', '--role-name', 'media'));
    expect(Role.AssumeRolePolicyDocument.Statement[0].Principal.AWS).toBe('arn:aws:iam::111122223333:root');
    const assumed = await aws(...['sts', 'assume-role', '--role-arn', Role.Arn, '--role-session-name', 'session']);
    expect(JSON.parse(assumed).Credentials.AccessKeyId).toMatch(/^ASIA/);
    await expect(aws('iam', 'get-role', '--role-name', 'none')).rejects.toThrow(/NoSuchEntity/);
    const topic = await aws('sns', 'create-topic', '--name', 'files');
    expect(JSON.parse(topic).TopicArn).toBe('arn:aws:sns:us-east-1:111122223333:files');
  });

  it('drives s3 mb, cp, ls, sync, rm and rb', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 'abc');
    writeFileSync(join(folder, 'large.bin'), large);
    writeFileSync(join(folder, 'a b+ü.txt'), 'hello');
    await aws('s3', 'mb', 's3://cli-bucket');
    await aws('s3', 'cp', join(folder, 'large.bin'), 's3://cli-bucket/dir/large.bin', '--no-progress');
    await aws('s3', 'cp', join(folder, 'a b+ü.txt'), 's3://cli-bucket/', '--no-progress');
    expect(await aws('s3', 'ls', 's3://cli-bucket', '--recursive')).toMatch(
      /5 a b\+ü\.txt\n.* 9437184 dir\/large\.bin/,
    );
    await aws('s3', 'cp', 's3://cli-bucket/dir/large.bin', join(folder, 'back.bin'), '--no-progress');
    expect(readFileSync(join(folder, 'back.bin')).equals(large)).toBe(true);
    rmSync(join(folder, 'large.bin'));
    rmSync(join(folder, 'back.bin'));
    expect(await aws('s3', 'sync', folder, 's3://cli-bucket/sync', '--no-progress')).toMatch(/upload:/);
    expect(await aws('s3', 'sync', folder, 's3://cli-bucket/sync', '--no-progress')).toBe('');
    await aws('s3', 'rm', 's3://cli-bucket', '--recursive');
    await aws('s3', 'rb', 's3://cli-bucket');
    expect(JSON.parse(await sandbox.state()).buckets).toEqual({});
  });
});
