import type { ConnectionFlags } from '../../connection/types.js';
import { settingsFor } from '../../template/settings.js';
import type { Method, Template, TemplateParameter, TemplateSettings } from '../../template/types.js';

/** What one method of a template needs to be told. */
export interface Needs {
  readonly method: Method;
  readonly settings: TemplateSettings;
  readonly principals: boolean;
  readonly externalIdFirst: boolean;
  readonly corsRequired: boolean;
  readonly accessPointRequired: boolean;
  readonly topicRequired: boolean;
  readonly parameters: readonly (readonly [string, TemplateParameter])[];
}

/** Works out what has to be asked for a template and method. */
export function needsOf(template: Template, method: Method): Needs {
  const settings = settingsFor(template, method);
  const assumed = method === 'role';
  const granted = method === 'bucket-policy';
  return {
    method,
    settings,
    principals: (assumed || granted) && Object.keys(settings.principals ?? {}).length === 0,
    externalIdFirst:
      assumed && settings.externalId?.mode === 'required' && settings.externalId.issued === 'before-role',
    corsRequired: settings.cors?.use === 'required',
    accessPointRequired: settings.accessPoint?.use === 'required',
    topicRequired: settings.notifications?.use === 'required',
    parameters: Object.entries(template.parameters ?? {}),
  };
}

/** Names of the parameters that flags give a value. */
export function givenParameters(flags: ConnectionFlags): readonly string[] {
  return (flags.param ?? []).map((each) => each.split('=')[0]!);
}

/** The flags that are still missing where nothing can be asked; `template` undefined where not even that is known. */
export function missingFlags(flags: ConnectionFlags, template: Template | undefined): readonly string[] {
  const missing: string[] = [];
  if (flags.template === undefined) missing.push('--template');
  if (flags.bucket === undefined) missing.push('--bucket');
  if (template === undefined) return missing;
  const method = (flags.method as Method | undefined) ?? template.methods[0]!;
  const needs = needsOf(template, method);
  if (needs.principals && flags.principal === undefined) missing.push('--principal');
  if (method === 'existing-role' && flags.roleName === undefined && needs.settings.role?.name === undefined) {
    missing.push('--role-name');
  }
  if (needs.externalIdFirst && flags.externalId === undefined) missing.push('--external-id');
  if (needs.corsRequired && flags.origin === undefined && needs.settings.cors?.allowedOrigins === undefined) {
    missing.push('--origin');
  }
  if (needs.accessPointRequired && flags.accessPoint === undefined) missing.push('--access-point');
  if (needs.topicRequired && flags.snsTopic === undefined) missing.push('--sns-topic');
  const given = givenParameters(flags);
  for (const [name, parameter] of needs.parameters) {
    if (parameter.required === true && parameter.default === undefined && !given.includes(name)) {
      missing.push(`--param ${name}=`);
    }
  }
  return missing;
}
