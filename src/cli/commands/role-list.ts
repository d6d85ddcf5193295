import type { RunCommand } from '../context.js';
import { defaultRegion } from '../region.js';
import { renderTable } from '../render/table.js';
import { loadFile } from '../selection.js';

/** `role list`: the roles of the account that s3connect made, of every namespace. */
export const run: RunCommand = async (context) => {
  const { file } = await loadFile(context);
  const { listOwnedRoles } = await import('../../engine/owned.js');
  const defaults = file?.data.defaults;
  const region = context.flags.region ?? defaults?.region ?? (await defaultRegion(context, defaults?.profile));
  const roles = await listOwnedRoles(await context.aws(), {
    ...(defaults?.profile === undefined ? {} : { profile: defaults.profile }),
    ...(region === undefined ? {} : { region }),
  });
  context.emit({ roles }, () =>
    roles.length === 0
      ? 'No role of this account was made by s3connect.'
      : renderTable(
          ['NAME', 'CONNECTION', 'TEMPLATE', 'ARN'],
          roles.map((each) => [each.name, each.connection, each.template, each.arn]),
          context.width,
        ),
  );
  return 0;
};
