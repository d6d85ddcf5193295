import type { ResourceType } from '../../connection/types.js';
import { carryOut } from '../carry-out.js';
import type { CommandContext, CommandModule } from '../context.js';
import { highestExitCode } from '../exit-codes.js';
import type { Options } from '../options.js';
import { kindOf, pickConnections } from '../pick.js';
import { planFor } from '../planning.js';

/** `destroy`: remove what `apply` made and nothing else. */
export function run(context: CommandContext, args: readonly string[], options: Options): Promise<number> {
  return destroy(context, args, options, undefined);
}

/** A destroy limited to some kinds of resources (`role delete` …). */
export function destroyOnly(only: readonly ResourceType[]): CommandModule {
  return { run: (context, args, options) => destroy(context, args, options, only) };
}

async function destroy(
  context: CommandContext,
  args: readonly string[],
  options: Options,
  only: readonly ResourceType[] | undefined,
): Promise<number> {
  const selection = await pickConnections(context, args, options, kindOf(only), true);
  const planned = await planFor(context, selection, options, {
    goal: 'absent',
    ...(only === undefined ? {} : { only }),
  });
  const outcome = await carryOut(context, selection, planned, {
    question: 'Remove this?',
    refusal: 'Destroy changes the account and needs a confirmation.',
  });
  if (outcome === undefined) return highestExitCode([130]);
  return highestExitCode([...planned.codes, ...outcome.codes]);
}
