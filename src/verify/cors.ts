import type { ResolvedConnection } from '../connection/types.js';
import { siteOf } from './evaluator/index.js';
import { corsRows } from './expected.js';
import { startRun } from './index.js';
import { skipped } from './judge.js';
import { insideKey } from './keys.js';
import { probeOrigin, probeStranger } from './probes/browser.js';
import { bounded, settle } from './run.js';
import { survey } from './survey.js';
import type { Check, VerifyOptions } from './types.js';

/**
 * The `cors:` and `cors.foreign-origin:` rows alone, for `cors check`: real preflights and GETs with an Origin, sent as
 * a browser sends them.
 */
export async function checkCors(
  connections: readonly ResolvedConnection[],
  o: Pick<VerifyOptions, 'aws' | 'waitSeconds' | 'signal' | 'onEvent' | 'clock' | 'concurrency'>,
): Promise<readonly Check[]> {
  const run = startRun(o);
  const checks = await Promise.all(
    connections.map(async (c) => {
      const found = await survey(c, run.aws, run.live, { needsCaller: false });
      const rows = c.buckets.flatMap((bucket) => corsRows(c, bucket));
      return Promise.all(
        rows.map(async (row) => {
          const { bucket } = row;
          const cors = bucket?.cors;
          if (bucket === undefined || cors === undefined) return skipped(row, 'no CORS is declared');
          if (found.facts.buckets?.[bucket.name] === undefined)
            return skipped(row, `there is no bucket ${bucket.name}`);
          const region = siteOf(bucket, found.facts).region;
          const anybody = bounded(run.aws.probe({ region }, 'anonymous'), run.limit);
          const page = { anybody, bucket: bucket.name, key: insideKey(bucket.prefix, 'cors'), cors };
          return settle(row, () => (row.kind === 'cors' ? probeOrigin(row.origin ?? '', page) : probeStranger(page)), {
            run,
            scene: { connection: c, survey: found },
            allowsSettled: Promise.resolve(),
          });
        }),
      );
    }),
  );
  return checks.flat();
}
