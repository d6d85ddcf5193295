import { decisionOf } from './evaluate.js';
import { isCutAsPublic, isUnderRcp, isUnderScp, judge, rcpDeny, sideDeny, sidesOf } from './evaluation/judge.js';
import { type CompiledLayer, compileSet } from './evaluation/policies.js';
import { firstApplying, grantsOf, readSituation, type Situation } from './evaluation/situation.js';
import type { CompiledStatement } from './evaluation/statement.js';
import type { Decision, EvaluationCase, Layer, LayerEffect } from './types.js';

/**
 * The decision, and what every layer says by itself in the order in which AWS asks them: `policy explain`.
 * `unknown` names layers that could not be read; they are listed as such and do not take part.
 */
export function explain(
  input: EvaluationCase,
  options: { readonly unknown?: readonly Layer[] } = {},
): Decision & { layers: readonly LayerEffect[] } {
  const situation = readSituation(compileSet(input), input.request);
  const unknown = new Set(options.unknown);
  const layers = effectsOf(situation).filter((effect) => !unknown.has(effect.layer));
  for (const layer of unknown) layers.push({ layer, effect: 'unknown', statement: null });
  layers.sort((a, b) => ORDER.indexOf(a.layer) - ORDER.indexOf(b.layer));
  return { ...withoutGuess(decisionOf(judge(situation), situation), unknown), layers };
}

/** Of a layer that could not be read nothing is known: no statement of it, and whether it lacks one. */
function withoutGuess(decision: Decision, unknown: ReadonlySet<Layer>): Decision {
  if (!unknown.has(decision.layer)) return decision;
  const { nearest } = decision;
  const mismatch = `the ${decision.layer.replace('-', ' ')} can't be read, so that nothing is known to allow this`;
  return { ...decision, statement: null, nearest: nearest === null ? null : { ...nearest, statement: null, mismatch } };
}

const ORDER: readonly Layer[] = [
  'rcp',
  'scp',
  'trust-policy',
  'key-policy',
  'access-point-policy',
  'resource-policy',
  'identity-policy',
  'permissions-boundary',
  'session-policy',
  'block-public-access',
];

function effectsOf(situation: Situation): LayerEffect[] {
  const { set, caller } = situation;
  const effects: LayerEffect[] = [];
  if (isUnderRcp(situation)) {
    const statement = rcpDeny(situation);
    // RCPFullAWSAccess is always attached: an RCP that does not deny allows.
    effects.push({
      layer: 'rcp',
      effect: statement === undefined ? 'allow' : 'deny',
      statement: statement?.ref ?? null,
    });
  }
  if (isUnderScp(situation)) effects.push(ownEffect(set.scp, situation));
  for (const side of sidesOf(situation)) {
    const grant = grantsOf(side.layer, side.resource, situation)[0];
    effects.push(effectOf(side.layer.layer, sideDeny(side, situation), grant?.statement));
  }
  if (situation.identified) {
    effects.push(ownEffect(set.identity, situation));
    if (set.boundary.documents > 0) effects.push(ownEffect(set.boundary, situation));
    if (set.session.documents > 0 || caller.kind === 'federated-user') effects.push(ownEffect(set.session, situation));
  }
  if (set.blockPublicAccess.given && situation.target.service === 's3') {
    effects.push({
      layer: 'block-public-access',
      effect: isCutAsPublic(situation) ? 'deny' : 'none',
      statement: null,
    });
  }
  return effects;
}

function ownEffect(layer: CompiledLayer, situation: Situation): LayerEffect {
  return effectOf(layer.layer, firstApplying(layer.denies, situation), firstApplying(layer.allows, situation));
}

function effectOf(
  layer: Layer,
  deny: CompiledStatement | undefined,
  allow: CompiledStatement | undefined,
): LayerEffect {
  const effect = deny !== undefined ? 'deny' : allow !== undefined ? 'allow' : 'none';
  return { layer, effect, statement: (deny ?? allow)?.ref ?? null };
}
