import type { ProbeCredentials, ProbePort } from '../aws/ports.js';
import { accessPointArn, bucketRegion } from '../connection/names.js';
import type { ResolvedBucket } from '../connection/types.js';
import { bucketAccountOf, siteOf } from './evaluator/index.js';
import { onlyThroughAccessPoint } from './grants.js';
import type { Identity } from './identity.js';
import type { Job } from './job.js';
import { type Actor, createStage, type Stage } from './probes/stage.js';
import { bounded } from './run.js';

export interface BucketScene {
  readonly bucket: ResolvedBucket;
  readonly stage: Stage;
  readonly anybody: ProbePort;
  readonly actors: () => Promise<{ readonly bucket: Actor; readonly 'access-point': Actor } | undefined>;
}

/** Ports and probe objects of one bucket. The caller's seed is put while the role is still being assumed. */
export function bucketScene(job: Job, bucket: ResolvedBucket, identity: Promise<Identity>): BucketScene {
  const { run, survey: s, c } = job;
  const site = siteOf(bucket, s.facts);
  const probe = (place: { profile: string | undefined; region: string }, as: ProbeCredentials) =>
    bounded(run.aws.probe(place, as), run.limit);
  const point = bucket.accessPoint;
  const pointArn =
    point === undefined
      ? bucket.name
      : accessPointArn(s.facts.partition, bucketRegion(bucket, s.facts), bucketAccountOf(bucket, s.facts), point.name);
  const caller: Actor | undefined =
    s.caller === undefined || job.mode === 'simulate'
      ? undefined
      : { port: probe(site, 'caller'), target: bucket.name };
  const open = async () => {
    const { credentials } = await identity;
    if (credentials === undefined) return undefined;
    const port =
      credentials === 'caller' && site.profile === c.site.profile && caller !== undefined
        ? caller.port
        : probe({ profile: c.site.profile, region: site.region }, credentials);
    const direct = caller?.port === port ? caller : { port, target: bucket.name };
    return { bucket: direct, 'access-point': { port, target: pointArn } };
  };
  let opened: ReturnType<typeof open> | undefined;
  const actors = () => {
    opened ??= open();
    return opened;
  };
  const stage = createStage({
    bucket,
    identity: async () => (await actors())?.[onlyThroughAccessPoint(bucket) ? 'access-point' : 'bucket'],
    caller,
    settings: async () => {
      const [versioning, objectLock, notification] = await Promise.all([
        run.live.versioning(site, bucket.name),
        run.live.objectLock(site, bucket.name),
        run.live.notification(site, bucket.name),
      ]);
      return { versioning, objectLock, notification };
    },
    noWrite: run.o.noWrite === true || job.mode === 'simulate',
    allowResidue: run.o.allowResidue === true,
    onResidue: (what) => run.o.onEvent?.({ type: 'residue', connection: c.name, what }),
  });
  return { bucket, stage, anybody: probe({ profile: undefined, region: site.region }, 'anonymous'), actors };
}
