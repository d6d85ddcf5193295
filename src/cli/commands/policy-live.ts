import type { AwsAccess, AwsPorts } from '../../aws/ports.js';
import { S3ConnectError } from '../../errors.js';
import { parseArn } from '../../policy/arn.js';
import type { EvaluationRequest, Layer, PolicyDocument, PolicySet } from '../../policy/types.js';

/** What could be read of the live account for one request, and what could not. */
export interface LivePolicies {
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
  readonly unknown: readonly Layer[];
  /** One sentence for what is not there, and for each layer that can't be seen. */
  readonly notes: readonly string[];
}

/** Where another account's identity policies can't be read, they are taken to allow: what is left to judge is one's own. */
const ASSUMED: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface Reading {
  readonly ports: AwsPorts;
  readonly account: string;
  readonly policies: { -readonly [K in keyof PolicySet]: PolicySet[K] };
  readonly unknown: Map<Layer, string>;
  /** What turned out not to be there. */
  readonly absent: string[];
}

/**
 * Reads every layer that decides the request and that the caller may read, without changing anything.
 * What is refused, and what nobody outside the organisation or the other account can see, is `unknown`.
 * Throws what is not a refusal: no credentials, an endpoint that is down.
 */
export async function readLive(aws: AwsAccess, request: EvaluationRequest): Promise<LivePolicies> {
  const ports = aws.ports({});
  const { account } = await ports.sts.getCallerIdentity();
  const unknown = new Map<Layer, string>([
    ['scp', "service control policies: the organisation's, not readable from the account"],
    ['rcp', "resource control policies: the organisation's, not readable from the account"],
  ]);
  const reading: Reading = { ports, account, policies: {}, unknown, absent: [] };
  const [, resource] = await Promise.all([readCaller(reading, request), readResource(reading, request, aws)]);
  return {
    request: { ...request, ...resource },
    policies: reading.policies,
    unknown: [...unknown.keys()],
    notes: [...reading.absent, ...unknown.values()],
  };
}

/** The result, or undefined with the layer marked where the caller may not read it. */
async function attempt<T>(
  reading: Reading,
  layer: Layer,
  what: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof S3ConnectError) || thrown.code !== 'AccessDenied') throw thrown;
    const assumed = layer === 'identity-policy' ? ', so it is taken to allow' : '';
    reading.unknown.set(layer, `${what}: you may not read it${assumed}`);
    return undefined;
  }
}

async function readCaller(reading: Reading, { principal }: EvaluationRequest): Promise<void> {
  const arn = parseArn(principal);
  if (arn === undefined) return;
  if (arn.account !== reading.account) {
    reading.policies.identityPolicies = [ASSUMED];
    reading.unknown.set('identity-policy', `identity policies of account ${arn.account}: taken to allow it`);
    return;
  }
  const [kind, ...rest] = arn.resource.split('/');
  if (kind === 'assumed-role')
    reading.unknown.set('session-policy', 'session policy: only the session itself knows it');
  const policies = await attempt(reading, 'identity-policy', 'identity policies', async () => {
    if (kind === 'user') return readUser(reading, rest.at(-1)!);
    if (kind === 'role') return readRole(reading, rest.at(-1)!);
    return kind === 'assumed-role' ? readRole(reading, rest[0]!) : [];
  });
  reading.policies.identityPolicies = policies ?? [ASSUMED];
}

function nothing({ absent, account }: Reading, what: string): readonly [] {
  absent.push(`there is no ${what} in account ${account}`);
  return [];
}

async function readRole(reading: Reading, name: string): Promise<readonly PolicyDocument[]> {
  const { iam } = reading.ports;
  const [role, inline, attached] = await Promise.all([
    iam.getRole(name),
    iam.listRolePolicies(name),
    iam.listAttachedRolePolicies(name),
  ]);
  if (role === undefined) return nothing(reading, `role ${name}`);
  await readBoundary(reading, role.permissionsBoundary);
  return known(
    await Promise.all([
      ...inline.map((policy) => iam.getRolePolicy(name, policy)),
      ...attached.map(({ arn }) => managed(reading, arn)),
    ]),
  );
}

async function readUser(reading: Reading, name: string): Promise<readonly PolicyDocument[]> {
  const { iam } = reading.ports;
  const [user, inline, attached, groups] = await Promise.all([
    iam.getUser(name),
    iam.listUserPolicies(name),
    iam.listAttachedUserPolicies(name),
    iam.listGroupsForUser(name),
  ]);
  if (user === undefined) return nothing(reading, `user ${name}`);
  await readBoundary(reading, user.permissionsBoundary);
  const ofGroups = await Promise.all(groups.map((group) => iam.listGroupPolicies(group)));
  const arns = [...attached.map(({ arn }) => arn), ...ofGroups.flatMap((group) => group.attached)];
  return known(
    await Promise.all([
      ...inline.map((policy) => iam.getUserPolicy(name, policy)),
      ...ofGroups.flatMap((group) => group.documents),
      ...arns.map((arn) => managed(reading, arn)),
    ]),
  );
}

async function managed({ ports }: Reading, arn: string): Promise<PolicyDocument | undefined> {
  return (await ports.iam.getPolicy(arn))?.document;
}

async function readBoundary(reading: Reading, arn: string | undefined): Promise<void> {
  if (arn === undefined) return;
  const boundary = await attempt(reading, 'permissions-boundary', `permissions boundary ${arn}`, () =>
    managed(reading, arn),
  );
  if (boundary !== undefined) reading.policies.permissionsBoundary = boundary;
}

function known(documents: readonly (PolicyDocument | undefined)[]): readonly PolicyDocument[] {
  return documents.filter((document) => document !== undefined);
}

/** The resource's side; answers what it learnt about the resource for the request. */
async function readResource(
  reading: Reading,
  request: EvaluationRequest,
  aws: AwsAccess,
): Promise<Partial<EvaluationRequest>> {
  const arn = parseArn(request.resource);
  const owner = request.resourceAccount ?? (arn?.account === '' ? undefined : arn?.account);
  if (arn === undefined) return {};
  const { policies, unknown, account } = reading;
  if (owner !== undefined && owner !== account && arn.service !== 's3') {
    unknown.set(layerOf(arn.service), `${arn.service} policy of account ${owner}: you may not read it`);
    return {};
  }
  if (arn.service === 'iam' && arn.resource.startsWith('role/')) {
    const name = arn.resource.split('/').at(-1)!;
    const role = await attempt(reading, 'trust-policy', `trust policy of ${name}`, () =>
      reading.ports.iam.getRole(name),
    );
    if (role !== undefined) policies.trustPolicy = role.trustPolicy;
    else if (!unknown.has('trust-policy')) nothing(reading, `role ${name}`);
  } else if (arn.service === 'sns') {
    const topic = await attempt(reading, 'resource-policy', 'topic policy', () =>
      aws.ports({ region: arn.region }).sns.getTopic(request.resource),
    );
    if (topic !== undefined) policies.resourcePolicy = topic.policy;
    else if (!unknown.has('resource-policy')) nothing(reading, `topic ${request.resource}`);
  } else if (arn.service === 'kms') unknown.set('key-policy', 'key policy: s3connect does not read KMS keys');
  else if (arn.service === 's3')
    return arn.resource.startsWith('accesspoint/')
      ? readAccessPoint(reading, request, aws)
      : readBucket(reading, arn.resource.split('/')[0]!, owner, aws);
  return {};
}

function layerOf(service: string): Layer {
  return service === 'iam' ? 'trust-policy' : service === 'kms' ? 'key-policy' : 'resource-policy';
}

async function readBucket(
  reading: Reading,
  bucket: string,
  owner: string | undefined,
  aws: AwsAccess,
): Promise<Partial<EvaluationRequest>> {
  const found = await reading.ports.s3.headBucket(bucket);
  if (found === undefined)
    throw new S3ConnectError('BucketNotFound', `there is no bucket ${bucket}`, {
      path: '--resource',
      hint: 'check its name, or give the documents as files',
    });
  const { s3, s3control } = aws.ports({ region: found.region });
  const { policies, account } = reading;
  const [policy, bucketBlock, accountBlock] = await Promise.all([
    attempt(reading, 'resource-policy', `policy of the bucket ${bucket}`, () => s3.getBucketPolicy(bucket)),
    attempt(reading, 'block-public-access', `Block Public Access of the bucket ${bucket}`, () =>
      s3.getPublicAccessBlock(bucket),
    ),
    attempt(reading, 'block-public-access', 'Block Public Access of the account', () =>
      s3control.getAccountPublicAccessBlock(account),
    ),
  ]);
  if (policy !== undefined) policies.resourcePolicy = policy;
  if (bucketBlock !== undefined || accountBlock !== undefined)
    policies.blockPublicAccess = {
      ...policies.blockPublicAccess,
      ...(bucketBlock === undefined ? {} : { bucket: bucketBlock }),
      ...(accountBlock === undefined ? {} : { account: accountBlock }),
    };
  // Only the owner's account reads a bucket's policy, so a bucket that answered is one's own.
  return owner === undefined && !reading.unknown.has('resource-policy') ? { resourceAccount: account } : {};
}

async function readAccessPoint(
  reading: Reading,
  request: EvaluationRequest,
  aws: AwsAccess,
): Promise<Partial<EvaluationRequest>> {
  const arn = parseArn(request.resource)!;
  const name = arn.resource.split('/')[1]!;
  if (arn.account !== reading.account) {
    reading.unknown.set('access-point-policy', `access point of account ${arn.account}: you may not read it`);
    if (request.bucket !== undefined) return readBucket(reading, request.bucket, request.resourceAccount, aws);
    reading.unknown.set('resource-policy', 'policy of the bucket behind it: --bucket was not given');
    return {};
  }
  const { s3control } = aws.ports({ region: arn.region });
  const [point, policy] = await Promise.all([
    attempt(reading, 'access-point-policy', `access point ${name}`, () => s3control.getAccessPoint(arn.account, name)),
    attempt(reading, 'access-point-policy', `policy of the access point ${name}`, () =>
      s3control.getAccessPointPolicy(arn.account, name),
    ),
  ]);
  if (policy !== undefined) reading.policies.accessPointPolicy = policy;
  if (point === undefined && !reading.unknown.has('access-point-policy')) nothing(reading, `access point ${name}`);
  if (point?.publicAccessBlock !== undefined)
    reading.policies.blockPublicAccess = { accessPoint: point.publicAccessBlock };
  const bucket = request.bucket ?? point?.bucket;
  if (bucket === undefined) return {};
  const origin = point === undefined ? {} : { 's3:AccessPointNetworkOrigin': point.vpcId ? 'VPC' : 'Internet' };
  return {
    bucket,
    context: { ...origin, ...request.context },
    ...(await readBucket(reading, bucket, request.resourceAccount, aws)),
  };
}
