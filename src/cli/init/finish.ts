import { carryOut } from '../carry-out.js';
import { verifySelection } from '../commands/verify.js';
import type { CommandContext } from '../context.js';
import { EXIT, highestExitCode } from '../exit-codes.js';
import type { Options } from '../options.js';
import { planFor } from '../planning.js';
import { handoffsOf, renderHandoff } from '../render/handoff.js';
import { renderReport } from '../render/verification.js';
import type { Selection } from '../selection.js';

/**
 * The end of the wizard: the plan with its documents, the question, the file, apply, verify and handoff.
 *
 * The file is written between the yes and the first change, so that whatever happens then can be gone on with.
 */
export async function finish(context: CommandContext, selection: Selection, options: Options): Promise<number> {
  const planned = await planFor(context, selection, options, { goal: 'present' });
  const done: string[] = [];
  try {
    const outcome = await carryOut(context, selection, planned, {
      question: 'Apply this?',
      refusal: 'init changes the account and needs a confirmation',
      silent: context.flags.json,
      agreed: async () => {
        const { saveConnections } = await import('../../connection/save.js');
        await saveConnections(selection.path, {
          file: selection.file,
          flags: selection.flags,
          names: [],
          cwd: context.cwd,
        });
        done.push(`wrote ${selection.path}`);
        context.note(`Wrote ${selection.path}.`);
      },
    });
    if (outcome === undefined) return EXIT.interrupted;
    done.push('applied the plan');
    const failed = highestExitCode(outcome.codes);
    if (failed !== EXIT.ok) {
      if (context.flags.json) context.emit({ file: selection.path, plan: outcome.plan }, () => '');
      return failed;
    }
    const report = await verifySelection(context, selection, options, { afterApply: true });
    const handoff = handoffsOf(outcome.plan.connections);
    context.emit({ file: selection.path, plan: outcome.plan, report, handoff }, () =>
      [
        '',
        renderReport(report, { colours: context.colours, width: context.width }),
        '',
        renderHandoff(handoff, context.colours),
      ].join('\n'),
    );
    return report.ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (done.length > 0) context.note(`So far: ${done.join(', ')}. Go on with s3connect apply and s3connect verify.`);
    throw error;
  }
}
