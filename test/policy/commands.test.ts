import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.js';
import type { PolicyDocument } from '../../src/policy/types.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

let folder: string;
let env: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3connect-policy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return name;
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    stdin: {},
    env: { AWS_EC2_METADATA_DISABLED: 'true', HOME: folder, ...env },
    cwd: folder,
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}

async function json(...args: string[]) {
  const { code, stdout } = await run(...args, '--json');
  return { code, json: JSON.parse(stdout) };
}

const user = 'arn:aws:iam::111122223333:user/videsk-connector';
const videsk: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Writes',
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::acme/uploads/*',
    },
    {
      Sid: 'NoOthers',
      Effect: 'Deny',
      Principal: { AWS: user },
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::acme/*',
      Condition: { StringNotLikeIfExists: { 's3:prefix': ['uploads/*'] } },
    },
  ],
};
const good: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/*' }],
};

describe('policy lint', () => {
  it('reports findings with place, reason, remedy and source, and ends with 1 on an error', async () => {
    const answer = await json('policy', 'lint', await file('videsk.json', videsk));
    expect(answer.code).toBe(1);
    const found = answer.json.findings.find(({ id }: { id: string }) => id === 'condition-key-not-carried');
    expect(found).toMatchObject({
      severity: 'error',
      file: 'videsk.json',
      pointer: '/Statement/1/Condition/StringNotLikeIfExists/s3:prefix',
      line: 23,
    });
    expect(Object.keys(found).sort()).toEqual(
      ['file', 'id', 'line', 'message', 'pointer', 'remedy', 'severity', 'source', 'why'].sort(),
    );
    expect(found.remedy).toContain('"NotResource":"arn:aws:s3:::acme/uploads/*"');
  });

  it('ends with 0 where there is no error, and takes several files', async () => {
    expect(await json('policy', 'lint', await file('good.json', good))).toEqual({ code: 0, json: { findings: [] } });
    const { code, stdout } = await run('policy', 'lint', 'good.json', 'videsk.json');
    expect(code).toBe(1);
    expect(stdout).toContain('videsk.json:23');
    expect(stdout).toContain('2 documents: 1 error');
  });

  it('knows the own account from --account and the kind from --kind', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sts:AssumeRole' },
    };
    const name = await file('trust.json', trust);
    expect((await run('policy', 'lint', name)).code).toBe(1);
    expect((await run('policy', 'lint', '--account', '111122223333', name)).code).toBe(0);
    expect((await run('policy', 'lint', '--kind', 'identity', '--account', '111122223333', name)).code).toBe(1);
  });

  it('writes SARIF', async () => {
    const { code, stdout } = await run('policy', 'lint', '--format', 'sarif', await file('videsk.json', videsk));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ version: '2.1.0' });
  });

  it.each([
    ['broken JSON', 'broken.json', '{\n  "Version": }', 'BadFile', 'broken.json:2:14'],
    ['comments, which AWS refuses', 'comment.json', '{} // x', 'BadFile', 'comment.json:1:4'],
    ['an empty file', 'empty.json', '', 'BadFile', 'empty.json:1:1'],
  ])('refuses %s with line and column', async (_, name, text, code, place) => {
    const answer = await json('policy', 'lint', await file(name, text));
    expect(answer.code).toBe(2);
    expect(answer.json.error.code).toBe(code);
    expect(answer.json.error.message).toContain(place);
  });

  it.each([
    [['policy', 'lint', 'nowhere.json'], 'BadFile', 2],
    [['policy', 'lint', 'good.json', '--kind', 'acl'], 'BadUsage', 2],
    [['policy', 'lint', 'good.json', '--format', 'xml'], 'BadUsage', 2],
    [['policy', 'lint', 'good.json', '--account', '12'], 'BadValue', 2],
    [['policy', 'lint', 'good.json', '--partition', 'moon'], 'BadValue', 2],
  ])('refuses %j', async (args, code, exit) => {
    const answer = await json(...args);
    expect([answer.json.error.code, answer.code]).toEqual([code, exit]);
  });
});

describe('policy eval', () => {
  const request = { principal: user, action: 's3:PutObject', resource: 'arn:aws:s3:::acme/uploads/a' };

  it('answers one case with one object and a list with a list', async () => {
    const one = await json('policy', 'eval', await file('case.json', { request, resourcePolicy: videsk }));
    expect(one).toMatchObject({
      code: 0,
      json: {
        decision: 'deny',
        reason: 'explicit-deny',
        layer: 'resource-policy',
        statement: { policy: 'resourcePolicy', index: 1, sid: 'NoOthers' },
        nearest: { layer: 'resource-policy', patch: null },
      },
    });
    const cases = [
      { request, resourcePolicy: videsk },
      { request, identityPolicies: [{ ...good, Statement: [] }] },
    ];
    const many = await json('policy', 'eval', await file('cases.json', cases));
    expect(many.json).toHaveLength(2);
    expect(many.json[0]).toEqual(one.json);
    expect(many.json[1]).toMatchObject({ reason: 'implicit-deny', nearest: { patch: { Effect: 'Allow' } } });
  });

  it('leaves titles and expectations in a case alone', async () => {
    const name = await file('titled.json', { title: 'x', expected: 'deny', request, resourcePolicy: videsk });
    expect((await run('policy', 'eval', name)).code).toBe(0);
  });

  it.each([
    ['no request', { resourcePolicy: videsk }, '/request'],
    ['no action', { request: { principal: '*', resource: 'x' } }, '/request/action'],
    ['a misspelt key', { request, identityPolicy: [good] }, '/identityPolicy'],
    ['a document in place of a list', { request, identityPolicies: good }, '/identityPolicies'],
    ['a list in place of a document', { request, resourcePolicy: [videsk] }, '/resourcePolicy'],
    ['an object as context value', { request: { ...request, context: { 'a/b': {} } } }, '/request/context/a~1b'],
    ['a text', 'x', ''],
  ])('refuses %s with its place', async (_, value, path) => {
    const answer = await json('policy', 'eval', await file('bad.json', JSON.stringify(value)));
    expect(answer).toMatchObject({ code: 2, json: { error: { code: 'BadFile', path } } });
  });

  it.each([
    ['a principal that is none', { request: { ...request, principal: 'alice' } }, '/request/principal'],
    ['a resource that is no ARN', { request: { ...request, resource: 'acme/a' } }, '/request/resource'],
    ['an action without a service', { request: { ...request, action: 'GetObject' } }, '/request/action'],
    [
      'an account that has no 12 digits',
      { request: { ...request, resourceAccount: '12' } },
      '/request/resourceAccount',
    ],
    ['an ARN in the place of a bucket name', { request: { ...request, bucket: 'arn:aws:s3:::b' } }, '/request/bucket'],
  ])('refuses %s as a bad value', async (_, value, path) => {
    const answer = await json('policy', 'eval', await file('bad.json', value));
    expect(answer).toMatchObject({ code: 2, json: { error: { code: 'BadValue', path } } });
    expect(answer.json.error.hint).toMatch(/^Give /);
  });

  it.each([
    ['a document without statements', { request, resourcePolicy: { a: 1 } }, '/resourcePolicy'],
    [
      'a statement that is a text',
      { request, identityPolicies: [{ Statement: ['x'] }] },
      '/identityPolicies/0/Statement/0',
    ],
    ['a level that is none', { request, blockPublicAccess: { RestrictPublicBuckets: true } }, '/blockPublicAccess'],
    ['a setting that is none', { request, blockPublicAccess: { bucket: { Restrict: true } } }, '/blockPublicAccess'],
    [
      'a setting that is no Boolean',
      { request, blockPublicAccess: { bucket: { RestrictPublicBuckets: 'yes' } } },
      '/blockPublicAccess/bucket/RestrictPublicBuckets',
    ],
  ])('refuses %s, which would silently decide nothing', async (_, value, path) => {
    const { code, json: answer } = await json('policy', 'eval', await file('bad.json', value));
    expect(code).toBe(2);
    expect(answer.error.code).toBe('BadFile');
    expect(answer.error.path.startsWith(path)).toBe(true);
    expect(answer.error.hint).not.toBeNull();
  });

  it('names line and column, and refuses a key that stands twice', async () => {
    const spread = await file('bad.json', { request: { ...request, action: 7 } });
    expect((await json('policy', 'eval', spread)).json.error.message).toContain('bad.json:4:5: /request/action: ');
    const twice = await file(
      'twice.json',
      `{"request":${JSON.stringify(request)},\n"trustPolicy":{},"trustPolicy":{}}`,
    );
    const answer = await json('policy', 'eval', twice);
    expect(answer).toMatchObject({ code: 2, json: { error: { code: 'BadFile', path: '/trustPolicy' } } });
    expect(answer.json.error.message).toContain('twice.json:2:18: ');
  });

  it('names the case of a list', async () => {
    const answer = await json('policy', 'eval', await file('bad.json', [{ request }, {}]));
    expect(answer.json.error.path).toBe('/1/request');
  });
});

describe('policy explain on files', () => {
  const question = ['policy', 'explain', '--principal', user, '--action', 's3:PutObject'];

  it('answers as eval does, with the layers, and ends with 0 either way', async () => {
    const args = [
      ...question,
      '--resource',
      'arn:aws:s3:::acme/uploads/a',
      '--bucket-policy',
      await file('b.json', videsk),
    ];
    const answer = await json(...args);
    expect(answer).toMatchObject({ code: 0, json: { decision: 'deny', layer: 'resource-policy' } });
    expect(answer.json.layers).toContainEqual({
      layer: 'resource-policy',
      effect: 'deny',
      statement: { policy: 'resourcePolicy', index: 1, sid: 'NoOthers' },
    });
    const human = await run(...args);
    expect(human.code).toBe(0);
    expect(human.stdout).toMatch(/> resource policy\s+denies \(resourcePolicy, NoOthers\)/);
  });

  it('shows what is missing as a patch', async () => {
    const { stdout } = await run(
      ...question,
      '--resource',
      'arn:aws:s3:::acme/a',
      '--identity-policy',
      await file('i.json', good),
    );
    expect(stdout).toContain('deny: not allowed by the identity policy');
    expect(stdout).toContain('"s3:PutObject"');
    expect(stdout).toMatch(/^ {2}\+ /m);
  });

  it('takes several files of a kind and context values', async () => {
    const put = {
      Version: '2012-10-17',
      Statement: [{ ...(good.Statement as readonly object[])[0], Action: 's3:PutObject' }],
    };
    const scp = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1'] } },
        },
      ],
    };
    const args = [
      ...question,
      '--resource',
      'arn:aws:s3:::acme/a',
      '--identity-policy',
      await file('i.json', good),
      '--identity-policy',
      await file('p.json', put),
      '--scp',
      await file('scp.json', scp),
    ];
    expect((await json(...args, '--context', 'aws:RequestedRegion=eu-west-1')).json.decision).toBe('allow');
    expect((await json(...args, '--context', 'aws:RequestedRegion=us-east-1')).json).toMatchObject({
      decision: 'deny',
      layer: 'scp',
    });
  });

  it.each([
    [['policy', 'explain', '--action', 's3:GetObject', '--resource', 'arn:aws:s3:::a'], 'BadUsage', '--principal'],
    [[...question, '--resource', 'acme'], 'BadValue', '--resource'],
    [
      ['policy', 'explain', '--principal', 'ann', '--action', 's3:GetObject', '--resource', '*'],
      'BadValue',
      '--principal',
    ],
    [['policy', 'explain', '--principal', '*', '--action', 's3:*', '--resource', '*'], 'BadValue', '--action'],
    [[...question, '--resource', '*', '--context', 'x'], 'BadUsage', '--context'],
    [
      [...question, '--resource', '*', '--bucket-policy', 'b.json', '--bucket-policy', 'b.json'],
      'BadUsage',
      '--bucket-policy',
    ],
  ])('refuses %j', async (args, code, path) => {
    expect(await json(...args)).toMatchObject({ code: 2, json: { error: { code, path } } });
  });

  it('takes several files and context values after one flag, too', async () => {
    const answer = await json(
      ...['policy', 'explain', '--principal', user, '--action', 's3:GetObject', '--resource', 'arn:aws:s3:::acme/a'],
      ...['--identity-policy', await file('none.json', { ...good, Statement: [] }), await file('good.json', good)],
      ...['--context', 'aws:SecureTransport=true', 'aws:SourceIp=203.0.113.7'],
    );
    expect(answer).toMatchObject({
      code: 0,
      json: { decision: 'allow', statement: { policy: 'identityPolicies[1]' } },
    });
  });

  it('refuses a file that is no policy document, with its place', async () => {
    const answer = await json(
      ...['policy', 'explain', '--principal', user, '--action', 's3:GetObject', '--resource', 'arn:aws:s3:::acme/a'],
      ...['--identity-policy', await file('list.json', [])],
    );
    expect(answer).toMatchObject({ code: 2, json: { error: { code: 'BadFile', path: '' } } });
    expect(answer.json.error.message).toContain('list.json:1:1: ');
  });
});

describe('policy explain on the live account', () => {
  let sandbox: TestSandbox;
  const role = 'arn:aws:iam::111122223333:role/reader';

  beforeAll(async () => {
    sandbox = await testSandbox();
    env = sandbox.env;
    const { createAwsAccess } = await import('../../src/aws/access.js');
    const aws = createAwsAccess({
      profile: undefined,
      profileFromFlag: false,
      region: undefined,
      endpointUrl: undefined,
      concurrency: 4,
      env,
    });
    const { iam, s3 } = aws.ports({});
    await s3.createBucket('acme', 'us-east-1', 'BucketOwnerEnforced');
    await iam.createRole({
      name: 'reader',
      path: '/',
      description: undefined,
      maxSessionDuration: undefined,
      permissionsBoundary: undefined,
      tags: {},
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: '999988887777' }, Action: 'sts:AssumeRole' }],
      },
    });
    await iam.putRolePolicy('reader', 'read', good);
    await s3.putBucketPolicy('acme', {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'NoSecrets',
          Effect: 'Deny',
          Principal: { AWS: role },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::acme/secret/*',
        },
      ],
    });
    aws.close();
  });
  afterAll(() => sandbox.close());

  const ask = (resource: string, principal = role, action = 's3:GetObject') =>
    json('policy', 'explain', '--principal', principal, '--action', action, '--resource', resource);

  it('reads identity and bucket policies, and says what it can not see', async () => {
    const allowed = await ask('arn:aws:s3:::acme/public/a');
    expect(allowed).toMatchObject({ code: 0, json: { decision: 'allow', layer: 'identity-policy' } });
    expect(allowed.json.layers).toContainEqual({ layer: 'scp', effect: 'unknown', statement: null });
    expect(allowed.json.layers).toContainEqual({ layer: 'rcp', effect: 'unknown', statement: null });
    expect(await ask('arn:aws:s3:::acme/secret/a')).toMatchObject({
      json: { decision: 'deny', statement: { policy: 'resourcePolicy', sid: 'NoSecrets' } },
    });
  });

  it("reads the trust policy, and takes the vendor's own side to allow", async () => {
    const vendor = 'arn:aws:iam::999988887777:user/vendor';
    const answer = await ask(role, vendor, 'sts:AssumeRole');
    expect(answer.json.decision).toBe('allow');
    expect(answer.json.layers).toContainEqual({ layer: 'identity-policy', effect: 'unknown', statement: null });
    expect((await ask(role, 'arn:aws:iam::777788889999:user/other', 'sts:AssumeRole')).json).toMatchObject({
      decision: 'deny',
      layer: 'trust-policy',
    });
  });

  it('a session of the role is judged as the role', async () => {
    const answer = await ask('arn:aws:s3:::acme/a', 'arn:aws:sts::111122223333:assumed-role/reader/ann');
    expect(answer.json.decision).toBe('allow');
    expect(answer.json.layers).toContainEqual({ layer: 'session-policy', effect: 'unknown', statement: null });
  });

  it('judges a request through an access point by both policies (S3 User Guide, "Configuring IAM policies for using access points")', async () => {
    const { createAwsAccess } = await import('../../src/aws/access.js');
    const settings = { profile: undefined, profileFromFlag: false, region: undefined, endpointUrl: undefined };
    const aws = createAwsAccess({ ...settings, concurrency: 4, env });
    const { s3, s3control } = aws.ports({});
    const point = 'arn:aws:s3:us-east-1:111122223333:accesspoint/points-ap';
    const vendor = 'arn:aws:iam::999988887777:role/vendor';
    await s3.createBucket('points', 'us-east-1', 'BucketOwnerEnforced');
    await s3control.createAccessPoint('111122223333', {
      name: 'points-ap',
      bucket: 'points',
      vpcId: undefined,
      tags: {},
    });
    const grant = { Effect: 'Allow' as const, Principal: { AWS: vendor }, Action: 's3:GetObject' };
    await s3control.putAccessPointPolicy('111122223333', 'points-ap', {
      Version: '2012-10-17',
      Statement: [{ ...grant, Resource: `${point}/object/*` }],
    });
    const closed = await ask(`${point}/object/a`, vendor);
    expect(closed.json).toMatchObject({ decision: 'deny', layer: 'resource-policy' });
    await s3.putBucketPolicy('points', {
      Version: '2012-10-17',
      Statement: [
        {
          ...grant,
          Principal: { AWS: '*' },
          Resource: 'arn:aws:s3:::points/*',
          Condition: { StringEquals: { 's3:DataAccessPointAccount': '111122223333' } },
        },
      ],
    });
    aws.close();
    const open = await ask(`${point}/object/a`, vendor);
    expect(open.json).toMatchObject({ decision: 'allow', layer: 'access-point-policy' });
    expect(open.json.layers).toContainEqual({ layer: 'identity-policy', effect: 'unknown', statement: null });
    // The delegation is not the nearest statement to a request that comes to the bucket itself.
    const direct = await ask('arn:aws:s3:::points/a', vendor);
    expect(direct.json).toMatchObject({ decision: 'deny', layer: 'resource-policy' });
  });

  it('says when a principal is not there', async () => {
    const principal = 'arn:aws:iam::111122223333:user/nobody';
    const args = ['--action', 's3:GetObject', '--resource', 'arn:aws:s3:::acme/a'];
    const { stdout } = await run('policy', 'explain', '--principal', principal, ...args);
    expect(stdout).toContain('there is no user nobody in account 111122223333');
  });

  it('does not take what can not be read for a policy that is not there', async () => {
    const key = 'arn:aws:kms:us-east-1:111122223333:key/1';
    const answer = await ask(key, role, 'kms:Decrypt');
    expect(answer.json).toMatchObject({ decision: 'deny', layer: 'key-policy', statement: null });
    expect(answer.json.nearest.mismatch).toBe("the key policy can't be read, so that nothing is known to allow this");
    const { stdout } = await run(
      ...['policy', 'explain', '--principal', role, '--action', 'kms:Decrypt', '--resource', key],
    );
    expect(stdout).toContain("the answer rests on what can't be seen");
  });

  it('names a bucket that is not there', async () => {
    expect(await ask('arn:aws:s3:::nowhere-at-all/a')).toMatchObject({
      code: 2,
      json: { error: { code: 'BucketNotFound' } },
    });
  });
});
