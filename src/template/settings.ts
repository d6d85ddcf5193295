import type { Method, Template, TemplateSettings } from './types.js';

/**
 * The template's settings for one method: the keys of `byMethod` replace those above them.
 *
 * @param template a checked template
 * @param method one that it offers
 */
export function settingsFor(template: Template, method: Method): TemplateSettings {
  const own =
    template.byMethod !== undefined && Object.hasOwn(template.byMethod, method) ? template.byMethod[method] : undefined;
  return own === undefined ? template : { ...template, ...own };
}
