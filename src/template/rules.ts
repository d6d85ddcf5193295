import { actionFault } from './actions.js';
import { pointerStep } from './json-text.js';
import { nearest } from './nearest.js';
import { patternFault, valueFault } from './parameters.js';
import { NAME_PATHS, ofBucket, PATHS } from './paths.js';
import { principalFault } from './principals.js';
import { corsHeaderFault, corsMethodFault, type Fault, originFault, S3_EVENTS } from './s3-values.js';
import { placeholdersIn } from './substitute.js';
import { printable } from './text.js';
import type { AccessLevel, HandoffItemTemplate, Method, Template, TemplateSettings } from './types.js';

/** Something that the schema can't say and the contract demands. */
export interface RuleFault {
  readonly id: string;
  readonly pointer: string;
  readonly message: string;
  readonly hint: string;
}

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** Names of the environment that a printed command may expand: a vendor's own key, never one of AWS or the shell. */
const ENV_HEADER = /^(?:Bearer |Basic )?\$([A-Z][A-Z0-9_]*)$/;
const FORBIDDEN_ENV = /^(?:AWS_|S3CONNECT_|HOME$|PATH$|USER$|SSH_|GITHUB_|CI_|NPM_|NODE_)/;

/** The environment variable that a header's value stands for (`$NAME`, `Bearer $NAME`), undefined where it is plain text. */
export function headerVariable(value: string): { readonly before: string; readonly name: string } | undefined {
  const match = ENV_HEADER.exec(value);
  const name = match?.[1];
  return name === undefined ? undefined : { before: value.slice(0, value.length - name.length - 1), name };
}

/**
 * Checks everything about a template that its schema can't: placeholders, actions, principals, parameters, handoff.
 *
 * @param template what the schema let through
 * @returns all faults, in the order of the file
 */
export function ruleFaults(template: Template): readonly RuleFault[] {
  const faults: RuleFault[] = [];
  const add = (id: string, pointer: string, message: string, hint: string) =>
    faults.push({ id, pointer, message, hint });

  checkParameters(template, add);
  checkUnique(template.methods, '/methods', add);
  checkPlaceholders(template, add);
  checkSettings(template, '', template, add);
  for (const [method, settings] of Object.entries(template.byMethod ?? {})) {
    const pointer = `/byMethod${pointerStep(method)}`;
    if (!template.methods.includes(method as Method)) {
      add(
        'template-method',
        pointer,
        `byMethod has "${method}", which "methods" doesn't offer`,
        'Offer it, or remove it here.',
      );
    }
    checkSettings(settings, pointer, template, add);
  }
  return faults;
}

type Add = (id: string, pointer: string, message: string, hint: string) => void;

function checkUnique(list: readonly string[], pointer: string, add: Add): void {
  list.forEach((item, i) => {
    if (list.indexOf(item) !== i) {
      add(
        'template-repeated',
        `${pointer}${pointerStep(i)}`,
        `"${printable(item)}" is listed twice`,
        'Keep one of the two.',
      );
    }
  });
}

function checkParameters(template: Template, add: Add): void {
  for (const [name, parameter] of Object.entries(template.parameters ?? {})) {
    const pointer = `/parameters${pointerStep(name)}`;
    if (parameter.pattern !== undefined) {
      const fault = patternFault(parameter.pattern);
      if (fault !== undefined) {
        add(
          'template-pattern',
          `${pointer}/pattern`,
          `the pattern can't be used: ${fault}`,
          'Patterns are RE2 expressions: no look-around, no back-references.',
        );
        continue;
      }
      if (parameter.type !== 'string' && parameter.type !== 'string[]') {
        add('template-pattern', `${pointer}/pattern`, `a pattern fits no ${parameter.type}`, 'Remove the pattern.');
      }
    }
    const item = parameter.type === 'string[]' ? { ...parameter, type: 'string' as const } : parameter;
    parameter.enum?.forEach((value, i) => {
      const { enum: _, ...free } = item;
      const fault = valueFault(name, free, value);
      if (fault !== undefined) add('template-parameter', `${pointer}/enum${pointerStep(i)}`, fault.message, fault.hint);
    });
    if (parameter.default !== undefined) {
      const fault = valueFault(name, parameter, parameter.default);
      if (fault !== undefined)
        add('template-parameter', `${pointer}/default`, `its default: ${fault.message}`, fault.hint);
    }
  }
}

/** Where `{{…}}` may stand, and what it may name there. */
function checkPlaceholders(template: Template, add: Add): void {
  const params = Object.keys(template.parameters ?? {}).map((name) => `params.${name}`);
  const names = [...NAME_PATHS, ...params];
  const cors = [...names, 'bucket.name', 'bucket.region'];
  const all = [...PATHS, ...params];

  const allowedAt = (path: readonly (string | number)[]): readonly string[] | undefined => {
    const [head, ...rest] = path[0] === 'byMethod' ? path.slice(2) : path;
    if (
      (head === 'role' || head === 'user' || head === 'policy') &&
      (rest[0] === 'name' || rest[0] === 'description')
    ) {
      return names;
    }
    if (head === 'cors' && rest[0] === 'allowedOrigins') return cors;
    if (head !== 'handoff') return undefined;
    const item = handoffItem(template, path);
    return item?.per === 'connection' ? all.filter((known) => !ofBucket(known)) : all;
  };

  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value === 'string') {
      const found = placeholdersIn(value);
      const pointer = path.map(pointerStep).join('');
      const allowed = allowedAt(path);
      if (value.includes('{{') && allowed === undefined) {
        add(
          'template-placeholder',
          pointer,
          '{{…}} is not allowed here',
          'It may stand in names and descriptions of role, user and policy, in CORS origins and in handoff.',
        );
        return;
      }
      const rest = value.replace(/\{\{[^{}]*\}\}/g, '');
      if (rest.includes('{{')) add('template-placeholder', pointer, 'a {{ is not closed', 'Write {{path}}.');
      for (const name of found) {
        if (allowed === undefined || allowed.includes(name)) continue;
        const best = nearest(name, allowed);
        const known = (all as readonly string[]).includes(name);
        add(
          'template-placeholder',
          pointer,
          known
            ? `{{${printable(name)}}} can't be used here`
            : `{{${printable(name)}}} is not known${best === undefined ? '' : `; did you mean {{${best}}}?`}`,
          `Usable here: ${allowed.join(', ')}.`,
        );
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) walk(item, [...path, i]);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) {
        if (key.includes('{{')) {
          add(
            'template-placeholder',
            [...path, key].map(pointerStep).join(''),
            '{{…}} is not allowed in a key',
            'Put it into the value.',
          );
        }
        walk(item, [...path, key]);
      }
    }
  };
  walk(template, []);
}

function handoffItem(template: Template, path: readonly (string | number)[]): HandoffItemTemplate | undefined {
  if (path[0] === 'byMethod') return template.byMethod?.[path[1] as Method]?.handoff?.[Number(path[3])];
  return template.handoff?.[Number(path[1])];
}

function checkSettings(settings: Partial<TemplateSettings>, pointer: string, template: Template, add: Add): void {
  if (settings.access !== undefined) checkAccess(settings.access, `${pointer}/access`, add);
  for (const [partition, principals] of Object.entries(settings.principals ?? {})) {
    principals.forEach((principal, i) => {
      const fault = principalFault(principal);
      const place = `${pointer}/principals${pointerStep(partition)}${pointerStep(i)}`;
      if (fault !== undefined) add('template-principal', place, fault.message, fault.hint);
      else if (principal.startsWith('arn:') && principal.split(':')[1] !== partition) {
        add(
          'template-principal',
          place,
          `"${printable(principal)}" is not of the partition ${partition}`,
          `Give an ARN of ${partition}.`,
        );
      }
    });
  }
  settings.bucket?.regions?.forEach((region, i) => {
    if (!REGION.test(region)) {
      add(
        'template-region',
        `${pointer}/bucket/regions${pointerStep(i)}`,
        `"${printable(region)}" is no region`,
        'Write it as AWS does: eu-west-1.',
      );
    }
  });
  const rule = settings.externalId;
  if (rule?.mode === 'none' && rule.issued !== undefined) {
    add(
      'template-external-id',
      `${pointer}/externalId/issued`,
      'where there is no external ID none is issued',
      'Remove "issued".',
    );
  }
  checkCors(settings.cors, `${pointer}/cors`, add);
  settings.notifications?.events?.forEach((event, i) => {
    if (S3_EVENTS.includes(event)) return;
    const best = nearest(event, S3_EVENTS);
    add(
      'template-event',
      `${pointer}/notifications/events${pointerStep(i)}`,
      `S3 knows no event "${printable(event)}"`,
      best === undefined ? 'See the S3 API reference.' : `Did you mean ${best}?`,
    );
  });
  for (const kind of ['role', 'user', 'policy'] as const) {
    if (settings[kind]?.name?.includes('$') === true) {
      add('template-name', `${pointer}/${kind}/name`, 'a name has no $', 'Use letters, digits and {{…}}.');
    }
  }
  settings.handoff?.forEach((item, i) => {
    const place = `${pointer}/handoff${pointerStep(i)}`;
    const unknown = item.methods?.find((method) => !template.methods.includes(method));
    if (unknown !== undefined) {
      add('template-handoff', `${place}/methods`, `the template doesn't offer the method ${unknown}`, 'Remove it.');
    }
    if (item.request !== undefined) checkRequest(item.request, `${place}/request`, add);
  });
}

/** What S3 takes in a CORS rule; an origin with {{…}} in it is checked when its values are there. */
function checkCors(cors: TemplateSettings['cors'], pointer: string, add: Add): void {
  const check = (key: string, list: readonly string[] | undefined, faultOf: (value: string) => Fault | undefined) =>
    list?.forEach((value, i) => {
      const fault = faultOf(value);
      if (fault !== undefined) add('template-cors', `${pointer}/${key}${pointerStep(i)}`, fault.message, fault.hint);
    });
  check('allowedOrigins', cors?.allowedOrigins, (origin) => (origin.includes('{{') ? undefined : originFault(origin)));
  check('allowedMethods', cors?.allowedMethods, corsMethodFault);
  check('allowedHeaders', cors?.allowedHeaders, (header) => corsHeaderFault(header, true));
  check('exposeHeaders', cors?.exposeHeaders, (header) => corsHeaderFault(header, false));
}

function checkAccess(access: TemplateSettings['access'], pointer: string, add: Add): void {
  const levels = Object.keys(access) as AccessLevel[];
  if (levels.length === 0) add('template-access', pointer, 'the template offers no access', 'Offer at least one.');
  for (const level of levels) {
    const actions = access[level] ?? [];
    actions.forEach((entry, i) => {
      const place = `${pointer}${pointerStep(level)}${pointerStep(i)}`;
      const fault = actionFault(entry.action);
      if (fault !== undefined) add('template-action', `${place}/action`, fault.message, fault.hint);
      if (actions.findIndex((other) => other.action === entry.action) !== i) {
        add(
          'template-action',
          `${place}/action`,
          `"${printable(entry.action)}" is listed twice`,
          'Keep one of the two.',
        );
      }
    });
  }
}

function checkRequest(request: NonNullable<HandoffItemTemplate['request']>, pointer: string, add: Add): void {
  if (!/^https:\/\/[^\s{}]+/.test(request.url)) {
    add(
      'template-handoff',
      `${pointer}/url`,
      'the address of a request must be https and name its host',
      'Begin it with https://HOST.',
    );
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const place = `${pointer}/headers${pointerStep(name)}`;
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) {
      add('template-handoff', place, `"${printable(name)}" is no name of a header`, 'Use letters, digits and hyphens.');
    }
    const variable = headerVariable(value);
    if (variable !== undefined && FORBIDDEN_ENV.test(variable.name)) {
      add(
        'template-environment',
        place,
        `$${variable.name} is not the vendor's: a printed command must not send it`,
        "Name a variable of the vendor's own, such as $VENDOR_API_KEY.",
      );
    }
  }
}
