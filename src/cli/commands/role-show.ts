import type { Site } from '../../connection/types.js';
import type { RoleView } from '../../engine/owned.js';
import { S3ConnectError } from '../../errors.js';
import type { CommandContext, RunCommand } from '../context.js';
import { connectionFlags, type Options, text } from '../options.js';
import { defaultRegion } from '../region.js';
import { statementLines } from '../render/statement.js';
import { plain } from '../render/text.js';
import { loadFile, selectConnections } from '../selection.js';

interface Wanted {
  readonly name: string;
  readonly site: Partial<Site>;
}

/** `role show`: the role as it is in the account, of a connection or by its own name. */
export const run: RunCommand = async (context, args, options) => {
  const wanted = await wantedRole(context, args, options);
  const [{ showRole }, { TAG_CONNECTION, TAG_TEMPLATE }] = await Promise.all([
    import('../../engine/owned.js'),
    import('../../connection/owner.js'),
  ]);
  const view = await showRole(await context.aws(), wanted.site, wanted.name);
  if (view === undefined) {
    throw new S3ConnectError('RoleNotFound', `There is no role ${wanted.name} in the account.`, {
      path: '--role-name',
      hint: 's3connect role list shows the roles that s3connect made.',
    });
  }
  const { role, policies } = view;
  const shown = {
    name: role.name,
    arn: role.arn,
    trustPolicy: role.trustPolicy,
    policies,
    tags: role.tags,
    connection: role.tags[TAG_CONNECTION] ?? null,
    template: role.tags[TAG_TEMPLATE] ?? null,
  };
  const { statementsOf } = await import('../../policy/documents.js');
  context.emit(shown, () => lines(context, view, shown.connection, statementsOf).join('\n'));
  return 0;
};

async function wantedRole(context: CommandContext, args: readonly string[], options: Options): Promise<Wanted> {
  const roleName = text(options, 'roleName');
  if (roleName !== undefined && args.length === 0 && connectionFlags(options).template === undefined) {
    const defaults = (await loadFile(context)).file?.data.defaults;
    const region = context.flags.region ?? defaults?.region ?? (await defaultRegion(context, defaults?.profile));
    return {
      name: roleName,
      site: {
        ...(defaults?.profile === undefined ? {} : { profile: defaults.profile }),
        ...(region === undefined ? {} : { region }),
      },
    };
  }
  const { connections, failed } = await selectConnections(context, args, options);
  const [connection, ...others] = connections.filter((each) => each.role !== undefined);
  if (connection === undefined) {
    if (failed[0] !== undefined) throw failed[0].error;
    throw new S3ConnectError('BadUsage', 'None of these connections has a role.', { path: '--role-name' });
  }
  if (others.length > 0) context.fail('Role show takes the name of one connection.', undefined, 'name one');
  if (connection.method !== 'existing-role') return { name: connection.role!.name, site: connection.site };
  const { gatherFacts } = await import('../../engine/facts.js');
  const facts = await gatherFacts(connection, await context.aws(), { requireBuckets: false });
  return { name: facts.role?.name ?? connection.role!.name, site: connection.site };
}

function lines(
  context: CommandContext,
  { role, policies }: RoleView,
  connection: string | null,
  statementsOf: typeof import('../../policy/documents.js')['statementsOf'],
): readonly string[] {
  const { colours, width } = context;
  const documents: [string, RoleView['policies'][string]][] = [
    ['trust policy', role.trustPolicy],
    ...Object.entries(policies).map(([name, document]): [string, typeof document] => [`policy ${name}`, document]),
  ];
  return [
    colours.bold(plain(role.name)),
    `  ARN         ${plain(role.arn)}`,
    `  connection  ${connection === null ? colours.yellow('not made by s3connect') : plain(connection)}`,
    ...documents.flatMap(([title, document]) => [
      `  ${colours.bold(plain(title))}`,
      ...statementsOf(document).flatMap((each) => statementLines(each, width - 6).map((line) => `    ${line}`)),
    ]),
  ];
}
