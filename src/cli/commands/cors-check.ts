import type { RunCommand } from '../context.js';
import { EXIT, highestExitCode } from '../exit-codes.js';
import { numberOf } from '../options.js';
import { startProgress } from '../render/progress.js';
import { renderChecks } from '../render/verification.js';
import { failedCodes, selectConnections } from '../selection.js';

/** `cors check`: real preflights and GETs with an Origin; exit code 1 where a row is false. */
export const run: RunCommand = async (context, args, options) => {
  const waitSeconds = numberOf(options, 'wait', '--wait', 0);
  const selection = await selectConnections(context, args, options);
  const { checkCors } = await import('../../verify/cors.js');
  const progress = await startProgress(context, 'sending preflights');
  try {
    const checks = await checkCors(selection.connections, {
      aws: await context.aws(),
      signal: context.signal,
      ...(waitSeconds === undefined ? {} : { waitSeconds }),
    });
    progress.end();
    context.emit({ checks }, () =>
      checks.length === 0
        ? 'No bucket of these connections has CORS rules to check.'
        : renderChecks(checks, { colours: context.colours, width: context.width }),
    );
    const broken = checks.some((check) => check.ok === false && check.foreign !== true);
    return highestExitCode([...failedCodes(selection), ...(broken ? [EXIT.failed] : [])]);
  } finally {
    progress.end();
  }
};
