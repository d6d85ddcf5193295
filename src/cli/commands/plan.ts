import type { RunCommand } from '../context.js';
import { EXIT, highestExitCode } from '../exit-codes.js';
import { given } from '../options.js';
import { planFor } from '../planning.js';
import { hasChanges, renderPlan } from '../render/plan.js';
import { saveIfAsked, selectConnections } from '../selection.js';

/** `plan`: the difference between file and account; writes nothing. */
export const run: RunCommand = async (context, args, options) => {
  const selection = await selectConnections(context, args, options);
  const { plan, codes } = await planFor(context, selection, options, { goal: 'present', review: true });
  await saveIfAsked(context, selection, options);
  context.emit(plan, () => renderPlan(plan, { colours: context.colours, width: context.width }));
  const drift = given(options, 'exitCode') && hasChanges(plan) ? [EXIT.changes] : [];
  return highestExitCode([...codes, ...drift]);
};
