import type { ResolvedBucket } from '../../connection/types.js';
import { asList, statementsOf } from '../../policy/documents.js';
import { compile } from '../../policy/evaluate.js';
import type { Decision, PolicyDocument, PolicySet } from '../../policy/types.js';
import { undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';
import type { NamedPolicy } from '../live.js';
import { evaluatedKey, type RequestScene, requestsOf, throughOf } from '../requests.js';
import { grantees } from '../survey.js';
import { atTheBucket, isForeign } from './foreign.js';
import { bucketAccountOf } from './place.js';
import { bucketSide, identitySide } from './sides.js';
import type { Evaluated, EvaluatorScene } from './types.js';
import { fromDecision } from './words.js';

/** A row about a bucket, for every identity that holds the grants (for `public`: for everybody). */
export async function evaluateAccess(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  if (bucket === undefined) return undecided('no document says so', 'evaluator');
  if (s.survey.facts.account === '') return undecided('the account is not known here', 'evaluator');
  const everybody = row.kind === 'public';
  const principals = everybody ? ['*'] : grantees(s.connection, s.survey);
  if (principals.length === 0) return undecided('there is no principal', 'evaluator');
  const [theirs, ...sides] = await Promise.all([
    bucketSide(bucket, throughOf(row.kind, bucket), everybody || principals.includes('*'), s),
    ...principals.map((principal) => identitySide(principal, s)),
  ]);
  if (!theirs.readable) return undecided(`the bucket's documents can't be read from here (${theirs.why})`, 'evaluator');
  const scene: RequestScene = {
    facts: s.survey.facts,
    bucketAccount: bucketAccountOf(bucket, s.survey.facts),
    pointAccount: bucketAccountOf(bucket, s.survey.facts),
    now: new Date(s.now()).toISOString(),
  };
  const decided: { principal: string; decision: Decision; set: PolicySet; policies: readonly NamedPolicy[] }[] = [];
  for (const [n, principal] of principals.entries()) {
    const ours = sides[n];
    if (ours?.readable !== true)
      return undecided(`the policies of ${principal} can't be read from here (${ours?.why})`, 'evaluator');
    const set: PolicySet = { ...ours.value.set, ...theirs.value };
    const compiled = compile(set);
    const answers = requestsOf(row, principal, scene).map((request) => compiled.decide(request));
    const telling = answers.find(({ decision }) => decision === 'allow') ?? answers[0];
    if (telling !== undefined) decided.push({ principal, decision: telling, set, policies: ours.value.policies });
  }
  // With several principals a grant must reach each of them, and a denial must hold for each.
  const surprise = decided.find(({ decision }) => decision.decision !== row.expect) ?? decided[0];
  if (surprise === undefined) return undecided('no document says so', 'evaluator');
  const { resourcePolicy } = theirs.value;
  const decision = forThePrefix(
    atTheBucket(surprise.decision, surprise.principal, resourcePolicy, s, scene.bucketAccount),
    bucket,
  );
  const foreign = decision.decision === 'allow' && row.expect === 'deny' && isForeign(row, surprise, s);
  return { ...fromDecision(decision), ...(foreign ? { foreign: true as const } : {}) };
}

/** The evaluator's patch names the key that was asked for; what is missing is the same for everything under the prefix. */
function forThePrefix(decision: Decision, bucket: ResolvedBucket): Decision {
  const patch = decision.nearest?.patch;
  if (decision.nearest == null || patch?.Resource === undefined) return decision;
  const asked = `/${evaluatedKey(bucket)}`;
  const Resource = asList(patch.Resource).map((arn) =>
    arn.endsWith(asked) ? `${arn.slice(0, -asked.length)}/${bucket.prefix}*` : arn,
  );
  const [only = '', ...more] = Resource;
  return {
    ...decision,
    nearest: { ...decision.nearest, patch: { ...patch, Resource: more.length === 0 ? only : Resource } },
  };
}

/** Whether a bucket policy refuses plain http to everybody (S3 User Guide, "Security best practices": aws:SecureTransport). */
export function hasTlsOnly(document: PolicyDocument | undefined): boolean {
  if (document === undefined) return false;
  return statementsOf(document).some((statement) => {
    if (statement.Effect !== 'Deny') return false;
    const bool = Object.entries(statement.Condition?.Bool ?? {});
    return bool.some(([key, value]) => key.toLowerCase() === 'aws:securetransport' && String(value) === 'false');
  });
}
