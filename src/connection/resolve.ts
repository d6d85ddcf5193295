import { schemaIssues } from '../template/issues.js';
import { parameterValues } from '../template/parameters.js';
import { knownKeysAt } from '../template/schema.js';
import { settingsFor } from '../template/settings.js';
import { sentence } from '../template/text.js';
import type { ParameterValue } from '../template/types.js';
import { type MergedEntry, mergeEntries, type ResolveInput } from './merge-entries.js';
import { ownerOf } from './owner.js';
import { connectionPointer, type Places } from './places.js';
import { resolveBucket } from './resolve-bucket.js';
import { nameLookup, policyOf, roleOf, userOf } from './resolve-identity.js';
import { checkTrust } from './resolve-trust.js';
import { connectionSchema } from './schema.js';
import type { ConnectionEntry, ResolvedBucket, ResolvedConnection, Site } from './types.js';
import { type Fault, regionFault, tagFault } from './values.js';

export type { ResolveInput } from './merge-entries.js';

/**
 * Joins template, file and flags to connections that are ready to be compiled, and checks every value of them.
 *
 * @param input file and flags; `names` empty means all connections of the file
 * @throws S3ConnectError with the contract's code, the place (pointer with line and column, or flag) and a remedy
 */
export async function resolveConnections(input: ResolveInput): Promise<readonly ResolvedConnection[]> {
  const merged = await mergeEntries(input);
  return merged.map((one) => resolveOne(one, input));
}

function resolveOne(merged: MergedEntry, input: ResolveInput): ResolvedConnection {
  const { name, entry, places } = merged;
  const { template, builtin } = merged.loaded;
  const data = input.file?.data;
  const defaults = data?.defaults;
  const at = connectionPointer(name);
  const fail = (key: string, message: string, hint: string): never => places.fail(`${at}${key}`, message, hint);
  const check = (key: string, fault: Fault | undefined) => {
    if (fault !== undefined) fail(key, sentence(fault.message), fault.hint);
  };

  checkShape(entry, at, places);
  const method = entry.method ?? (template.methods[0] as ResolvedConnection['method']);
  if (!template.methods.includes(method)) {
    fail(
      '/method',
      `The template ${template.id} doesn't offer the method ${method}.`,
      `It offers ${template.methods.join(', ')}.`,
    );
  }
  const settings = settingsFor(template, method);
  const regionText = input.region ?? entry.region ?? defaults?.region;
  if (input.region !== undefined) places.note(`${at}/region`, '--region');
  if (regionText !== undefined) {
    const wrong = regionFault(regionText);
    if (wrong !== undefined)
      places.fail(
        (input.region ?? entry.region) ? `${at}/region` : '/defaults/region',
        sentence(wrong.message),
        wrong.hint,
      );
  }
  const site: Site = {
    account: entry.account ?? defaults?.account,
    profile: entry.profile ?? defaults?.profile,
    region: regionText ?? input.defaultRegion ?? 'us-east-1',
    regionGiven: regionText !== undefined,
  };
  const params = paramsOf(entry, at, merged, places);
  const names = nameLookup(name, site, params);

  checkTrust(entry, at, method, settings, site, template.vendor, places);
  const tags = { ...defaults?.tags, ...entry.tags };
  for (const [key, value] of Object.entries(tags)) {
    const wrong = tagFault(key, value);
    const place = entry.tags !== undefined && Object.hasOwn(entry.tags, key) ? `${at}/tags` : '/defaults/tags';
    if (wrong !== undefined) places.fail(`${place}/${key}`, sentence(wrong.message), wrong.hint);
  }
  if (Object.keys(tags).length > 45)
    fail('/tags', 'There are more than 45 tags.', 'AWS allows 50, and s3connect needs some of its own.');

  const role = roleOf(entry, method, settings, name, names, { at, fail, check });
  const user = method === 'user' ? userOf(entry, settings, name, names, { at, fail, check }) : undefined;
  const policy = policyOf(entry, settings, name, names, { at, fail, check });
  const buckets = entry.buckets.map((bucket, i) =>
    resolveBucket(bucket, `${at}/buckets/${i}`, {
      connection: name,
      template,
      settings,
      method,
      site,
      params,
      places,
    }),
  );
  checkOverlap(buckets, at, places);
  const namespace = data?.namespace ?? null;
  return {
    name,
    pointer: merged.inFile ? at : '',
    owner: ownerOf(namespace, name),
    template,
    builtin,
    method,
    site,
    role,
    user,
    policy,
    trust: {
      principals:
        entry.trust?.principals === undefined || entry.trust.principals.length === 0
          ? undefined
          : [...new Set(entry.trust.principals)],
      externalIds: [...new Set(entry.trust?.externalIds ?? [])],
      ...(merged.changed && input.flags.removeExternalId !== undefined
        ? { removedExternalIds: input.flags.removeExternalId }
        : {}),
      verifiers: [...new Set(entry.trust?.verifiers ?? [])],
    },
    externalId: settings.externalId ?? { mode: 'optional', issued: 'customer' },
    params,
    pinAccount: entry.pinAccount === true,
    tags,
    buckets,
  };
}

/** The schema once more, on what file and flags make together: here for its contents. */
function checkShape(entry: ConnectionEntry, at: string, places: Places): void {
  if (entry.buckets.length === 0) {
    places.fail(
      `${at}/buckets`,
      'The connection has no bucket.',
      'Name it: --bucket NAME, or "buckets" in the file.',
      'BadUsage',
    );
  }
  const parsed = connectionSchema.safeParse(entry);
  if (parsed.success) return;
  const issue = schemaIssues(parsed.error, entry, (path) => knownKeysAt(connectionSchema, path))[0];
  if (issue === undefined) return;
  const code =
    issue.kind === 'shape' && places.pathOf(`${at}${issue.pointer}`).startsWith('/') ? 'BadFile' : 'BadValue';
  places.fail(`${at}${issue.pointer}`, sentence(issue.message), issue.hint, code);
}

function paramsOf(
  entry: ConnectionEntry,
  at: string,
  merged: MergedEntry,
  places: Places,
): Readonly<Record<string, ParameterValue>> {
  // A parameter that every bucket gives for itself isn't missing for the connection.
  const everywhere = Object.keys(merged.loaded.template.parameters ?? {}).filter((key) =>
    entry.buckets.every((bucket) => bucket.params !== undefined && Object.hasOwn(bucket.params, key)),
  );
  const parameters = merged.loaded.template.parameters ?? {};
  const template = {
    ...merged.loaded.template,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [
        key,
        everywhere.includes(key) ? { ...value, required: false } : value,
      ]),
    ),
  };
  const result = parameterValues(template, entry.params ?? {});
  if (!('fault' in result)) return result.values;
  const { fault } = result;
  return places.fail(`${at}/params/${fault.name}`, sentence(fault.message), fault.hint);
}

function checkOverlap(buckets: readonly ResolvedBucket[], at: string, places: Places): void {
  buckets.forEach((bucket, i) => {
    const other = buckets.findIndex(
      (one, j) =>
        j < i &&
        one.name === bucket.name &&
        (one.prefix.startsWith(bucket.prefix) || bucket.prefix.startsWith(one.prefix)),
    );
    if (other < 0) return;
    const one = buckets[other] as ResolvedBucket;
    places.fail(
      `${at}/buckets/${i}/${bucket.prefix === '' ? 'name' : 'prefix'}`,
      `The bucket "${bucket.name}" is there twice, and the prefixes "${one.prefix}" and "${bucket.prefix}" overlap.`,
      'Put them into one entry, or use prefixes that have nothing in common.',
    );
  });
  const points = buckets.flatMap((bucket, i) =>
    bucket.accessPoint === undefined ? [] : [{ bucket, i, name: bucket.accessPoint.name }],
  );
  points.forEach(({ bucket, i, name }, n) => {
    const clash = points
      .slice(0, n)
      .find(
        (one) => one.name === name && one.bucket.site.region === bucket.site.region && one.bucket.name !== bucket.name,
      );
    if (clash !== undefined) {
      places.fail(
        `${at}/buckets/${i}/accessPoint/name`,
        `The access point "${name}" is there for two buckets.`,
        'An access point belongs to one bucket: name another.',
      );
    }
  });
}
