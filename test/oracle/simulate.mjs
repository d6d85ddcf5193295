import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';

/**
 * Puts one case of `policy eval` to iam-simulate and answers 'allow' or 'deny'. What AWS derives from the
 * principal and the resource is put into the context here, by other code than the evaluator's own.
 */
export async function simulate(input) {
  const { request } = input;
  const service = request.action.split(':')[0].toLowerCase();
  const viaAccessPoint = request.resource.includes(':accesspoint/');
  const resourcePolicy =
    service === 'sts'
      ? input.trustPolicy
      : service === 'kms'
        ? input.keyPolicy
        : viaAccessPoint
          ? input.accessPointPolicy
          : input.resourcePolicy;
  const bpa = input.blockPublicAccess ?? {};
  const identified = request.principal.startsWith('arn:');
  const answer = await runSimulation(
    {
      request: {
        principal: request.principal === '*' ? anonymousPrincipal : request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.resourceAccount },
        contextVariables: { ...derivedContext(request), ...request.context },
      },
      identityPolicies: identified ? named(input.identityPolicies) : [],
      serviceControlPolicies: identified ? level(input.serviceControlPolicies) : [],
      resourceControlPolicies: level(input.resourceControlPolicies),
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      ...(input.permissionsBoundary === undefined || !identified
        ? {}
        : { permissionBoundaryPolicies: named([input.permissionsBoundary]) }),
      ...(input.sessionPolicies === undefined || input.sessionPolicies.length === 0 || !identified
        ? {}
        : { sessionPolicy: joined(input.sessionPolicies) }),
      additionalSettings: {
        s3: { blockPublicAccess: Object.values(bpa).some((one) => one?.RestrictPublicBuckets === true) },
      },
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === 'Allowed' ? 'allow' : 'deny';
}

function named(policies = []) {
  return policies.map((policy, index) => ({ name: `policy${index}`, policy }));
}

function level(policies = []) {
  return policies.length === 0 ? [] : [{ orgIdentifier: 'o-example', policies: named(policies) }];
}

/** Several session policies allow and deny together, as if their statements stood in one document. */
function joined(policies) {
  return { ...policies[0], Statement: policies.flatMap((policy) => policy.Statement) };
}

function derivedContext(request) {
  const { principal, resource, resourceAccount } = request;
  const context = { 'aws:ResourceAccount': resourceAccount };
  if (principal === '*') {
    context['aws:PrincipalType'] = 'Anonymous';
    context['aws:PrincipalAccount'] = 'anonymous';
    context['aws:userid'] = 'anonymous';
  } else if (principal.startsWith('arn:')) {
    const [, partition, , , account, name] = principal.split(':');
    const session = /^assumed-role\/([^/]+)\//.exec(name);
    context['aws:PrincipalAccount'] = account;
    context['aws:PrincipalArn'] = session ? `arn:${partition}:iam::${account}:role/${session[1]}` : principal;
    context['aws:PrincipalIsAWSService'] = 'false';
    if (name === 'root') Object.assign(context, { 'aws:PrincipalType': 'Account', 'aws:userid': account });
    if (name.startsWith('user/')) {
      Object.assign(context, { 'aws:PrincipalType': 'User', 'aws:username': name.split('/').at(-1) });
    }
    if (session) context['aws:PrincipalType'] = 'AssumedRole';
    if (name.startsWith('federated-user/')) {
      const user = name.slice('federated-user/'.length);
      Object.assign(context, { 'aws:PrincipalType': 'FederatedUser', 'aws:userid': `${account}:${user}` });
    }
  } else {
    context['aws:PrincipalIsAWSService'] = 'true';
    context['aws:PrincipalServiceName'] = principal;
  }
  const point = /^(arn:[^:]+:s3:[^:]*:(\d+):accesspoint\/[^/]+)/.exec(resource);
  if (point) Object.assign(context, { 's3:DataAccessPointArn': point[1], 's3:DataAccessPointAccount': point[2] });
  return context;
}
