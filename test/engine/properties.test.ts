import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionsFile } from '../../src/connection/types.js';
import { execute } from '../../src/engine/execute.js';
import { prepare } from '../../src/engine/prepare.js';
import { canonicalPolicy } from '../../src/policy/equal.js';
import type { PolicyDocument } from '../../src/policy/types.js';
import { type Rig, rig, writesOf } from './sandbox.js';

let r: Rig;
beforeAll(async () => {
  r = await rig();
});
afterAll(() => r.close());

const bucketNames = ['prop-one', 'prop-two', 'prop-three'] as const;
const bucket = (prefix: string) =>
  fc.record({
    name: fc.constantFrom(...bucketNames),
    prefix: fc.constant(prefix),
    create: fc.constant(true),
    confine: fc.boolean(),
  });
const cors = fc.option(
  fc.record({ allowedOrigins: fc.constantFrom(['https://a.example'], ['https://*.b.example', 'https://c.example']) }),
  {
    nil: undefined,
  },
);
const point = (name: string) =>
  fc.option(fc.record({ name: fc.constant(name), direct: fc.boolean() }), { nil: undefined });

/** Any mixture of methods on few buckets, so that documents are shared. */
const connections = fc.record(
  {
    exports: fc.record({
      template: fc.constant('bitmovin-analytics-output'),
      trust: fc.record({
        externalIds: fc.constantFrom(['an-external-id-of-one'], ['an-external-id-of-one', 'and-of-another']),
      }),
      policy: fc.record({ kind: fc.constantFrom('inline', 'managed'), name: fc.constant('exports-policy') }),
      pinAccount: fc.boolean(),
      buckets: fc.tuple(bucket('exports/')),
    }),
    seen: fc.record({
      template: fc.constant('coactive'),
      method: fc.constantFrom('role', 'bucket-policy'),
      buckets: fc.tuple(bucket('seen/')),
    }),
    video: fc
      .tuple(
        bucket('video/'),
        cors,
        point('prop-video-ap'),
        fc.constantFrom('input', ['read', 'list', 'write', 'delete']),
      )
      .map(([base, rules, accessPoint, access]) => ({
        template: 'accurate-video',
        method: 'bucket-policy',
        trust: { principals: ['222233334444', 'arn:aws:iam::333344445555:role/player'] },
        buckets: [
          {
            ...base,
            access,
            ...(rules === undefined ? {} : { cors: rules }),
            ...(accessPoint === undefined ? {} : { accessPoint }),
          },
        ],
      })),
    uploads: fc.tuple(bucket('uploads/'), point('prop-uploads-ap')).map(([base, accessPoint]) => ({
      template: 'videsk',
      user: { name: 'prop-uploader' },
      buckets: [{ ...base, ...(accessPoint === undefined ? {} : { accessPoint }) }],
    })),
  },
  { requiredKeys: [] },
);

describe('for any connections', () => {
  it('a plan after an apply is empty, an apply after an apply writes nothing, and destroy gives everything back', async () => {
    const clean = await r.state();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(connections, fc.boolean(), async (entries, reversed) => {
        if (Object.keys(entries).length === 0) return;
        const secretFile = `${r.folder}/secret-${run++}`;
        const file = { connections: entries } as unknown as ConnectionsFile;
        const all = await r.resolve(file);
        const done = await execute(await prepare({ connections: all, goal: 'present', aws: r.aws, secretFile }));
        expect(done.connections.map(({ error }) => error)).toEqual(all.map(() => undefined));
        const again = reversed ? [...all].reverse() : all;
        r.calls.length = 0;
        const second = await execute(await prepare({ connections: again, goal: 'present', aws: r.aws, secretFile }));
        const changed = second.connections.flatMap(({ changes }) => changes.filter(({ action }) => action !== 'none'));
        expect(changed).toEqual([]);
        expect(writesOf(r.calls)).toEqual([]);
        // One after the other, in any order: what one leaves is what the other takes.
        for (const one of again) {
          await execute(await prepare({ connections: [one], goal: 'absent', aws: r.aws, secretFile }));
        }
        await execute(await prepare({ connections: all, goal: 'absent', aws: r.aws, secretFile }));
        expect(await r.state()).toBe(clean);
      }),
      { numRuns: 12 },
    );
  }, 180_000);

  it('statements of others survive, whatever they are', async () => {
    const { s3 } = r.aws.ports({ region: 'us-east-1' });
    await s3.createBucket('prop-shared', 'us-east-1', 'BucketOwnerEnforced');
    const statement = fc.record({
      Sid: fc.constantFrom('One', 'Two', 'S3ConnectLookalike'),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.constantFrom({ AWS: '333344445555' }, { AWS: ['333344445555', '222233334444'] }),
      Action: fc.constantFrom('s3:GetObject', ['s3:PutObject', 's3:GetObject']),
      Resource: fc.constantFrom('arn:aws:s3:::prop-shared/*', [
        'arn:aws:s3:::prop-shared/a/*',
        'arn:aws:s3:::prop-shared/b/*',
      ]),
    });
    const entry = { coa: { template: 'coactive', method: 'bucket-policy', buckets: [{ name: 'prop-shared' }] } };
    const [connection] = await r.resolve({ connections: entry } as unknown as ConnectionsFile);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(statement, { minLength: 1, maxLength: 3, selector: ({ Sid }) => Sid }),
        async (list) => {
          const foreign = { Version: '2012-10-17', Statement: list } as PolicyDocument;
          await s3.putBucketPolicy('prop-shared', foreign);
          const before = await s3.getBucketPolicy('prop-shared');
          await execute(await prepare({ connections: [connection!], goal: 'present', aws: r.aws }));
          await execute(await prepare({ connections: [connection!], goal: 'absent', aws: r.aws }));
          const after = await s3.getBucketPolicy('prop-shared');
          expect(canonicalPolicy(after!)).toBe(canonicalPolicy(before!));
          expect(JSON.stringify(after)).toBe(JSON.stringify(before));
        },
      ),
      { numRuns: 15 },
    );
  });
});
