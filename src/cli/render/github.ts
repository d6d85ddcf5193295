import type { VerifyReport } from '../../verify/types.js';

/** Workflow commands (`::error …`), one a line, for the checks that are false. */
export function githubAnnotations(_report: VerifyReport): string {
  throw new Error('not built yet');
}

/** Text for `$GITHUB_STEP_SUMMARY`. */
export function githubSummary(_report: VerifyReport): string {
  throw new Error('not built yet');
}
