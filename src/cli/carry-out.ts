import type { Plan } from '../engine/types.js';
import type { CommandContext } from './context.js';
import { type Planned, planCodes, throwIfAlone, withFailed } from './planning.js';
import { hasChanges, renderOutcome, renderPlan } from './render/plan.js';
import { startProgress } from './render/progress.js';
import type { Selection } from './selection.js';

export interface CarryOutOptions {
  readonly question: string;
  /** What to say where a confirmation is needed and nobody can be asked. */
  readonly refusal: string;
  readonly expect?: string;
  /** More lines for a person, after the outcome. */
  readonly extra?: (plan: Plan) => string;
  /** Done between the yes (or where there is nothing to change) and the first change. */
  readonly agreed?: () => Promise<void>;
  /** The caller prints the outcome. */
  readonly silent?: boolean;
}

/**
 * Shows a plan, asks where something would change, carries it out and prints what was done.
 *
 * @returns the outcome, or undefined where the user said no
 * @throws S3ConnectError BadUsage where a confirmation is needed and nobody can be asked
 */
export async function carryOut(
  context: CommandContext,
  selection: Selection,
  planned: Planned,
  options: CarryOutOptions,
): Promise<{ readonly plan: Plan; readonly codes: readonly number[] } | undefined> {
  const style = { colours: context.colours, width: context.width };
  const changes = hasChanges(planned.plan);
  if (changes) {
    if (!context.flags.json && !context.flags.quiet) context.print(`${renderPlan(planned.plan, style)}\n`);
    if (!(await context.confirm(options.question, options.refusal))) {
      context.note('Nothing was changed.');
      return undefined;
    }
  }
  await options.agreed?.();
  const { execute } = await import('../engine/execute.js');
  const progress = await startProgress(context, 'applying');
  let done: Plan;
  try {
    done = await execute(planned.prepared, {
      onEvent: (event) => progress.onEvent(event),
      signal: context.signal,
      ...(options.expect === undefined ? {} : { expect: options.expect }),
    });
  } finally {
    progress.end();
  }
  throwIfAlone(done);
  const plan = withFailed(done, selection);
  if (options.silent === true) return { plan, codes: planCodes(done) };
  context.emit(plan, () => {
    const outcome = changes ? renderOutcome(plan, style) : renderPlan(plan, style);
    return `${outcome}\n${options.extra?.(plan) ?? ''}`.trimEnd();
  });
  return { plan, codes: planCodes(done) };
}
