import type { ResolvedConnection } from '../../connection/types.js';
import type { Answer } from '../answers.js';
import type { Live } from '../live.js';
import type { Survey } from '../survey.js';

/** The evaluator's word on a row, from the live documents. */
export interface Evaluated extends Answer {
  /** The statement that allows is not the connection's own. */
  readonly foreign?: true;
}

export interface EvaluatorScene {
  readonly connection: ResolvedConnection;
  readonly survey: Survey;
  readonly live: Live;
  readonly now: () => number;
}
