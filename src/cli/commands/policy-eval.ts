import { evaluate } from '../../policy/evaluate.js';
import type { Decision, EvaluationCase } from '../../policy/types.js';
import type { CommandContext } from '../context.js';
import { decisionLines } from '../render/decision.js';
import { checkCase } from './policy-case.js';
import { readDecidingFile } from './policy-files.js';

/** `policy eval FILE`: the evaluator on one case, or on a list of cases in its order. */
export async function run(context: CommandContext, args: readonly string[]): Promise<number> {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0)
    return context.fail('policy eval takes one file', 'FILE', 'put several cases into one file as a list');
  const { value, refuse } = await readDecidingFile(name, context.cwd);
  const list = Array.isArray(value);
  const cases = list ? value.map((each, i) => checkCase(each, `/${i}`, refuse)) : [checkCase(value, '', refuse)];
  const decisions = cases.map((each) => evaluate(each));
  context.emit(list ? decisions : decisions[0], () => render(cases, decisions, context));
  return 0;
}

function render(cases: readonly EvaluationCase[], decisions: readonly Decision[], context: CommandContext): string {
  return cases
    .map((each, i) => decisionLines(each.request, decisions[i]!, context.colours, context.width).join('\n'))
    .join('\n\n');
}
