import { levelOf, onlyReads } from '../template/actions.js';
import { nearest } from '../template/nearest.js';
import { parameterValues } from '../template/parameters.js';
import { ended, printable, sentence } from '../template/text.js';
import type {
  AccessLevel,
  Method,
  ParameterValue,
  Template,
  TemplateAction,
  TemplateSettings,
} from '../template/types.js';
import type { Places } from './places.js';
import { accessPointOf, corsOf, notificationsOf } from './resolve-extras.js';
import type { BucketEntry, ResolvedBucket, Site } from './types.js';
import { bucketNameFault, type Fault, prefixFault, regionFault } from './values.js';

/** What a bucket takes from its connection. */
export interface BucketContext {
  readonly connection: string;
  readonly template: Template;
  readonly settings: TemplateSettings;
  readonly method: Method;
  readonly site: Site;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly places: Places;
}

const LIST_LEVELS: readonly AccessLevel[] = ['read', 'list', 'write', 'delete'];

/**
 * One bucket of a connection, checked, with everything that template and connection add to it.
 *
 * @param entry as file and flags say
 * @param pointer where it stands
 */
export function resolveBucket(entry: BucketEntry, pointer: string, context: BucketContext): ResolvedBucket {
  const { settings, method, places, template } = context;
  const check = (at: string, fault: Fault | undefined) => {
    if (fault !== undefined) places.fail(`${pointer}${at}`, ended(fault.message), fault.hint);
  };
  const fail = (at: string, message: string, hint: string) => places.fail(`${pointer}${at}`, message, hint);

  check('/name', bucketNameFault(entry.name, entry.create === true));
  if (settings.bucket?.dots === false && entry.name.includes('.')) {
    fail(
      '/name',
      `${template.vendor} can't use the bucket "${entry.name}": its name has dots.`,
      'Use a bucket without dots in its name.',
    );
  }
  const prefix = folderOf(entry.prefix ?? '');
  check('/prefix', prefixFault(prefix));
  if (entry.region !== undefined) check('/region', regionFault(entry.region));
  if (entry.kmsKeyArns !== undefined) {
    fail(
      '/kmsKeyArns',
      'kmsKeyArns is not supported yet.',
      'Grant the key by hand, or use a bucket that is encrypted with S3-managed keys.',
    );
  }
  const region = entry.region ?? context.site.region;
  const regionGiven = entry.region !== undefined || context.site.regionGiven === true;
  const regions = settings.bucket?.regions;
  if (regions !== undefined && (regionGiven || entry.create === true) && !regions.includes(region)) {
    fail(
      '/region',
      `${template.vendor} can't use a bucket in ${region}; the template allows ${regions.join(', ')}.`,
      `Use a bucket in one of ${regions.join(', ')}.`,
    );
  }
  const access = accessOf(entry, pointer, context);
  const actions = actionsFor(access, settings);
  if (method === 'anonymous') {
    const writing = actions.find((action) => !onlyReads(action.action));
    if (writing !== undefined) {
      fail(
        '/access',
        `Anonymous access only reads, and this access has ${writing.action}.`,
        'Use read or list, or another method.',
      );
    }
  }
  if (entry.confine === true) {
    if (prefix === '')
      fail('/confine', 'confine needs a prefix to confine to.', 'Give the bucket a prefix, or remove confine.');
    if (method === 'anonymous') fail('/confine', 'Nobody in particular can be confined.', 'Remove confine.');
    if (!actions.some((action) => levelOf(action.action) === 'object')) {
      fail('/confine', 'confine needs an access to objects.', 'Remove confine.');
    }
  }
  const params = bucketParams(entry, pointer, context);
  const accessPoint = accessPointOf(entry, pointer, context);
  const account = entry.account ?? context.site.account;
  const otherAccount = entry.account !== undefined && entry.account !== context.site.account;
  const ownProfile = otherAccount && entry.profile !== undefined && entry.profile !== context.site.profile;
  return {
    name: entry.name,
    pointer: places.pathOf(pointer),
    access,
    actions,
    prefix,
    create: entry.create === true,
    confine: entry.confine === true,
    site: {
      account,
      profile: entry.profile ?? context.site.profile,
      ...(ownProfile ? { ownProfile } : {}),
      region,
      regionGiven,
    },
    otherAccount,
    params,
    objectOwnership: settings.bucket?.objectOwnership ?? 'BucketOwnerEnforced',
    accessPoint,
    cors: corsOf(entry, pointer, context, params, region),
    notifications: notificationsOf(entry, pointer, context),
    publicPlayback: entry.publicPlayback === true,
  };
}

function folderOf(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

function accessOf(entry: BucketEntry, pointer: string, context: BucketContext): readonly AccessLevel[] {
  const { settings, places, template, method } = context;
  const offered = Object.keys(settings.access) as AccessLevel[];
  if (entry.access === undefined) return offered.slice(0, 1);
  const isList = Array.isArray(entry.access);
  const levels = [...new Set(typeof entry.access === 'string' ? [entry.access] : entry.access)];
  const at = `${pointer}/access`;
  if (levels.length === 0)
    places.fail(at, 'The list of access is empty.', `Name one of ${offered.join(', ')}, or remove the key.`);
  for (const level of levels) {
    if (isList && !LIST_LEVELS.includes(level) && (level === 'input' || level === 'output')) {
      places.fail(
        at,
        `"${level}" stands alone, not in a list.`,
        `Write "access": "${level}", or list ${LIST_LEVELS.join(', ')}.`,
      );
    }
    if (offered.includes(level)) continue;
    const best = nearest(level, offered);
    places.fail(
      at,
      `The template ${template.id} doesn't offer the access "${printable(level)}" with the method ${method}.`,
      `${best === undefined ? '' : `Did you mean "${best}"? `}It offers ${offered.join(', ')}.`,
    );
  }
  return levels;
}

/** The union of the lists, in their order; an action that one list doesn't limit to the prefix isn't limited. */
function actionsFor(access: readonly AccessLevel[], settings: TemplateSettings): readonly TemplateAction[] {
  const out = new Map<string, TemplateAction>();
  for (const level of access) {
    for (const entry of settings.access[level] ?? []) {
      const known = out.get(entry.action);
      if (known === undefined) out.set(entry.action, entry);
      else if (entry.prefix === false) out.set(entry.action, { ...known, prefix: false });
    }
  }
  return [...out.values()];
}

function bucketParams(
  entry: BucketEntry,
  pointer: string,
  context: BucketContext,
): Readonly<Record<string, ParameterValue>> {
  if (entry.params === undefined) return context.params;
  const result = parameterValues(context.template, { ...context.params, ...entry.params });
  if ('fault' in result) {
    return context.places.fail(
      `${pointer}/params/${result.fault.name}`,
      sentence(result.fault.message),
      result.fault.hint,
    );
  }
  return result.values;
}
