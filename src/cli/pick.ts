import type { ResolvedConnection, ResourceType } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import type { CommandContext } from './context.js';
import { type Options, text } from './options.js';
import { defaultRegion } from './region.js';
import { loadFile, regionsFor, type Selection, selectConnections } from './selection.js';

/** The kinds that a single-resource command can pick by the resource's own name. */
type Picked = 'role' | 'user';

/** Whether a selection of kinds is about a role or a user. */
export function kindOf(only: readonly ResourceType[] | undefined): Picked | undefined {
  if (only?.includes('role') === true) return 'role';
  return only?.includes('user') === true ? 'user' : undefined;
}

const FLAGS = { role: 'roleName', user: 'userName' } as const;

/**
 * The connections of a command about one kind of resource. `--role-name` and `--user-name` without a connection's name
 * pick the connection of the file that has that role or user; for a removal also the one that its tags name.
 *
 * @throws S3ConnectError RoleNotFound or BadValue where there is no such role or user, NotOurs where it isn't ours
 */
export async function pickConnections(
  context: CommandContext,
  args: readonly string[],
  options: Options,
  kind: Picked | undefined,
  removal: boolean,
): Promise<Selection> {
  const wanted = kind === undefined ? undefined : text(options, FLAGS[kind]);
  const named = args.length > 0 || text(options, 'name') !== undefined || text(options, 'template') !== undefined;
  if (kind === undefined || wanted === undefined || named) return selectConnections(context, args, options);
  const { [FLAGS[kind]]: _picked, ...others } = options;
  const { file } = await loadFile(context);
  if (file !== undefined) {
    const all = await selectConnections(context, [], others);
    const fitting = all.connections.filter((each) => each[kind]?.name === wanted);
    if (fitting.length > 0) return { ...all, connections: fitting, failed: [] };
  }
  return removal ? byTags(context, kind, wanted) : selectConnections(context, args, options);
}

async function tagsOf(context: CommandContext, kind: Picked, name: string, profile: string | undefined) {
  const ports = (await context.aws()).ports({ profile, region: context.flags.region });
  const record = kind === 'role' ? await ports.iam.getRole(name) : await ports.iam.getUser(name);
  if (record !== undefined) return record.tags;
  throw new S3ConnectError(
    kind === 'role' ? 'RoleNotFound' : 'BadValue',
    `There is no ${kind} ${name} in the account.`,
    {
      path: kind === 'role' ? '--role-name' : '--user-name',
      hint: 's3connect role list shows the roles that s3connect made.',
    },
  );
}

/** A connection that is known by the marks of its role or user alone; enough to take that away. */
async function byTags(context: CommandContext, kind: Picked, name: string): Promise<Selection> {
  const { path, file } = await loadFile(context);
  const profile = file?.data.defaults?.profile;
  const { ownerOf, TAG_CONNECTION, TAG_TEMPLATE } = await import('../connection/owner.js');
  const tags = await tagsOf(context, kind, name, profile);
  const mark = tags[TAG_CONNECTION];
  if (mark === undefined) {
    throw new S3ConnectError('NotOurs', `The ${kind} ${name} was not made by s3connect.`, {
      path: kind === 'role' ? '--role-name' : '--user-name',
      hint: 'Only what carries our tags is removed; use the AWS console or CLI for this one.',
    });
  }
  const slash = mark.indexOf('/');
  const owner = ownerOf(slash < 0 ? null : mark.slice(0, slash), mark.slice(slash + 1));
  const region = (await regionsFor(context, file)).region ?? (await defaultRegion(context, profile));
  const connection = await standIn(context, kind, name, tags[TAG_TEMPLATE], owner.name, region);
  const site = { ...connection.site, profile };
  return {
    path,
    file: undefined,
    flags: {},
    connections: [{ ...connection, owner, site }],
    failed: [],
    namespace: owner.namespace,
    knownNames: [],
  };
}

/** The template decides how the policies are called; one that is not at hand any more is stood in for by a plain one. */
async function standIn(
  context: CommandContext,
  kind: Picked,
  name: string,
  template: string | undefined,
  connection: string,
  region: string | undefined,
): Promise<ResolvedConnection> {
  const { resolveConnections } = await import('../connection/resolve.js');
  const own = kind === 'role' ? { roleName: name, method: 'role' } : { userName: name, method: 'user' };
  const resolve = (reference: string, more: { readonly principal?: readonly string[] }) =>
    resolveConnections({
      file: undefined,
      flags: { name: connection, template: reference, bucket: ['any-bucket'], ...own, ...more },
      names: [],
      cwd: context.cwd,
      ...(region === undefined ? {} : { region }),
    });
  try {
    const [found] = await resolve(template ?? 'generic-read', {});
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof S3ConnectError)) throw error;
  }
  const [plain] = await resolve('generic-read', { principal: ['111122223333'] });
  return plain!;
}
