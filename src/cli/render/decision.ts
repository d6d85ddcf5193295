import type { ChalkInstance } from 'chalk';
import { LAYER_NAMES } from '../../policy/layers.js';
import type { Decision, EvaluationRequest, LayerEffect, StatementRef } from '../../policy/types.js';
import { indent, plain } from './text.js';

const REASONS: Readonly<Record<Decision['reason'], string>> = {
  allowed: 'allowed',
  'explicit-deny': 'denied explicitly',
  'implicit-deny': 'not allowed',
};

/** Who asked for what, the answer, the statement that decided, and what is missing. */
export function decisionLines(
  request: EvaluationRequest,
  decision: Decision,
  colours: ChalkInstance,
  width: number,
): readonly string[] {
  const { principal, action, resource } = request;
  const verdict = decision.decision === 'allow' ? colours.green('allow') : colours.red('deny');
  const by = decision.statement === null ? '' : ` (${statementName(decision.statement)})`;
  const lines = [
    plain(`${principal} ${action} ${resource}`),
    `${verdict}: ${REASONS[decision.reason]} by the ${LAYER_NAMES[decision.layer]}${by}`,
  ];
  const { nearest } = decision;
  if (nearest === null) return lines;
  const where = nearest.statement === null ? '' : ` (nearest: ${statementName(nearest.statement)})`;
  lines.push(`${colours.dim('why:')} ${plain(nearest.mismatch)}${where}`);
  if (nearest.patch === null) return lines;
  lines.push(colours.dim(`add to the ${LAYER_NAMES[nearest.layer]}:`));
  const patch = JSON.stringify(nearest.patch, null, 2).split('\n');
  const text = patch.every((line) => line.length < width) ? patch : [JSON.stringify(nearest.patch)];
  return [
    ...lines,
    ...indent(
      text.map((line) => colours.green(`+ ${plain(line)}`)),
      2,
    ),
  ];
}

/** The layers in the order in which AWS asks them, with a mark at the one that decided. */
export function layerLines(
  layers: readonly LayerEffect[],
  decision: Decision,
  colours: ChalkInstance,
): readonly string[] {
  const paint = { allow: colours.green, deny: colours.red, none: colours.dim, unknown: colours.yellow };
  const says = { allow: 'allows', deny: 'denies', none: 'says nothing', unknown: "can't be seen" };
  return layers.map(({ layer, effect, statement }) => {
    const decides = layer === decision.layer;
    const mark = !decides ? ' ' : decision.decision === 'deny' ? colours.red('>') : colours.green('>');
    const by = statement === null ? '' : colours.dim(` (${statementName(statement)})`);
    return `${mark} ${LAYER_NAMES[layer].padEnd(24)}${paint[effect](says[effect])}${by}`;
  });
}

function statementName({ policy, index, sid }: StatementRef): string {
  return plain(`${policy}, ${sid === null ? `statement ${index + 1}` : sid}`);
}
