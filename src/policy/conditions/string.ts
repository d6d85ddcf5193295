import { parseTemplate, resolveUnits, type Template, templateMatcher } from '../evaluation/template.js';
import { type Comparer, outcome } from './comparison.js';

/** StringEquals: exact; `*` and `?` are characters like any other. */
export const stringEquals: Comparer = (wanted, variables) =>
  compare(parseTemplate(wanted, { variables, wildcards: false }));

/** StringLike: case sensitive, with wildcards; `${*}` means a literal star. */
export const stringLike: Comparer = (wanted, variables) =>
  compare(parseTemplate(wanted, { variables, wildcards: true }));

/** StringEqualsIgnoreCase. */
export const stringEqualsIgnoreCase: Comparer = (wanted, variables) => {
  const template = parseTemplate(wanted, { variables, wildcards: false });
  return (actual, context) => {
    const units = resolveUnits(template.tokens, context);
    if (units === undefined) return 'differ';
    let text = '';
    for (const unit of units) text += String.fromCharCode(unit);
    return outcome(text.toLowerCase() === actual.toLowerCase());
  };
};

function compare(template: Template): ReturnType<Comparer> {
  const matches = templateMatcher(template);
  // A variable without value matches nothing, so that the negated operators hold ("Variables and tags").
  return (actual, context) => outcome(matches(actual, context) ?? false);
}
