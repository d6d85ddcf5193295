import type { ContextValues, PolicyDocument } from '../../policy/types.js';
import type { World } from '../store/types.js';
import { WireError, type WireRequest } from '../types.js';
import { denialMessage } from './denial.js';

export interface Question {
  /** `iam:CreateRole` */
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  /** Of the resource, as it is evaluated. */
  readonly resourcePolicy?: PolicyDocument;
  readonly context?: ContextValues;
  /** Code of the refusal; SNS has one of its own. */
  readonly code?: string;
}

/**
 * Asks the evaluator whether the caller may do it.
 *
 * @throws WireError AccessDenied with the reason as AWS words it
 */
export function authorize(request: WireRequest, world: World, question: Question): void {
  const { caller } = request;
  const decision = world.decide(
    {
      ...world.policiesOf(caller),
      ...(question.resourcePolicy === undefined ? {} : { resourcePolicy: question.resourcePolicy }),
    },
    {
      principal: caller.arn,
      action: question.action,
      resource: question.resource,
      resourceAccount: question.resourceAccount,
      context: { ...world.contextOf(request), ...question.context },
    },
  );
  if (decision.decision === 'allow') return;
  throw new WireError(
    question.code ?? 'AccessDenied',
    403,
    denialMessage(caller.arn, question.action, question.resource, decision),
  );
}
