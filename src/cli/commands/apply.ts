import type { ResourceType } from '../../connection/types.js';
import { S3ConnectError } from '../../errors.js';
import { carryOut } from '../carry-out.js';
import type { CommandContext, CommandModule } from '../context.js';
import { highestExitCode } from '../exit-codes.js';
import { notYet, type Options, text } from '../options.js';
import { kindOf, pickConnections } from '../pick.js';
import { planCodes, planFor } from '../planning.js';
import { handoffsOf, renderHandoff } from '../render/handoff.js';
import { saveIfAsked } from '../selection.js';

/** `apply`: plan, confirm, apply, read back. */
export function run(context: CommandContext, args: readonly string[], options: Options): Promise<number> {
  return apply(context, args, options, undefined);
}

/** An apply limited to some kinds of resources (`role create`, `cors set` …): the same engine, a part of the plan. */
export function applyOnly(only: readonly ResourceType[]): CommandModule {
  return { run: (context, args, options) => apply(context, args, options, only) };
}

async function apply(
  context: CommandContext,
  args: readonly string[],
  options: Options,
  only: readonly ResourceType[] | undefined,
): Promise<number> {
  notYet(options, 'rollbackOnFailure', '--rollback-on-failure');
  const selection = await pickConnections(context, args, options, kindOf(only), false);
  const planned = await planFor(context, selection, options, {
    goal: 'present',
    ...(only === undefined ? {} : { only }),
  });
  const expected = text(options, 'expect');
  if (expected !== undefined && expected !== planned.plan.fingerprint) {
    throw new S3ConnectError('PlanChanged', `The plan is ${planned.plan.fingerprint}, not ${expected}.`, {
      path: '--expect',
      hint: 'Look at s3connect plan again, and expect its fingerprint.',
    });
  }
  const outcome = await carryOut(context, selection, planned, {
    question: 'Apply this?',
    refusal: 'Apply changes the account and needs a confirmation.',
    ...(expected === undefined ? {} : { expect: expected }),
    extra: (plan) => {
      const lines: string[] = [];
      const handoffs = handoffsOf(plan.connections);
      if (only === undefined && handoffs.length > 0 && planCodes(plan).length === 0)
        lines.push('', renderHandoff(handoffs, context.colours));
      for (const each of plan.connections) {
        if (each.secretFile !== undefined) lines.push('', `The access key of ${each.name} is in ${each.secretFile}`);
      }
      return lines.join('\n');
    },
  });
  if (outcome === undefined) return highestExitCode([130]);
  await saveIfAsked(context, selection, options);
  return highestExitCode([...planned.codes, ...outcome.codes]);
}
