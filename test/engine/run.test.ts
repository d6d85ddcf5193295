import { expect, it } from 'vitest';
import type { AwsAccess, AwsPorts } from '../../src/aws/ports.js';
import { callerOf, readOnce, startRun } from '../../src/engine/run.js';

/** An account for each way to credentials, as where keys in the environment go before the file's profile. */
const access = {
  ports: ({ ownProfile }) =>
    ({
      sts: {
        getCallerIdentity: async () => {
          const account = ownProfile === true ? '444455556666' : '111122223333';
          return { account, arn: `arn:aws:iam::${account}:user/me`, userId: 'AIDAEXAMPLE' };
        },
      },
      s3: { listBuckets: async () => [ownProfile === true ? 'theirs' : 'mine'] },
    }) as unknown as AwsPorts,
} as AwsAccess;

it("keeps apart what a bucket's own profile sees from what the same profile of the file sees", async () => {
  const run = startRun(access);
  const site = { profile: 'media', region: 'us-east-1' };
  const own = { ...site, ownProfile: true };
  expect((await callerOf(run, site)).account).toBe('111122223333');
  expect((await callerOf(run, own)).account).toBe('444455556666');
  expect(await readOnce(run, site, 'ListBuckets', (ports) => ports.s3.listBuckets())).toEqual(['mine']);
  expect(await readOnce(run, own, 'ListBuckets', (ports) => ports.s3.listBuckets())).toEqual(['theirs']);
});

it('asks once for what is asked under the same credentials', async () => {
  let asked = 0;
  const run = startRun(access);
  const ask = () =>
    readOnce(run, { profile: 'media', region: 'us-east-1' }, 'count', async () => {
      asked += 1;
      return asked;
    });
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
});
