import type { Decision, StatementRef } from '../../policy/types.js';
import type { Evaluated } from './types.js';

/** A decision as a row's answer, with its reason in words. */
export function fromDecision(decision: Decision): Evaluated {
  return { actual: decision.decision, by: 'evaluator', code: null, detail: inWords(decision), decision };
}

function inWords(decision: Decision): string {
  const by = nameOf(decision.statement);
  if (decision.decision === 'allow') return `the ${decision.layer} allows it${by}`;
  if (decision.reason === 'explicit-deny') return `the ${decision.layer} denies it${by}`;
  const near = decision.nearest;
  return near === null ? 'nothing allows it' : `nothing allows it; nearest${nameOf(near.statement)}: ${near.mismatch}`;
}

function nameOf(statement: StatementRef | null): string {
  if (statement === null) return '';
  return ` (${statement.sid ?? `statement ${statement.index} of ${statement.policy}`})`;
}
