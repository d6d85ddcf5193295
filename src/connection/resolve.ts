import { S3ConnectError } from '../errors.js';
import { folderOf, loadTemplate } from '../template/catalogue.js';
import { schemaIssues } from '../template/issues.js';
import { parameterValues } from '../template/parameters.js';
import { principalFault, principalKind } from '../template/principals.js';
import { knownKeysAt } from '../template/schema.js';
import { settingsFor } from '../template/settings.js';
import { placeholdersIn, substitute } from '../template/substitute.js';
import { printable, sentence } from '../template/text.js';
import type { ParameterValue, TemplateSettings } from '../template/types.js';
import { applyFlags, selectConnections } from './flags.js';
import type { LoadedFile } from './load.js';
import { ownerOf } from './owner.js';
import { connectionPointer, type Places, placesOf } from './places.js';
import { resolveBucket } from './resolve-bucket.js';
import { CONNECTION_NAME, connectionSchema } from './schema.js';
import type { ConnectionEntry, ConnectionFlags, ResolvedBucket, ResolvedConnection, Site } from './types.js';
import {
  boundaryFault,
  descriptionFault,
  entityNameFault,
  externalIdFault,
  type Fault,
  pathFault,
  policyNameFault,
  regionFault,
  roleGlobFault,
  tagFault,
} from './values.js';

export interface ResolveInput {
  readonly file: LoadedFile | undefined;
  readonly flags: ConnectionFlags;
  readonly names: readonly string[];
  readonly cwd: string;
  /** `--region`: goes before the file's. */
  readonly region?: string;
  /** What the environment or profile says; used where neither flag nor file does. */
  readonly defaultRegion?: string;
}

/** An entry with flags applied, and everything that is needed to resolve it. */
export interface MergedEntry {
  readonly name: string;
  readonly entry: ConnectionEntry;
  readonly inFile: boolean;
  /** True where flags changed or made it. */
  readonly changed: boolean;
  readonly places: Places;
  readonly loaded: Awaited<ReturnType<typeof loadTemplate>>;
}

/**
 * The connections that a command means, as written in file and flags, with their templates.
 *
 * @throws S3ConnectError UnknownConnection, UnknownTemplate, BadTemplate, BadUsage
 */
export async function mergeEntries(input: ResolveInput): Promise<readonly MergedEntry[]> {
  const { file, flags, names, cwd } = input;
  const fromFlag = flags.template === undefined ? undefined : await templateAt(flags.template, cwd, '--template');
  const selection = selectConnections(file?.data, flags, names, fromFlag?.template.id);
  return Promise.all(
    selection.names.map(async (name): Promise<MergedEntry> => {
      const entries = file?.data.connections ?? {};
      const own = Object.hasOwn(entries, name) ? entries[name] : undefined;
      const places = placesOf(own === undefined ? undefined : file);
      const changed = name === selection.target;
      const at = connectionPointer(name);
      if (!CONNECTION_NAME.test(name)) {
        throw new S3ConnectError('BadValue', `"${printable(name)}" is no name of a connection.`, {
          path: '--name',
          hint: 'Use lower-case letters, digits and hyphens, at most 48, not beginning with a hyphen.',
        });
      }
      const loaded =
        changed && fromFlag !== undefined
          ? fromFlag
          : await templateAt(
              own?.template ?? '',
              file === undefined ? cwd : folderOf(file.file),
              `${at}/template`,
              places,
            );
      const entry = changed ? applyFlags(own, name, flags, loaded.template, places) : (own as ConnectionEntry);
      return { name, entry, inFile: own !== undefined, changed, places, loaded };
    }),
  );
}

async function templateAt(ref: string, dir: string, path: string, places?: Places) {
  try {
    return await loadTemplate(ref, dir);
  } catch (error) {
    if (!(error instanceof S3ConnectError) || error.path !== undefined) throw error;
    if (places !== undefined) return places.fail(path, error.message, error.hint ?? '', error.code);
    throw new S3ConnectError(error.code, error.message, {
      path,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

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

interface Checks {
  readonly at: string;
  readonly fail: (key: string, message: string, hint: string) => never;
  readonly check: (key: string, fault: Fault | undefined) => void;
}

type Names = (path: string) => unknown;

/** What the names of role, user and policy may be made of. */
function nameLookup(name: string, site: Site, params: Readonly<Record<string, ParameterValue>>): Names {
  return (path) => {
    if (path === 'connection.name') return name;
    if (path === 'aws.account') return site.account;
    if (path === 'aws.region') return site.region;
    if (path === 'aws.partition') {
      return site.region.startsWith('cn-') ? 'aws-cn' : site.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
    }
    return path.startsWith('params.') && Object.hasOwn(params, path.slice(7)) ? params[path.slice(7)] : undefined;
  };
}

/** A name or description of the template, with its `{{…}}` filled in. */
function templated(text: string | undefined, names: Names, key: string, checks: Checks): string | undefined {
  if (text === undefined) return undefined;
  const missing = placeholdersIn(text).find((path) => names(path) === undefined);
  if (missing !== undefined) {
    const what = missing === 'aws.account' ? 'the account' : `the parameter ${missing.slice(7)}`;
    checks.fail(
      key,
      `The template names it after ${what}, which is not given.`,
      missing === 'aws.account' ? 'Give "account" in the file.' : `Give --param ${missing.slice(7)}=VALUE.`,
    );
  }
  return String(substitute(text, names));
}

function roleOf(
  entry: ConnectionEntry,
  method: ResolvedConnection['method'],
  settings: TemplateSettings,
  name: string,
  names: Names,
  checks: Checks,
): ResolvedConnection['role'] {
  const { check, fail } = checks;
  if (method === 'existing-role') {
    const given = entry.role?.name ?? templated(settings.role?.name, names, '/role/name', checks);
    if (given === undefined)
      return fail(
        '/role/name',
        'Which role it is, is not given.',
        'Give "role": { "name": … } or --role-name; it may be a glob.',
      );
    check('/role/name', roleGlobFault(given));
    const other = Object.keys(entry.role ?? {}).find((key) => key !== 'name' && key !== 'path');
    if (other !== undefined)
      fail(`/role/${other}`, `A role that is already there keeps its ${other}.`, `Remove "${other}".`);
    const path = entry.role?.path ?? '/';
    check('/role/path', pathFault(path));
    return { name: given, path, description: undefined, permissionsBoundary: undefined, maxSessionDuration: undefined };
  }
  if (method !== 'role') return undefined;
  const own = templated(settings.role?.name, names, '/role/name', checks);
  if (settings.role?.fixed === true && own !== undefined && entry.role?.name !== undefined && entry.role.name !== own) {
    fail('/role/name', `The vendor finds the role by its name: it must be "${own}".`, `Remove it, or write "${own}".`);
  }
  const given = entry.role?.name ?? own ?? name;
  check('/role/name', entityNameFault('role', given));
  const path = entry.role?.path ?? '/';
  check('/role/path', pathFault(path));
  const description =
    entry.role?.description ?? templated(settings.role?.description, names, '/role/description', checks);
  if (description !== undefined) check('/role/description', descriptionFault(description));
  if (entry.role?.permissionsBoundary !== undefined)
    check('/role/permissionsBoundary', boundaryFault(entry.role.permissionsBoundary));
  return {
    name: given,
    path,
    description,
    permissionsBoundary: entry.role?.permissionsBoundary,
    maxSessionDuration: entry.role?.maxSessionDuration,
  };
}

function userOf(
  entry: ConnectionEntry,
  settings: TemplateSettings,
  name: string,
  names: Names,
  checks: Checks,
): ResolvedConnection['user'] {
  const given = entry.user?.name ?? templated(settings.user?.name, names, '/user/name', checks) ?? name;
  checks.check('/user/name', entityNameFault('user', given));
  const path = entry.user?.path ?? '/';
  checks.check('/user/path', pathFault(path));
  if (entry.user?.permissionsBoundary !== undefined) {
    checks.check('/user/permissionsBoundary', boundaryFault(entry.user.permissionsBoundary));
  }
  return { name: given, path, permissionsBoundary: entry.user?.permissionsBoundary };
}

function policyOf(
  entry: ConnectionEntry,
  settings: TemplateSettings,
  name: string,
  names: Names,
  checks: Checks,
): ResolvedConnection['policy'] {
  const kind = entry.policy?.kind ?? settings.policy?.kind ?? 'inline';
  const fallback = kind === 'managed' ? `s3connect-${name}` : 's3connect';
  const given = entry.policy?.name ?? templated(settings.policy?.name, names, '/policy/name', checks) ?? fallback;
  checks.check('/policy/name', policyNameFault(given));
  const description =
    entry.policy?.description ?? templated(settings.policy?.description, names, '/policy/description', checks);
  if (description !== undefined) checks.check('/policy/description', descriptionFault(description));
  return { kind, name: given, description };
}

function checkTrust(
  entry: ConnectionEntry,
  at: string,
  method: ResolvedConnection['method'],
  settings: TemplateSettings,
  site: Site,
  vendor: string,
  places: Places,
): void {
  const trust = entry.trust ?? {};
  const fail = (key: string, message: string, hint: string): never => places.fail(`${at}/trust/${key}`, message, hint);
  (trust.principals ?? []).forEach((principal, i) => {
    const wrong = principalFault(principal);
    if (wrong !== undefined) fail(`principals/${i}`, sentence(wrong.message), wrong.hint);
  });
  if ((trust.principals?.length ?? 0) > 0 && (method === 'user' || method === 'anonymous')) {
    fail(
      'principals',
      `The method ${method} trusts nobody else.`,
      'Remove the principals, or use the method role or bucket-policy.',
    );
  }
  (trust.externalIds ?? []).forEach((id, i) => {
    const wrong = externalIdFault(id);
    if (wrong !== undefined) fail(`externalIds/${i}`, sentence(wrong.message), wrong.hint);
  });
  if ((trust.externalIds?.length ?? 0) > 0) {
    if (method !== 'role' && method !== 'existing-role') {
      fail('externalIds', `The method ${method} has no external ID.`, 'Remove it, or use the method role.');
    }
    if (settings.externalId?.mode === 'none') {
      fail(
        'externalIds',
        `${vendor} sends no external ID; a role that asks for one would lock it out.`,
        'Remove the external ID.',
      );
    }
  }
  (trust.verifiers ?? []).forEach((verifier, i) => {
    const kind = principalKind(verifier);
    if (kind !== 'user' && kind !== 'role') {
      const wrong = principalFault(verifier);
      fail(
        `verifiers/${i}`,
        sentence(wrong?.message ?? `"${printable(verifier)}" is no user and no role`),
        'Give the ARN of a user or role of the own account.',
      );
    }
    const account = verifier.split(':')[4];
    if (site.account !== undefined && account !== site.account) {
      fail(
        `verifiers/${i}`,
        `The verifier ${printable(verifier)} is not of the own account ${site.account}.`,
        'Only own identities may verify.',
      );
    }
  });
  if ((trust.verifiers?.length ?? 0) > 0 && method !== 'role') {
    fail(
      'verifiers',
      `Verifiers assume the role that s3connect makes; the method ${method} makes none.`,
      'Remove them.',
    );
  }
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
