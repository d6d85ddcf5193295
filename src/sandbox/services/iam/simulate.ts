import { statementsOf } from '../../../policy/documents.js';
import type { Decision, PolicyDocument, PolicySet } from '../../../policy/types.js';
import { validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import { nameKey, visiblePolicy } from '../../store/iam.js';
import type { Role, User } from '../../store/types.js';
import { WireError } from '../../types.js';
import { type IamAction, type IamCall, may, members, noSuchEntity } from './call.js';
import { identityDocument, parseDocument } from './documents.js';

interface Named {
  /** SourcePolicyId of a matched statement. */
  readonly id: string;
  readonly document: PolicyDocument;
}

interface Simulation {
  readonly principal: string;
  readonly policies: readonly Named[];
  readonly boundary: PolicyDocument | undefined;
  /** Keys that are known of the principal itself. */
  readonly context: Readonly<Record<string, string>>;
}

const DECISIONS = { allowed: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const;
const SEVERITY = ['allowed', 'implicitDeny', 'explicitDeny'] as const;

function inputs(call: IamCall, parameter: string): readonly Named[] {
  return call.params
    .list(parameter)
    .map((text, i) => ({ id: `${parameter}.${i + 1}`, document: identityDocument(call.world, text) }));
}

function contextEntries(call: IamCall): Readonly<Record<string, readonly string[]>> {
  const entries: (readonly [string, readonly string[]])[] = [];
  for (let i = 1; ; i++) {
    const name = call.params.optional(`ContextEntries.member.${i}.ContextKeyName`);
    if (name === undefined) return Object.fromEntries(entries);
    entries.push([name, call.params.list(`ContextEntries.member.${i}.ContextKeyValues`)]);
  }
}

function defaultDocument(call: IamCall, arn: string): PolicyDocument | undefined {
  const policy = visiblePolicy(call.world.iam, arn);
  return policy?.versions.find((version) => version.id === policy.defaultVersionId)?.document;
}

function policiesOf(call: IamCall, record: Role | User): readonly Named[] {
  const inline = Object.entries(record.inlinePolicies).map(([name, document]) => ({
    id: `${record.kind}_${record.name}_${name}`,
    document,
  }));
  const attached = record.attachedPolicies.flatMap((arn) => {
    const document = defaultDocument(call, arn);
    return document === undefined ? [] : [{ id: arn.slice(arn.lastIndexOf('/') + 1), document }];
  });
  return [...inline, ...attached];
}

function sourceOf(call: IamCall): Role | User {
  const arn = call.params.required('PolicySourceArn');
  may(call, 'SimulatePrincipalPolicy', arn);
  const kind = /^arn:[a-z-]+:iam::\d{12}:(user|role)\//.exec(arn)?.[1];
  if (kind === undefined) throw new WireError('InvalidInput', 400, `Invalid Entity Arn: ${arn}`);
  const key = nameKey(call.account, arn.slice(arn.lastIndexOf('/') + 1));
  const table = kind === 'role' ? call.world.iam.roles : call.world.iam.users;
  const record = table.visible(key);
  if (record?.arn !== arn) throw noSuchEntity(`The ARN ${arn} cannot be found.`);
  return record;
}

/** Keys that the policies ask for and nobody gave (IAM API Reference, EvaluationResult: MissingContextValues). */
function missingKeys(policies: readonly Named[], known: ReadonlySet<string>): readonly string[] {
  const keys = policies.flatMap(({ document }) =>
    statementsOf(document).flatMap((statement) =>
      Object.values(statement.Condition ?? {}).flatMap((block) => Object.keys(block)),
    ),
  );
  return [...new Set(keys)].filter((key) => !known.has(key.toLowerCase())).sort();
}

function matched(decision: Decision, policies: readonly Named[]): readonly XmlNode[] {
  const { statement } = decision;
  if (statement === null || decision.reason === 'implicit-deny') return [];
  const at = /^identityPolicies\[(\d+)\]$/.exec(statement.policy)?.[1];
  const id = at === undefined ? 'ResourcePolicy' : policies[Number(at)]?.id;
  return [{ SourcePolicyId: id, SourcePolicyType: 'IAM Policy' }];
}

function simulate(call: IamCall, simulation: Simulation): XmlNode {
  const { policies, principal } = simulation;
  const actions = call.params.list('ActionNames');
  if (actions.length === 0) throw validationError('At least one action name is needed.');
  const resources = call.params.list('ResourceArns');
  const given = { ...simulation.context, ...contextEntries(call) };
  const missing = missingKeys(policies, new Set(Object.keys(given).map((key) => key.toLowerCase())));
  const resourcePolicy = call.params.optional('ResourcePolicy');
  const set: PolicySet = {
    identityPolicies: policies.map(({ document }) => document),
    ...(simulation.boundary === undefined ? {} : { permissionsBoundary: simulation.boundary }),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy: parseDocument(resourcePolicy) }),
  };
  const owner = /^(?:arn:[a-z-]+:iam::)?(\d{12})/.exec(call.params.optional('ResourceOwner') ?? '')?.[1];
  const results = actions.map((action) => {
    const each = (resources.length === 0 ? ['*'] : resources).map((resource) => {
      const decision = call.world.decide(set, {
        principal,
        action,
        resource,
        resourceAccount: owner ?? call.account,
        context: given,
      });
      return { resource, verdict: DECISIONS[decision.reason], statements: matched(decision, policies) };
    });
    const verdict = SEVERITY[Math.max(...each.map((one) => SEVERITY.indexOf(one.verdict)))]!;
    return {
      EvalActionName: action,
      EvalResourceName: each[0]!.resource,
      EvalDecision: verdict,
      MatchedStatements: members(each.filter((one) => one.verdict === verdict).flatMap((one) => one.statements)),
      MissingContextValues: members(missing),
      ...(resources.length === 0
        ? {}
        : {
            ResourceSpecificResults: members(
              each.map((one) => ({
                EvalResourceName: one.resource,
                EvalResourceDecision: one.verdict,
                MatchedStatements: members(one.statements),
                MissingContextValues: members(missing),
              })),
            ),
          }),
    };
  });
  return { EvaluationResults: members(results), IsTruncated: false };
}

/**
 * IAM API Reference, SimulatePrincipalPolicy and EvaluationResult: one result per action, the most restrictive of all
 * resources; for a role no resource policy takes part.
 */
const simulatePrincipalPolicy: IamAction = (call) => {
  const record = sourceOf(call);
  if (record.kind === 'role' && call.params.optional('ResourcePolicy') !== undefined) {
    throw new WireError('InvalidInput', 400, 'Simulation of resource-based policies is not supported for IAM roles.');
  }
  const given = inputs(call, 'PermissionsBoundaryPolicyInputList')[0]?.document;
  const own = record.permissionsBoundary;
  return simulate(call, {
    principal: call.params.optional('CallerArn') ?? record.arn,
    policies: [...policiesOf(call, record), ...inputs(call, 'PolicyInputList')],
    boundary: given ?? (own === undefined ? undefined : defaultDocument(call, own)),
    context: {
      'aws:PrincipalArn': record.arn,
      'aws:userid': record.id,
      ...(record.kind === 'user' ? { 'aws:username': record.name } : {}),
      ...Object.fromEntries(Object.entries(record.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    },
  });
};

const simulateCustomPolicy: IamAction = (call) => {
  may(call, 'SimulateCustomPolicy', '*');
  return simulate(call, {
    principal: call.params.optional('CallerArn') ?? call.request.caller.arn,
    policies: inputs(call, 'PolicyInputList'),
    boundary: inputs(call, 'PermissionsBoundaryPolicyInputList')[0]?.document,
    context: {},
  });
};

/** The policy simulator. */
export const SIMULATE_ACTIONS: Readonly<Record<string, IamAction>> = {
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
  SimulateCustomPolicy: simulateCustomPolicy,
};
