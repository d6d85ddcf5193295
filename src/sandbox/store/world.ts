import { createHash } from 'node:crypto';
import type { ContextValues, PolicyDocument, PolicySet } from '../../policy/types.js';
import type { Caller, Decide, WireRequest } from '../types.js';
import { clearBucketStore, createBucketStore } from './buckets.js';
import { createIamStore, newestPolicy, visiblePolicy } from './iam.js';
import { arnOfId, idOfPrincipal, storedPrincipal, toRenderedPolicy, toStoredPolicy } from './principals.js';
import type { PrincipalRecord, Random, ServiceEvent, Topic, World } from './types.js';

export interface WorldOptions {
  readonly account: string;
  readonly region: string;
  readonly propagationSeconds: number;
  readonly random: Random;
  readonly decide: Decide;
  readonly clock: () => number;
}

type OwnSide = Pick<PolicySet, 'identityPolicies' | 'permissionsBoundary' | 'sessionPolicies'>;

const EVERYTHING: readonly PolicyDocument[] = [
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
];
const NOTHING: readonly PolicyDocument[] = [];
const ALLOWS_NOTHING: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** The partition of a region (botocore's partitions.json: patterns of region names). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** The sandbox's memory, empty, with the answers that every service needs of it. */
export function createWorld(options: WorldOptions): World & { clear(): void } {
  const { account, region, random, decide, clock } = options;
  const partition = partitionOf(region);
  const iam = createIamStore(
    { maxMs: options.propagationSeconds * 1000, now: clock, random: () => random.next() },
    random,
  );
  const s3 = createBucketStore();
  const topics = new Map<string, Topic>();
  const scope = { iam, partition, account };
  const rendered = keptUntilChanged(iam.epoch, (stored: PolicyDocument) => toRenderedPolicy(scope, stored));
  const ownSides = keptUntilChanged(iam.epoch, (record: PrincipalRecord): OwnSide => ownSideOf(record));
  const parsed = new Map<string, PolicyDocument>();

  const ownSideOf = (record: PrincipalRecord): OwnSide => {
    const attached = record.attachedPolicies.flatMap((arn) => defaultDocument(arn) ?? []);
    const side = { identityPolicies: [...Object.values(record.inlinePolicies), ...attached] };
    if (record.permissionsBoundary === undefined) return side;
    // A boundary that is gone allows nothing.
    return { ...side, permissionsBoundary: defaultDocument(record.permissionsBoundary) ?? ALLOWS_NOTHING };
  };
  const defaultDocument = (arn: string): PolicyDocument | undefined => {
    const policy = visiblePolicy(iam, arn) ?? newestPolicy(iam, arn);
    return policy?.versions.find((version) => version.id === policy.defaultVersionId)?.document;
  };
  const recordOf = (caller: Caller): PrincipalRecord | undefined => {
    if (caller.principalId === undefined) return undefined;
    return caller.principalId.startsWith('AROA')
      ? iam.roles.visibleById(caller.principalId)
      : iam.users.visibleById(caller.principalId);
  };
  const parse = (text: string): PolicyDocument => {
    let document = parsed.get(text);
    if (document === undefined) {
      document = JSON.parse(text) as PolicyDocument;
      if (parsed.size > 200) parsed.clear();
      parsed.set(text, document);
    }
    return document;
  };

  const world: World & { clear(): void } = {
    account,
    partition,
    region,
    endpoint: '',
    clock,
    random,
    decide,
    iam,
    s3,
    topics,
    policiesOf: (caller) => {
      if (caller.account === undefined) return { identityPolicies: NOTHING };
      const record = recordOf(caller);
      let side: OwnSide;
      if (record !== undefined) side = ownSides(record);
      else side = { identityPolicies: isRoot(caller) || caller.unlimited ? EVERYTHING : NOTHING };
      return caller.sessionPolicies.length === 0
        ? side
        : { ...side, sessionPolicies: caller.sessionPolicies.map(parse) };
    },
    contextOf: (request) => contextOf(request, clock(), recordOf(request.caller)),
    principalExists: (principal) => storedPrincipal(scope, principal) !== undefined,
    resolvePrincipal: (principal) =>
      principal.startsWith('arn:') ? idOfPrincipal(scope, principal) : arnOfId(scope, principal),
    storePolicy: (document) => toStoredPolicy(scope, document),
    renderPolicy: (stored) => rendered(stored),
    canonicalId: (of) => createHash('sha256').update(`canonical user of ${of}`).digest('hex'),
    publishEvent: async (event: ServiceEvent) => {
      const { publishAsService } = await import('../services/sns/publish.js');
      return publishAsService(event, world);
    },
    clear: () => {
      iam.clear();
      clearBucketStore(s3);
      topics.clear();
    },
  };
  return world;
}

function isRoot(caller: Caller): boolean {
  return caller.arn.endsWith(':root');
}

function contextOf(request: WireRequest, now: number, record: PrincipalRecord | undefined): ContextValues {
  const { caller, headers } = request;
  const context: Record<string, string | readonly string[]> = {
    'aws:CurrentTime': new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:SecureTransport': String(request.secure),
    'aws:SourceIp': request.sourceIp ?? '127.0.0.1',
    'aws:RequestedRegion': request.region,
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': caller.account ?? 'anonymous',
  };
  if (headers['user-agent'] !== undefined) context['aws:UserAgent'] = headers['user-agent'];
  if (headers.referer !== undefined) context['aws:Referer'] = headers.referer;
  if (caller.account === undefined) {
    context['aws:PrincipalType'] = 'Anonymous';
    return context;
  }
  context['aws:PrincipalArn'] = caller.principalArn ?? caller.arn;
  context['aws:PrincipalType'] = principalType(caller);
  if (caller.userId !== undefined) context['aws:userid'] = caller.userId;
  const user = /^arn:[^:]+:iam::\d+:user\/(?:.*\/)?([^/]+)$/.exec(caller.principalArn ?? caller.arn);
  if (user) context['aws:username'] = user[1]!;
  if (caller.tokenIssuedAt !== undefined) {
    context['aws:TokenIssueTime'] = new Date(caller.tokenIssuedAt).toISOString().replace(/\.\d+Z$/, 'Z');
    context['aws:MultiFactorAuthPresent'] = 'false';
  }
  for (const [key, value] of Object.entries(record?.tags ?? {})) context[`aws:PrincipalTag/${key}`] = value;
  return context;
}

function principalType(caller: Caller): string {
  if (isRoot(caller)) return 'Account';
  if (caller.arn.includes(':assumed-role/')) return 'AssumedRole';
  return caller.arn.includes(':federated-user/') ? 'FederatedUser' : 'User';
}

/** Remembers what was derived from a record until anything in IAM changes; nothing while a change is on its way. */
function keptUntilChanged<K extends object, V>(
  epoch: { current(): number | undefined },
  derive: (key: K) => V,
): (key: K) => V {
  let kept = new WeakMap<K, V>();
  let at: number | undefined;
  return (key) => {
    const now = epoch.current();
    if (now === undefined) return derive(key);
    if (now !== at) {
      kept = new WeakMap();
      at = now;
    }
    let value = kept.get(key);
    if (value === undefined) {
      value = derive(key);
      kept.set(key, value);
    }
    return value;
  };
}
