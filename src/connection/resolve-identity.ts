import { placeholdersIn, substitute } from '../template/substitute.js';
import type { ParameterValue, TemplateSettings } from '../template/types.js';
import type { ConnectionEntry, ResolvedConnection, Site } from './types.js';
import {
  boundaryFault,
  descriptionFault,
  entityNameFault,
  type Fault,
  pathFault,
  policyNameFault,
  roleGlobFault,
} from './values.js';

interface Checks {
  readonly at: string;
  readonly fail: (key: string, message: string, hint: string) => never;
  readonly check: (key: string, fault: Fault | undefined) => void;
}

type Names = (path: string) => unknown;

/** What the names of role, user and policy may be made of. */
export function nameLookup(name: string, site: Site, params: Readonly<Record<string, ParameterValue>>): Names {
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

export function roleOf(
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

export function userOf(
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

export function policyOf(
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
