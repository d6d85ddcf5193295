import pLimit from 'p-limit';
import type { AwsAccess, AwsPorts } from '../aws/ports.js';
import type { Site } from '../connection/types.js';

/** One run's reads: each document is asked for once, and no more than `concurrency` calls are under way. */
export interface Run {
  readonly aws: AwsAccess;
  /** The answer of the first asking under `key`; later ones share it. */
  once<T>(key: string, ask: () => Promise<T>): Promise<T>;
  /** A call of its own, within the same bound. */
  call<T>(ask: () => Promise<T>): Promise<T>;
}

/** Starts a run with an empty cache. `ask` must be a leaf: one that waits for another bounded call could wait forever. */
export function startRun(aws: AwsAccess, concurrency = 16): Run {
  const limit = pLimit(Math.max(1, concurrency));
  const answers = new Map<string, Promise<unknown>>();
  return {
    aws,
    call: (ask) => limit(ask),
    once<T>(key: string, ask: () => Promise<T>): Promise<T> {
      const known = answers.get(key);
      if (known !== undefined) return known as Promise<T>;
      const answer = limit(ask);
      answers.set(key, answer);
      return answer;
    },
  };
}

type Reach = Pick<Site, 'profile' | 'ownProfile' | 'region'>;

/** Which credentials a site is reached with: a bucket's own profile is another source than the same name in the file. */
const sourceOf = ({ profile = '', ownProfile = false }: Reach): string => `${ownProfile ? 'own:' : ''}${profile}`;

/** One document as one set of credentials in one region sees it. */
export function readOnce<T>(run: Run, site: Reach, key: string, ask: (ports: AwsPorts) => Promise<T>): Promise<T> {
  return run.once(`${sourceOf(site)}|${site.region}|${key}`, () => ask(run.aws.ports(site)));
}

export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly partition: string;
}

/** Who the credentials of a site belong to; asked once per profile, whatever the region. */
export async function callerOf(run: Run, site: Reach): Promise<Caller> {
  const { account, arn } = await run.once(`${sourceOf(site)}|GetCallerIdentity`, () =>
    run.aws.ports(site).sts.getCallerIdentity(),
  );
  return { account, arn, partition: arn.split(':')[1] ?? 'aws' };
}
