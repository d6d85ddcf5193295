import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsAccess } from '../../src/aws/ports.js';
import { accessAs, makeRole } from '../helpers/account.js';
import { tempFolder } from '../helpers/cli.js';
import { type InProcessOptions, jsonHere } from '../helpers/in-process.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';

type Json = Record<string, unknown>;
type Answer = Json & { error?: Json; connections: (Json & { changes: Json[] })[]; checks: Json[] };

const FILE = {
  connections: {
    media: { template: 'coactive', role: { name: 'media-role' }, buckets: [{ name: 'acme-media', create: true }] },
    player: {
      template: 'accurate-video',
      method: 'user',
      user: { name: 'player-user' },
      buckets: [
        { name: 'acme-player', access: 'input', create: true, cors: { allowedOrigins: ['https://av.acme.example'] } },
      ],
    },
    upload: {
      template: 'videsk',
      user: { name: 'upload-user' },
      buckets: [{ name: 'acme-upload', create: true, prefix: 'uploads/', accessPoint: { name: 'upload-point' } }],
    },
  },
};

describe('one kind of resource', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let customer: InProcessOptions;
  let access: AwsAccess;
  let empty: string;

  beforeEach(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    customer = { cwd: folder.path, env: sandbox.env };
    access = accessAs(sandbox.env);
    empty = await sandbox.state();
    await writeFile(join(folder.path, 's3connect.json'), JSON.stringify(FILE));
  });

  afterEach(async () => {
    access.close();
    await sandbox.close();
    await folder.remove();
  });

  const run = (...args: string[]) => jsonHere<Answer>(args, customer);

  const kinds = (answer: Answer): readonly string[] => [
    ...new Set(answer.connections.flatMap((each) => each.changes.map((change) => String(change.resource)))),
  ];

  it('create is an apply limited to it, delete a destroy limited to it', async () => {
    expect((await run('bucket', 'create', 'media', '--yes')).code).toBe(0);
    const role = await run('role', 'create', 'media', '--yes');
    expect(role.code, JSON.stringify(role.json)).toBe(0);
    expect(kinds(role.json).filter((kind) => !['role', 'role-policy', 'managed-policy'].includes(kind))).toEqual([]);
    const policy = await run('bucket', 'policy', 'media', '--yes');
    expect(kinds(policy.json)).toEqual(['bucket-policy']);
    expect((await run('plan', 'media', '--exit-code')).code).toBe(0);
    expect((await run('role', 'delete', 'media', '--yes')).code).toBe(0);
    expect(await access.ports({}).iam.getRole('media-role')).toBeUndefined();
    expect(await access.ports({}).s3.headBucket('acme-media')).toBeDefined();
    expect((await run('destroy', 'media', '--yes')).code).toBe(0);
    expect(await sandbox.state()).toBe(empty);
  });

  it('a role and a user are picked by their own name', async () => {
    expect((await run('apply', '--yes')).code).toBe(0);
    const role = await run('role', 'delete', '--role-name', 'media-role', '--yes');
    expect(role.code, JSON.stringify(role.json)).toBe(0);
    expect(role.json.connections.map((each) => each.name)).toEqual(['media']);
    expect(await access.ports({}).iam.getRole('media-role')).toBeUndefined();
    const user = await run('user', 'delete', '--user-name', 'player-user', '--yes');
    expect(user.code, JSON.stringify(user.json)).toBe(0);
    expect(await access.ports({}).iam.getUser('player-user')).toBeUndefined();
    expect(await access.ports({}).iam.getUser('upload-user')).toBeDefined();
  });

  it('a role that only its tags know goes, a foreign one and a missing one are refused', async () => {
    await writeFile(
      join(folder.path, 'other.json'),
      JSON.stringify({
        namespace: 'old',
        connections: { gone: { template: 'coactive', buckets: [{ name: 'acme-gone', create: true }] } },
      }),
    );
    expect((await run('apply', '-f', 'other.json', '--yes')).code).toBe(0);
    const removed = await run('role', 'delete', '--role-name', 'gone', '--yes');
    expect(removed.code, JSON.stringify(removed.json)).toBe(0);
    expect(await access.ports({}).iam.getRole('gone')).toBeUndefined();
    await makeRole(access, 'foreign');
    const foreign = await run('role', 'delete', '--role-name', 'foreign', '--yes');
    expect(foreign.json.error).toMatchObject({ code: 'NotOurs' });
    expect(foreign.code).toBe(2);
    const missing = await run('role', 'delete', '--role-name', 'nobody', '--yes');
    expect(missing.json.error).toMatchObject({ code: 'RoleNotFound' });
  });

  it('cors set, show and check', async () => {
    expect((await run('bucket', 'create', 'player', '--yes')).code).toBe(0);
    const before = await run('cors', 'check', 'player', '--wait', '0');
    expect(before.code).toBe(1);
    const set = await run('cors', 'set', 'player', '--yes');
    expect(kinds(set.json)).toEqual(['cors']);
    const shown = await jsonHere<{ buckets: { bucket: string; rules: Json[] }[] }>(
      ['cors', 'show', 'player'],
      customer,
    );
    expect(shown.json.buckets[0]?.rules[0]).toMatchObject({
      ours: true,
      AllowedOrigins: ['https://av.acme.example', 'null'],
    });
    await run('apply', 'player', '--yes');
    const checked = await run('cors', 'check', 'player', '--wait', '1');
    expect(checked.json.checks.map((each) => each.id)).toEqual(
      expect.arrayContaining([
        'cors:acme-player:https://av.acme.example',
        'cors:acme-player:null',
        'cors.foreign-origin:acme-player',
      ]),
    );
    expect(checked.code, JSON.stringify(checked.json, null, 1)).toBe(0);
  });

  it('access-point create, show and delete', async () => {
    expect((await run('apply', 'upload', '--yes')).code).toBe(0);
    const shown = await jsonHere<{ accessPoints: Json[] }>(['access-point', 'show', 'upload'], customer);
    expect(shown.json.accessPoints[0]).toMatchObject({
      name: 'upload-point',
      accessPoint: { bucket: 'acme-upload', arn: expect.stringContaining(':accesspoint/upload-point') },
    });
    const removed = await run('access-point', 'delete', 'upload', '--yes');
    expect(removed.code, JSON.stringify(removed.json)).toBe(0);
    const after = await jsonHere<{ accessPoints: Json[] }>(['access-point', 'show', 'upload'], customer);
    expect(after.json.accessPoints[0]).toMatchObject({ accessPoint: null });
    expect((await run('access-point', 'create', 'upload', '--yes')).code).toBe(0);
    expect((await run('plan', 'upload', '--exit-code')).code).toBe(0);
    expect((await run('destroy', 'upload', '--yes')).code).toBe(0);
    expect(await sandbox.state()).toBe(empty);
  });

  it('user create and delete', async () => {
    expect((await run('bucket', 'create', 'player', '--yes')).code).toBe(0);
    const made = await run('user', 'create', 'player', '--yes');
    expect(made.code, JSON.stringify(made.json)).toBe(0);
    expect(made.json.connections[0]).toMatchObject({ secretFile: expect.stringContaining('player.credentials') });
    expect((await run('user', 'delete', 'player', '--yes')).code).toBe(0);
    expect((await run('destroy', 'player', '--yes')).code).toBe(0);
    expect(await sandbox.state()).toBe(empty);
  });
});
