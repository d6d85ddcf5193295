import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAwsAccess } from '../../src/aws/access.js';
import { credentialSource } from '../../src/aws/credentials.js';
import type { AwsSettings } from '../../src/aws/ports.js';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';

function settings(env: Record<string, string>, more: Partial<AwsSettings> = {}): AwsSettings {
  return {
    profile: undefined,
    profileFromFlag: false,
    region: undefined,
    endpointUrl: undefined,
    concurrency: 4,
    env,
    ...more,
  };
}
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' };

describe('the order of credentials (design: --profile, environment, file, AWS_PROFILE, default chain)', () => {
  it.each([
    ['--profile before keys', settings(KEYS, { profile: 'flag', profileFromFlag: true }), 'file', 'profile:flag'],
    ['keys before the file', settings(KEYS), 'file', 'environment'],
    [
      'web identity before the file',
      settings({ AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: 'arn:x' }),
      'file',
      'web-identity',
    ],
    ['the file before AWS_PROFILE', settings({ AWS_PROFILE: 'env' }), 'file', 'profile:file'],
    ['AWS_PROFILE before the default chain', settings({ AWS_PROFILE: 'env' }), undefined, 'profile:env'],
    ['the default chain last', settings({}), undefined, 'default'],
  ] as const)('%s', (_name, given, file, key) => {
    expect(credentialSource(given, file).key).toBe(key);
  });
});

describe('credentials in use', () => {
  let sandbox: RunningSandbox;
  const saved = { ...process.env };
  beforeEach(async () => {
    sandbox = await startSandbox();
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
  });
  afterEach(async () => {
    await sandbox.close();
    process.env = { ...saved };
  });

  it('reads a profile from the shared files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3connect-aws-'));
    const file = join(folder, 'credentials');
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = sandbox.env;
    await writeFile(file, `[media]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`);
    process.env.AWS_SHARED_CREDENTIALS_FILE = file;
    process.env.AWS_CONFIG_FILE = join(folder, 'config');
    const aws = createAwsAccess(settings({}, { endpointUrl: sandbox.endpoint }));
    expect((await aws.ports({ profile: 'media', region: 'us-east-1' }).sts.getCallerIdentity()).account).toBe(
      sandbox.account,
    );
    const missing = aws.ports({ profile: 'nobody', region: 'us-east-1' }).sts.getCallerIdentity();
    await expect(missing).rejects.toMatchObject({ code: 'NoCredentials', path: '--profile' });
    aws.close();
  });

  it('says so where there are none, where they are wrong, and where nobody answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3connect-aws-'));
    process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'none');
    process.env.AWS_CONFIG_FILE = join(folder, 'none');
    const none = createAwsAccess(settings({}, { endpointUrl: sandbox.endpoint }));
    await expect(none.ports({}).sts.getCallerIdentity()).rejects.toMatchObject({ code: 'NoCredentials' });
    const wrong = createAwsAccess(settings({ ...sandbox.env, AWS_SECRET_ACCESS_KEY: 'wrong' }));
    await expect(wrong.ports({}).sts.getCallerIdentity()).rejects.toMatchObject({ code: 'NoCredentials' });
    const down = createAwsAccess(settings(sandbox.env, { endpointUrl: 'http://127.0.0.1:9' }));
    await expect(down.ports({}).sts.getCallerIdentity()).rejects.toMatchObject({ code: 'EndpointUnreachable' });
    for (const aws of [none, wrong, down]) aws.close();
  });
});
