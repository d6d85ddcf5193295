import { describe, expect, it } from 'vitest';
import { EXTERNAL_ID, surprises, VENDOR, verifyWorld } from './world.js';

// IAM User Guide, "Troubleshooting general issues": changes are not visible everywhere at once.
describe('right after an apply, while IAM is still catching up', () => {
  for (const seed of [1, 2, 3]) {
    it(`"not yet" is told from "no" (seed ${seed})`, async () => {
      const world = await verifyWorld({ propagationSeconds: 3, seed });
      try {
        await world.bucket('acme-exports');
        const c = await world.resolve({
          template: 'bitmovin-analytics-output',
          name: 'exports',
          externalId: [EXTERNAL_ID],
          bucket: ['acme-exports:output:analytics/'],
        });
        const here = { ...c, site: { ...c.site, account: '111122223333' } };
        const made = world.make(here);
        await made;
        const waited: string[] = [];
        const report = await world.verify(here, await world.as(VENDOR), {
          waitSeconds: 30,
          afterApply: true,
          onEvent: (event) => {
            if (event.type === 'waiting' && event.ms !== undefined) waited.push(event.for);
          },
        });
        expect(surprises(report)).toEqual([]);
        expect(report.status).toBe('connected');
        // What was waited for is said, and the rows say how long it took.
        expect(waited.length).toBeGreaterThan(0);
        expect(Math.max(...report.checks.map(({ ms }) => ms))).toBeGreaterThan(500);
      } finally {
        await world.close();
      }
    });
  }

  it('mode self waits for its own statement, and the trust policy is as it was', async () => {
    const world = await verifyWorld({ propagationSeconds: 3, seed: 7 });
    try {
      await world.bucket('acme-exports');
      const c = await world.resolve({
        template: 'bitmovin-analytics-output',
        name: 'exports',
        externalId: [EXTERNAL_ID],
        bucket: ['acme-exports:output:analytics/'],
      });
      await world.make(c);
      await world.admin.ports({ region: 'us-east-1' }).iam.tagRole('exports', { 's3connect:connection': 'exports' });
      const before = await world.sandbox.state();
      const report = await world.verify(c, world.admin, { mode: 'self', waitSeconds: 30, afterApply: true });
      expect(surprises(report)).toEqual([]);
      expect(report.status).toBe('connected');
      expect(await world.sandbox.state()).toBe(before);
    } finally {
      await world.close();
    }
  });
});
