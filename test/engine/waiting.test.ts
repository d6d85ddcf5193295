import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { patienceFor } from '../../src/engine/patience.js';
import { prepare } from '../../src/engine/prepare.js';
import type { EngineEvent } from '../../src/engine/types.js';
import { S3ConnectError } from '../../src/errors.js';
import { type Rig, rig } from './sandbox.js';

let r: Rig | undefined;
afterEach(() => r?.close());

const connections = {
  bit: {
    template: 'bitmovin-analytics-output',
    trust: { externalIds: ['4f0c6b1e-3a52-4c57-9d64-0b7a1c2d3e4f'] },
    policy: { kind: 'managed', name: 'bit-exports' },
    buckets: [{ name: 'acme-exports', create: true }],
  },
  videsk: {
    template: 'videsk',
    buckets: [{ name: 'acme-videsk', prefix: 'uploads/', create: true, confine: true }],
  },
} as unknown as ConnectionsFile['connections'];

// IAM User Guide, "Changes that I make are not always immediately visible".
describe('what is not visible yet', () => {
  it.each([1, 2])('is waited for and said, seed %i', async (seed) => {
    r = await rig({ propagationSeconds: 3, seed });
    const before = await r.state();
    const cs = await r.resolve({ connections });
    const secretFile = join(r.folder, 'secret');
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent) => events.push(event);
    const done = await execute(await prepare({ connections: cs, goal: 'present', aws: r.aws, secretFile }), {
      onEvent,
    });
    expect(done.connections.map(({ error }) => error)).toEqual([undefined, undefined]);
    const waits = events.filter((event) => event.type === 'waiting');
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.filter(({ ms }) => ms !== undefined).length).toBe(waits.length / 2);
    const again = await prepare({ connections: cs, goal: 'present', aws: r.aws, secretFile });
    expect(again.plan.summary).toMatchObject({ create: 0, update: 0 });
    const gone = await execute(await prepare({ connections: cs, goal: 'absent', aws: r.aws, secretFile }), { onEvent });
    expect(gone.connections.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await r.state()).toBe(before);
  });

  const recent = { names: new Set(['arn:aws:iam::111122223333:role/new']), keys: new Set<string>() };
  const nothing = { names: new Set<string>(), keys: new Set<string>() };
  const error = (awsCode: string, message = awsCode) => new S3ConnectError('AwsError', message, { awsCode });
  it('is told from "no"', () => {
    const invalid = error('MalformedPolicy', 'Invalid principal in policy');
    expect(patienceFor(invalid, recent, 'arn:aws:iam::111122223333:role/new', 'b')?.budgetMs).toBe(120_000);
    expect(patienceFor(invalid, nothing, 'arn:aws:iam::444455556666:role/x', 'b')?.budgetMs).toBe(15_000);
    const bucketOnly = { names: new Set(['acme-exports']), keys: new Set<string>() };
    expect(patienceFor(invalid, bucketOnly, 'arn:aws:s3:::acme-exports', 'acme-exports')?.budgetMs).toBe(15_000);
    expect(patienceFor(error('MalformedPolicy', 'Policy has invalid action'), recent, '', 'b')).toBeUndefined();
    expect(patienceFor(error('DeleteConflict'), recent, '', 'r')?.reread).toBe(false);
    expect(patienceFor(error('ConcurrentModification'), nothing, '', 'r')?.reread).toBe(true);
    expect(patienceFor(error('AccessDenied', 'because of BlockPublicPolicy'), nothing, '', 'b')).toBeUndefined();
    const opened = { names: new Set(['b']), keys: new Set(['public-access-block|b']) };
    expect(patienceFor(error('AccessDenied', 'Access Denied'), opened, '', 'b')).toBeDefined();
    expect(patienceFor(error('LimitExceeded'), recent, '', 'r')).toBeUndefined();
    expect(patienceFor(new Error('a bug'), recent, '', 'r')).toBeUndefined();
  });
});

describe('an interruption', () => {
  it('lets the call under way finish, starts no other, and says what was done', async () => {
    r = await rig();
    const cs = await r.resolve({ connections });
    const planned = await prepare({
      connections: cs,
      goal: 'present',
      aws: r.aws,
      secretFile: join(r.folder, 's'),
      concurrency: 1,
    });
    const stop = new AbortController();
    const onEvent = (event: EngineEvent) => {
      if (event.type === 'changed') stop.abort();
    };
    const done = await execute(planned, { onEvent, signal: stop.signal });
    const statuses = done.connections.flatMap(({ changes }) => changes.map(({ status }) => status));
    expect(statuses.filter((status) => status === 'done')).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set(['done', 'skipped']));
    expect(done.connections.some(({ error }) => error?.code === 'Interrupted')).toBe(true);
    const finished = await execute(
      await prepare({ connections: cs, goal: 'present', aws: r.aws, secretFile: join(r.folder, 's') }),
    );
    expect(finished.connections.map(({ error }) => error)).toEqual([undefined, undefined]);
  });
});
