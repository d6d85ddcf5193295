import type { Template } from '../../template/types.js';
import type { CommandContext, RunCommand } from '../context.js';
import { plain, short } from '../render/text.js';

/** `template show`: who gets what, and why. */
export const run: RunCommand = async (context, [reference = '']) => {
  const { loadTemplate } = await import('../../template/catalogue.js');
  const { template } = await loadTemplate(reference, context.cwd);
  context.emit(template, () =>
    lines(template, context)
      .map((line) => line.trimEnd())
      .join('\n'),
  );
  return 0;
};

function lines(template: Template, { colours }: CommandContext): readonly string[] {
  const out = [
    `${colours.bold(plain(template.title))}  ${colours.dim(plain(`${template.id}, version ${template.version}`))}`,
    `vendor      ${plain(template.vendor)}`,
    `methods     ${template.methods.join(', ')}`,
  ];
  for (const [partition, principals] of Object.entries(template.principals ?? {})) {
    out.push(`principals  ${plain(`${principals.join(', ')} (${partition})`)}`);
  }
  if (template.externalId !== undefined) {
    const { mode, issued } = template.externalId;
    out.push(`external ID ${mode}${issued === undefined ? '' : `, issued ${issued}`}`);
  }
  for (const [level, actions] of Object.entries(template.access)) {
    out.push('', colours.bold(`access ${level}`));
    for (const { action, why, prefix } of actions) {
      out.push(
        `  ${plain(action).padEnd(30)} ${plain(why)}${prefix === false ? colours.dim(' (not limited to the prefix)') : ''}`,
      );
    }
  }
  const parameters = Object.entries(template.parameters ?? {});
  if (parameters.length > 0) out.push('', colours.bold('parameters'));
  for (const [name, parameter] of parameters) {
    const notes = [
      parameter.type,
      ...(parameter.enum === undefined ? [] : [parameter.enum.map(short).join(' | ')]),
      ...(parameter.default === undefined ? [] : [`default ${short(parameter.default)}`]),
      ...(parameter.required === true ? ['required'] : []),
    ];
    out.push(`  ${plain(name).padEnd(20)} ${plain(parameter.description)} ${colours.dim(`(${notes.join(', ')})`)}`);
  }
  out.push('', colours.bold('documents'));
  for (const { title, url, checked } of template.docs) out.push(plain(`  ${title}, ${url}, read on ${checked}`));
  return out;
}
