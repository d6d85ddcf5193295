import { bucketArn, bucketRegion, roleArn, topicArn } from '../connection/names.js';
import type { Facts, ResolvedBucket, ResolvedConnection, Site } from '../connection/types.js';
import { statementsOf } from '../policy/documents.js';
import { compile } from '../policy/evaluate.js';
import type { Decision, PolicyDocument, PolicySet, StatementRef } from '../policy/types.js';
import { type Answer, undecided } from './answers.js';
import { ownIdentity } from './caller.js';
import { firstMatch, isOurRule, sampleHeaders, sampleOrigin, strangerTo } from './cors-rules.js';
import { type ExpectedRow, isAssume } from './expected.js';
import type { Live, NamedPolicy, Seen } from './live.js';
import { judgeNotification } from './notification.js';
import { type RequestScene, requestsOf, throughOf } from './requests.js';
import { grantees, type Survey, withoutSelf } from './survey.js';

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

/** AWS asks the other account too; what that side says can't be seen from here, so it is taken to allow. */
const OTHER_SIDE: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface Assembled {
  readonly set: PolicySet;
  readonly policies: readonly NamedPolicy[];
}

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

/** The principal's own side: its live policies in the own account, everything in another one. */
async function identitySide(principal: string, s: EvaluatorScene): Promise<Seen<Assembled>> {
  const { facts, own } = s.survey;
  if (principal === '*') return { readable: true, value: { set: {}, policies: [] } };
  const identity = ownIdentity(principal, facts.account);
  if (identity === undefined) {
    return { readable: true, value: { set: { identityPolicies: [OTHER_SIDE] }, policies: [] } };
  }
  if (!own) return { readable: false, why: 'another account' };
  const seen = await s.live.identity(s.connection.site, identity.kind, identity.name);
  if (!seen.readable) return seen;
  const policies = seen.value?.policies ?? [];
  const boundary = seen.value?.permissionsBoundary;
  return {
    readable: true,
    value: {
      policies,
      set: {
        identityPolicies: policies.map(({ document }) => document),
        ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
      },
    },
  };
}

export function bucketAccountOf(bucket: ResolvedBucket, facts: Facts): string {
  return bucket.site.account ?? facts.account;
}

export function siteOf(bucket: ResolvedBucket, facts: Facts): Site {
  return { ...bucket.site, region: bucketRegion(bucket, facts) };
}

/** The bucket's side: its policy, Block Public Access on each level, and the access point's policy where one is used. */
async function bucketSide(
  bucket: ResolvedBucket,
  through: 'bucket' | 'access-point',
  forEverybody: boolean,
  s: EvaluatorScene,
): Promise<Seen<PolicySet>> {
  const { facts } = s.survey;
  const site = siteOf(bucket, facts);
  const account = bucketAccountOf(bucket, facts);
  const point = through === 'access-point' ? bucket.accessPoint : undefined;
  const unreadable: Seen<undefined> = { readable: false, why: 'another account' };
  const [policy, block, accountBlock, pointPolicy, record] = await Promise.all([
    s.live.bucketPolicy(site, bucket.name),
    s.live.bucketBlock(site, bucket.name),
    s.survey.own ? s.live.accountBlock(site, account) : unreadable,
    point === undefined ? undefined : s.live.accessPointPolicy(site, account, point.name),
    point === undefined ? undefined : s.live.accessPoint(site, account, point.name),
  ]);
  if (!policy.readable) return policy;
  if (pointPolicy !== undefined && !pointPolicy.readable) return pointPolicy;
  // Who isn't let in by a public statement isn't touched by Block Public Access; for everybody it decides.
  if (forEverybody && !block.readable) return block;
  if (forEverybody && !accountBlock.readable) return accountBlock;
  const blocks = {
    ...(block.readable && block.value !== undefined ? { bucket: block.value } : {}),
    ...(accountBlock.readable && accountBlock.value !== undefined ? { account: accountBlock.value } : {}),
    ...(record?.readable && record.value?.publicAccessBlock !== undefined
      ? { accessPoint: record.value.publicAccessBlock }
      : {}),
  };
  return {
    readable: true,
    value: {
      ...(policy.value === undefined ? {} : { resourcePolicy: policy.value }),
      ...(pointPolicy?.value === undefined ? {} : { accessPointPolicy: pointPolicy.value }),
      ...(Object.keys(blocks).length > 0 ? { blockPublicAccess: blocks } : {}),
    },
  };
}

async function evaluateAccess(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  if (bucket === undefined) return undecided('no document says so', 'evaluator');
  const everybody = row.kind === 'public';
  const principals = everybody ? ['*'] : grantees(s.connection, s.survey);
  if (principals.length === 0) return undecided('there is no principal', 'evaluator');
  const theirs = await bucketSide(bucket, throughOf(row.kind, bucket), everybody || principals.includes('*'), s);
  if (!theirs.readable) return undecided(`the bucket's documents can't be read from here (${theirs.why})`, 'evaluator');
  const scene: RequestScene = {
    facts: s.survey.facts,
    bucketAccount: bucketAccountOf(bucket, s.survey.facts),
    pointAccount: bucketAccountOf(bucket, s.survey.facts),
    now: new Date(s.now()).toISOString(),
  };
  const decided: { principal: string; decision: Decision; set: PolicySet; policies: readonly NamedPolicy[] }[] = [];
  for (const principal of principals) {
    const ours = await identitySide(principal, s);
    if (!ours.readable)
      return undecided(`the policies of ${principal} can't be read from here (${ours.why})`, 'evaluator');
    const set: PolicySet = { ...ours.value.set, ...theirs.value };
    const compiled = compile(set);
    const answers = requestsOf(row, principal, scene).map((request) => compiled.decide(request));
    const telling = answers.find(({ decision }) => decision === 'allow') ?? answers[0];
    if (telling !== undefined) decided.push({ principal, decision: telling, set, policies: ours.value.policies });
  }
  // With several principals a grant must reach each of them, and a denial must hold for each.
  const surprise = decided.find(({ decision }) => decision.decision !== row.expect) ?? decided[0];
  if (surprise === undefined) return undecided('no document says so', 'evaluator');
  const decision = atTheBucket(surprise.decision, surprise.principal, theirs.value.resourcePolicy, s);
  const foreign = decision.decision === 'allow' && row.expect === 'deny' && isForeign(row, surprise, s);
  return { ...fromDecision(decision), ...(foreign ? { foreign: true as const } : {}) };
}

/**
 * Within one account either side may grant, and the evaluator names the nearer one; a bucket-policy connection grants in
 * the bucket policy and nowhere else, so that is where its statement is missing.
 */
function atTheBucket(
  decision: Decision,
  principal: string,
  policy: PolicyDocument | undefined,
  s: EvaluatorScene,
): Decision {
  const { nearest } = decision;
  if (s.connection.method !== 'bucket-policy' || decision.reason !== 'implicit-deny') return decision;
  if (nearest === null || nearest.layer !== 'identity-policy') return decision;
  const gone = deadPrincipals(policy);
  const mismatch =
    gone.length > 0
      ? `no statement of the bucket policy names ${principal}: it names ${gone.join(', ')}, a principal that was deleted, and one of the same name is another`
      : `no statement of the bucket policy lets ${principal} do it`;
  const patch = nearest.patch === null ? null : { ...nearest.patch, Principal: { AWS: principal } };
  return { ...decision, nearest: { layer: 'resource-policy', statement: null, mismatch, patch } };
}

/** Ids that show through where a principal was deleted (IAM User Guide, "Principal": AROA…, AIDA…). */
function deadPrincipals(policy: PolicyDocument | undefined): readonly string[] {
  const named = statementsOf(policy ?? { Statement: [] }).flatMap(({ Principal }) =>
    typeof Principal === 'object' ? Object.values(Principal).flatMap((names) => [names].flat()) : [],
  );
  return [...new Set(named.filter((name) => /^A(?:ROA|IDA)[A-Z0-9]{12,}$/.test(name)))];
}

function fromDecision(decision: Decision): Evaluated {
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

function indexOf(policy: string): number {
  return Number(/\[(\d+)\]$/.exec(policy)?.[1] ?? 0);
}

/**
 * Whether what allows is somebody else's policy: another connection's statement, another policy of a role or user that
 * was there before, or for an existing role a statement of the bucket policy that isn't ours.
 */
function isForeign(
  row: ExpectedRow,
  found: { readonly decision: Decision; readonly set: PolicySet; readonly policies: readonly NamedPolicy[] },
  s: EvaluatorScene,
): boolean {
  const { decision, set, policies } = found;
  const c = s.connection;
  const { statement } = decision;
  if (statement === null) return false;
  const sid = statement.sid ?? '';
  if (/^S3Connect[0-9A-Z]{12}/.test(sid) && !sid.startsWith(c.owner.mark)) return true;
  if (decision.layer === 'identity-policy') {
    if (c.method !== 'existing-role' && c.method !== 'bucket-policy') return false;
    const policy = policies[indexOf(statement.policy)];
    if (c.method === 'bucket-policy' || policy === undefined) return true;
    if (policy.name !== c.policy.name || policy.kind !== c.policy.kind) return true;
    // In a policy that carries statements of ours, one without a mark was there before.
    const marked = statementsOf(policy.document).some((each) => each.Sid?.startsWith(c.owner.mark));
    return marked && !sid.startsWith(c.owner.mark);
  }
  if (decision.layer === 'resource-policy' && row.kind !== 'public' && c.method === 'existing-role') {
    return set.resourcePolicy !== undefined && !sid.startsWith(c.owner.mark);
  }
  return false;
}

/** `sts:AssumeRole` with the vendor as the principal, on the live trust policy without a statement of mode `self`. */
async function evaluateAssume(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
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

async function evaluateCors(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  const cors = bucket?.cors;
  if (bucket === undefined || cors === undefined) return undecided('no CORS is declared', 'evaluator');
  const seen = await s.live.cors(siteOf(bucket, s.survey.facts), bucket.name);
  if (!seen.readable) return undecided(`the CORS rules can't be read from here (${seen.why})`, 'evaluator');
  const rules = seen.value ?? [];
  const say = (actual: 'allow' | 'deny', detail: string): Evaluated => ({
    actual,
    by: 'evaluator',
    code: null,
    detail,
  });
  if (row.kind === 'cors') {
    const origin = sampleOrigin(row.origin ?? '');
    const headers = sampleHeaders(cors.allowedHeaders);
    for (const method of cors.allowedMethods) {
      const rule = firstMatch(rules, { origin, method, headers });
      if (rule === undefined) return say('deny', `no CORS rule lets ${origin} send ${method}`);
      const hidden = cors.exposeHeaders.filter((wanted) => !hasHeader(rule.ExposeHeaders ?? [], wanted));
      if (hidden.length > 0) return say('deny', `the first matching rule does not expose ${hidden.join(', ')}`);
    }
    return say('allow', 'the first matching rule lets it in and exposes what is declared');
  }
  const stranger = strangerTo(cors.allowedOrigins);
  if (stranger === undefined) return undecided('the allowed origins leave no stranger', 'evaluator');
  return { ...strangerVerdict(rules, stranger, cors.allowedMethods, cors.allowedOrigins, s.connection.owner.mark) };
}

const hasHeader = (list: readonly string[], name: string): boolean =>
  list.some((each) => each.toLowerCase() === name.toLowerCase());

function strangerVerdict(
  rules: Parameters<typeof firstMatch>[0],
  origin: string,
  methods: readonly string[],
  allowed: readonly string[],
  mark: string,
): Evaluated {
  for (const method of methods) {
    const rule = firstMatch(rules, { origin, method, headers: [] });
    if (rule === undefined) continue;
    const ours = isOurRule(rule, allowed, mark);
    const name = rule.ID === undefined ? 'a rule' : `the rule ${rule.ID}`;
    return {
      actual: 'allow',
      by: 'evaluator',
      code: null,
      detail: `${name}${ours ? '' : ' of somebody else'} lets ${origin} send ${method}`,
      ...(ours ? {} : { foreign: true as const }),
    };
  }
  return { actual: 'deny', by: 'evaluator', code: null, detail: `no rule lets ${origin} in` };
}

async function evaluateNotification(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  if (bucket?.notifications === undefined) return undecided('no notification is declared', 'evaluator');
  const { facts } = s.survey;
  const site = siteOf(bucket, facts);
  const account = bucketAccountOf(bucket, facts);
  const arn = topicArn(facts.partition, site.region, account, bucket.notifications.snsTopic);
  const [configuration, topic] = await Promise.all([
    s.live.notification(site, bucket.name),
    s.survey.own ? s.live.topic(site, arn) : ({ readable: false, why: 'another account' } as const),
  ]);
  if (!configuration.readable)
    return undecided(`the events can't be read from here (${configuration.why})`, 'evaluator');
  if (!topic.readable) return undecided(`the topic can't be read from here (${topic.why})`, 'evaluator');
  const verdict = judgeNotification({
    bucket,
    bucketArn: bucketArn(facts.partition, bucket.name),
    bucketAccount: account,
    topicArn: arn,
    configuration: configuration.value,
    topicPolicy: topic.value?.policy,
    now: new Date(s.now()).toISOString(),
  });
  return {
    actual: verdict.ok ? 'allow' : 'deny',
    by: 'evaluator',
    code: null,
    detail: verdict.detail,
    ...(verdict.decision === undefined || verdict.ok ? {} : { decision: verdict.decision }),
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
