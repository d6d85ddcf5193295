import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/connection/generate.js';
import { handoffOf } from '../../src/connection/handoff.js';
import type { Facts, ResolvedConnection } from '../../src/connection/types.js';
import { lintPolicy } from '../../src/policy/lint/index.js';
import type { PolicyDocument, PolicyKind } from '../../src/policy/types.js';
import { listTemplates } from '../../src/template/catalogue.js';
import { settingsFor } from '../../src/template/settings.js';
import type { Method, Template } from '../../src/template/types.js';
import { resolveEntry } from '../helpers/connections.js';

/** Every template, method and partition; `node scripts/update-golden.mjs` writes the files anew. */
const PARTITIONS = { aws: 'eu-west-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' } as const;
const UPDATE = process.env.UPDATE_GOLDEN === '1';

const KINDS: Readonly<Record<string, PolicyKind>> = {
  'trust-policy': 'trust',
  'role-policy': 'identity',
  'managed-policy': 'identity',
  'user-policy': 'identity',
  'bucket-policy': 'bucket',
  'access-point-policy': 'access-point',
  'topic-policy': 'topic',
};

const templates = await listTemplates();

function entryFor(template: Template, method: Method, partition: keyof typeof PARTITIONS): Record<string, unknown> {
  const settings = settingsFor(template, method);
  const levels = Object.keys(settings.access);
  const access = levels.includes('output') ? 'output' : levels.includes('input') ? 'input' : ['read'];
  const trusts = method === 'role' || method === 'bucket-policy';
  const given = trusts && settings.principals?.[partition] === undefined;
  const withId = method === 'role' && (settings.externalId?.mode ?? 'optional') !== 'none';
  const open = method === 'anonymous';
  return {
    template: template.id,
    method,
    account: '111122223333',
    ...(method === 'existing-role' ? { role: { name: 'app-JobsTaskStack-1-ECSTaskRole-2' } } : {}),
    trust: {
      ...(given ? { principals: [`arn:${partition}:iam::444455556666:role/vendor`] } : {}),
      ...(withId ? { externalIds: ['0d5f1a3e-7c0b-4a1e-9f53-2f0c8f9e6b11'] } : {}),
    },
    pinAccount: true,
    buckets: [
      {
        name: 'acme-media',
        access,
        prefix: 'videos/',
        create: true,
        ...(open ? {} : { confine: true }),
        ...(settings.cors?.use === 'none' ? {} : { cors: { allowedOrigins: ['https://app.acme.example'] } }),
        ...(settings.notifications?.use === 'none' ? {} : { notifications: { snsTopic: 'acme-new-files' } }),
      },
      {
        name: 'acme-archive',
        access,
        ...(settings.accessPoint?.use === 'none' || open ? {} : { accessPoint: { name: 'acme-archive-ap' } }),
      },
    ],
  };
}

const cases = templates.flatMap((template) =>
  template.methods.flatMap((method) =>
    (Object.keys(PARTITIONS) as (keyof typeof PARTITIONS)[]).map((partition) => ({ template, method, partition })),
  ),
);

describe('golden documents', () => {
  it.each(cases)('$template.id $method $partition', async ({ template, method, partition }) => {
    const c: ResolvedConnection = await resolveEntry(
      entryFor(template, method, partition),
      {},
      {
        defaults: { region: PARTITIONS[partition] },
      },
    );
    const facts: Facts = {
      account: '111122223333',
      partition,
      secretFile: '/home/me/.local/state/s3connect/c.credentials',
    };
    const documents = documentsOf(c, facts);
    const made = `${JSON.stringify({ documents, handoff: handoffOf(c, facts) }, null, 2)}\n`;
    const file = fileURLToPath(new URL(`../golden/${template.id}/${method}.${partition}.json`, import.meta.url));
    if (UPDATE) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, made);
    }
    expect(existsSync(file), `${file} is missing: node scripts/update-golden.mjs`).toBe(true);
    expect(made).toBe(await readFile(file, 'utf8'));
    expect(made).not.toContain(partition === 'aws' ? 'arn:aws-' : 'arn:aws:');

    const errors = documents.flatMap(({ kind, document }) => {
      const policy = KINDS[kind];
      if (policy === undefined) return [];
      return lintPolicy(document as PolicyDocument, { kind: policy, account: '111122223333', partition })
        .filter((finding) => finding.severity === 'error')
        .map((finding) => `${kind}: ${finding.id} ${finding.message}`);
    });
    // Reading without credentials is public on purpose: only `--allow-public` lets it through.
    if (method !== 'anonymous') expect(errors).toEqual([]);
  });
});
