import type { ResourceType } from '../connection/types.js';
import type { Prepared } from '../engine/prepare.js';
import type { ConnectionPlan, Plan } from '../engine/types.js';
import { type ErrorCode, S3ConnectError } from '../errors.js';
import { checkWorkTree } from '../resources/secret-file.js';
import type { CommandContext } from './context.js';
import { exitCodeOf } from './exit-codes.js';
import { given, type Options } from './options.js';
import { type Progress, startProgress } from './render/progress.js';
import { secretFilePath } from './secret-file.js';
import { failedCodes, type Selection } from './selection.js';

export interface PlanRequest {
  readonly goal: 'present' | 'absent';
  readonly only?: readonly ResourceType[];
  /** Only to be looked at, never carried out. */
  readonly review?: boolean;
}

export interface Planned {
  readonly prepared: Prepared;
  /** With the connections that could not be resolved among the others. */
  readonly plan: Plan;
  /** Exit codes of what failed so far. */
  readonly codes: readonly number[];
}

type ShownError = ReturnType<S3ConnectError['toJSON']>;

/** Makes an error of what `--json` would show. */
export function errorFrom(shown: ShownError): S3ConnectError {
  return new S3ConnectError(shown.code, shown.message, {
    ...(shown.hint === null ? {} : { hint: shown.hint }),
    ...(shown.path === null ? {} : { path: shown.path }),
  });
}

/** Exit codes of the errors in a plan, of connections and of single changes. */
export function planCodes(plan: Plan): readonly number[] {
  return plan.connections.flatMap((connection) => [
    ...(connection.error === undefined ? [] : [exitCodeOf(connection.error.code as ErrorCode)]),
    ...connection.changes.flatMap((change) => (change.error === undefined ? [] : [exitCodeOf(change.error.code)])),
  ]);
}

/** Puts the connections that could not be resolved into a plan, so that each name has its row. */
export function withFailed(plan: Plan, selection: Selection): Plan {
  if (selection.failed.length === 0) return plan;
  const rows: ConnectionPlan[] = selection.failed.map(({ name, error }) => ({
    name,
    account: '',
    region: '',
    changes: [],
    findings: [],
    error: error.toJSON(),
  }));
  return { ...plan, connections: [...plan.connections, ...rows] };
}

/** An error of the only connection is the command's own. */
export function throwIfAlone(plan: Plan): void {
  const [only, ...others] = plan.connections;
  if (others.length === 0 && only?.error !== undefined && only.changes.every((change) => change.status === undefined)) {
    throw errorFrom(only.error);
  }
}

/**
 * Reads the account and computes the plan of a selection.
 *
 * @throws S3ConnectError where the one connection that was asked for can't be planned
 */
export async function planFor(
  context: CommandContext,
  selection: Selection,
  options: Options,
  request: PlanRequest,
): Promise<Planned> {
  const progress = await startProgress(context, 'reading the account');
  try {
    return await planWith(context, selection, options, request, progress);
  } finally {
    progress.end();
  }
}

async function planWith(
  context: CommandContext,
  selection: Selection,
  options: Options,
  request: PlanRequest,
  progress: Progress,
): Promise<Planned> {
  const users = selection.connections.filter((each) => each.method === 'user');
  if (options.secretFile !== undefined && users.length > 1) {
    context.fail('--secret-file takes the key of one user, and several connections have one.', '--secret-file');
  }
  if (request.goal === 'present') {
    for (const each of users) await checkWorkTree(secretFilePath(context, options, each.name));
  }
  const { prepare } = await import('../engine/prepare.js');
  const prepared = await prepare({
    connections: selection.connections,
    goal: request.goal,
    aws: await context.aws(),
    adopt: given(options, 'adopt'),
    // A plan may show what only `apply --allow-public` would do.
    ...(request.review === true ? {} : { allowPublic: given(options, 'allowPublic') }),
    prune: given(options, 'prune'),
    knownNames: [...new Set([...selection.knownNames, ...selection.connections.map((each) => each.name)])],
    ...(request.only === undefined ? {} : { only: request.only }),
    concurrency: context.flags.concurrency,
    namespace: selection.namespace,
    secretFile: (name) => secretFilePath(context, options, name),
    onEvent: (event) => progress.onEvent(event),
    signal: context.signal,
  });
  const plan = withFailed(prepared.plan, selection);
  throwIfAlone(plan);
  return { prepared, plan, codes: [...planCodes(prepared.plan), ...failedCodes(selection)] };
}
