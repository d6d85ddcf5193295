import { LAYER_NAMES } from '../layers.js';
import type { Nearest } from '../types.js';
import { sidesOf, type Verdict } from './judge.js';
import { type Mismatch, mismatchOf, mismatchWords } from './mismatch.js';
import { patchFor } from './patch.js';
import type { CompiledLayer, CompiledSet } from './policies.js';
import type { Situation } from './situation.js';
import type { Resource } from './target.js';

/** The statement that comes nearest to letting a denied request through, what it lacks, and what would help. */
export function nearestOf(verdict: Verdict, situation: Situation): Nearest {
  if (verdict.layer === 'block-public-access') return blockedAsPublic(situation);
  if (verdict.statement !== undefined) {
    const { ref } = verdict.statement;
    const name = ref.sid === null ? `statement ${ref.index} of ${ref.policy}` : `the statement ${ref.sid}`;
    const mismatch = `${name} denies this explicitly; it has to go or to leave this request out`;
    return { layer: verdict.layer, statement: ref, mismatch, patch: null };
  }
  const { layer, resource } = placeOf(verdict, situation);
  const best = closest(layer, resource, situation);
  if (situation.target.accessPoint !== undefined && situation.caller.kind === 'anonymous') {
    const mismatch = 'an access point takes no anonymous requests, whatever its policy says';
    return { layer: verdict.layer, statement: null, mismatch, patch: null };
  }
  return {
    layer: verdict.layer,
    statement: best?.statement.ref ?? null,
    mismatch: best === undefined ? emptyWords(layer, situation) : mismatchWords(best, resource, situation),
    patch: patchFor(layer, resource, best, situation) ?? null,
  };
}

function closest(layer: CompiledLayer, resource: Resource, situation: Situation): Mismatch | undefined {
  let best: Mismatch | undefined;
  for (const statement of layer.allows) {
    const one = mismatchOf(statement, resource, situation);
    if (best === undefined || one.distance < best.distance) best = one;
  }
  return best;
}

function placeOf(verdict: Verdict, situation: Situation): { layer: CompiledLayer; resource: Resource } {
  const { set, target } = situation;
  const side = sidesOf(situation).find((one) => one.layer.layer === verdict.layer);
  return side ?? { layer: layerOf(set, verdict), resource: target.resource };
}

function layerOf(set: CompiledSet, { layer }: Verdict): CompiledLayer {
  switch (layer) {
    case 'permissions-boundary':
      return set.boundary;
    case 'session-policy':
      return set.session;
    case 'scp':
      return set.scp;
    default:
      return set.identity;
  }
}

function emptyWords(layer: CompiledLayer, { request }: Situation): string {
  if (layer.documents === 0) return `there is no ${LAYER_NAMES[layer.layer]} that allows ${request.action}`;
  return `the ${LAYER_NAMES[layer.layer]} has no statement with Effect Allow`;
}

function blockedAsPublic({ set }: Situation): Nearest {
  const where = set.publicBucket ? 'the bucket policy' : 'the access point policy';
  const mismatch = `RestrictPublicBuckets is on and ${where} is public, which shuts out every caller of another account and every anonymous one`;
  return { layer: 'block-public-access', statement: null, mismatch, patch: null };
}
