import type { AccessLevel } from '../../template/types.js';
import type { RunCommand } from '../context.js';
import { renderTable } from '../render/table.js';

/** `template list`: the built-in templates. */
export const run: RunCommand = async (context) => {
  const { listTemplates } = await import('../../template/catalogue.js');
  const templates = (await listTemplates()).map((template) => ({
    id: template.id,
    title: template.title,
    vendor: template.vendor,
    methods: template.methods,
    access: Object.keys(template.access) as AccessLevel[],
  }));
  context.emit({ templates }, () =>
    renderTable(
      ['ID', 'TITLE', 'METHODS'],
      templates.map((each) => [each.id, each.title, each.methods.join(', ')]),
      context.width,
    ),
  );
  return 0;
};
