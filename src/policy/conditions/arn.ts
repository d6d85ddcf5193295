import { arnGlobs, parseTemplate, resolveUnits } from '../evaluation/template.js';
import { type Glob, globMatches } from '../wildcard.js';
import { type Comparer, NEVER, type Outcome, outcome } from './comparison.js';

/**
 * ArnEquals and ArnLike, which are the same: case sensitive, six parts matched one by one, wildcards in each;
 * a `*` never runs over one of the first five colons.
 */
export const arnLike: Comparer = (wanted, variables) => {
  const template = parseTemplate(wanted, { variables, wildcards: true });
  if (template.fixed) {
    const globs = arnGlobs(template.tokens as readonly number[]);
    return globs === undefined ? NEVER : (actual) => compare(globs, actual);
  }
  return (actual, context) => {
    const units = resolveUnits(template.tokens, context);
    if (units === undefined) return 'differ';
    const globs = arnGlobs(units);
    return globs === undefined ? 'invalid' : compare(globs, actual);
  };
};

function compare(globs: readonly Glob[], actual: string): Outcome {
  let from = 0;
  let matches = true;
  for (let i = 0; i < 5; i++) {
    const colon = actual.indexOf(':', from);
    if (colon < 0) return 'invalid';
    matches &&= globMatches(globs[i]!, actual.slice(from, colon));
    from = colon + 1;
  }
  return outcome(matches && globMatches(globs[5]!, actual.slice(from)));
}
