import { type ExpectedRow, isAssume } from '../expected.js';
import { evaluateAccess } from './access.js';
import { evaluateAssume } from './assume.js';
import { evaluateCors } from './cors.js';
import { evaluateNotification } from './notification.js';
import type { Evaluated, EvaluatorScene } from './types.js';

export { hasTlsOnly } from './access.js';
export { bucketAccountOf, siteOf } from './place.js';
export type { Evaluated, EvaluatorScene } from './types.js';

/** Answers a row from the documents as they are now; `skipped` where one that counts can't be read. */
export async function evaluateRow(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  if (isAssume(row.kind)) return evaluateAssume(row, s);
  switch (row.kind) {
    case 'cors':
    case 'cors.foreign-origin':
      return evaluateCors(row, s);
    case 'notification':
      return evaluateNotification(row, s);
    default:
      return evaluateAccess(row, s);
  }
}
