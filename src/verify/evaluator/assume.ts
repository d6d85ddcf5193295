import { roleArn } from '../../connection/names.js';
import { compile } from '../../policy/evaluate.js';
import type { Decision } from '../../policy/types.js';
import { undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';
import { withoutSelf } from '../survey.js';
import { identitySide, OTHER_SIDE } from './sides.js';
import type { Evaluated, EvaluatorScene } from './types.js';
import { fromDecision } from './words.js';

/** `sts:AssumeRole` with the vendor as the principal, on the live trust policy without a statement of mode `self`. */
export async function evaluateAssume(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { connection: c, survey } = s;
  if (c.role === undefined || !survey.own)
    return undecided("the role's trust policy can't be read from here", 'evaluator');
  if (row.externalIdUnknown) {
    return undecided('the external ID is not known here: give it with --external-id or in the file', 'evaluator');
  }
  const arn = roleArn(c, survey.facts);
  const role = await s.live.role(c.site, arn.split('/').at(-1) ?? c.role.name);
  if (!role.readable) return undecided(`the role can't be read from here (${role.why})`, 'evaluator');
  if (role.value === undefined) return undecided('there is no such role', 'evaluator');
  if (survey.principals.length === 0) return undecided('the connection names nobody who assumes the role', 'evaluator');
  const trustPolicy = withoutSelf(role.value.trustPolicy, c);
  const decisions: Decision[] = [];
  for (const principal of survey.principals) {
    const side = await identitySide(principal, s);
    const set = side.readable ? side.value.set : { identityPolicies: [OTHER_SIDE] };
    const context: Record<string, string> = {
      'sts:RoleSessionName': 'vendor',
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': new Date(s.now()).toISOString(),
    };
    if (row.kind === 'assume.external-id' && row.externalId !== undefined) context['sts:ExternalId'] = row.externalId;
    if (row.kind === 'assume.wrong-external-id') context['sts:ExternalId'] = 's3connect-another-external-id';
    decisions.push(
      compile({ ...set, trustPolicy }).decide({
        principal,
        action: 'sts:AssumeRole',
        resource: role.value.arn,
        resourceAccount: survey.facts.account,
        context,
      }),
    );
  }
  const telling = decisions.find(({ decision }) => decision !== row.expect) ?? decisions[0];
  return telling === undefined ? undecided('no document says so', 'evaluator') : fromDecision(telling);
}
