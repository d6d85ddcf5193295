import type { AwsAccess } from '../aws/ports.js';
import { compileConnection } from '../connection/compile.js';
import type { Facts, ResolvedConnection, ResourceType } from '../connection/types.js';
import { type ErrorCode, S3ConnectError } from '../errors.js';
import { accountFindings } from './account-findings.js';
import { type Assembled, assemble } from './assemble.js';
import { explainDenial, gatherFacts } from './facts.js';
import { joinNodes, type Member, type ObservedNode } from './nodes.js';
import { observe } from './observe.js';
import { type Heading, planOf } from './plan.js';
import { addLeftovers } from './prune.js';
import { leaveOpenBuckets, refusalsOf } from './refusals.js';
import { type Run, startRun } from './run.js';
import { askAhead, withStaleGrants } from './stale-grants.js';
import type { OnEvent, Plan } from './types.js';

export interface PrepareInput {
  readonly connections: readonly ResolvedConnection[];
  readonly goal: 'present' | 'absent';
  readonly aws: AwsAccess;
  readonly adopt?: boolean;
  /** false refuses what would open a bucket to everybody; undefined (a plan) shows it, and `execute` refuses it. */
  readonly allowPublic?: boolean;
  /** Also remove what carries marks of `namespace` and belongs to none of `knownNames` (default: `connections`). */
  readonly prune?: boolean;
  /** Names of every connection of the file, where `connections` is a selection of them. */
  readonly knownNames?: readonly string[];
  /** Only these kinds (`role create`, `cors set` …). */
  readonly only?: readonly ResourceType[];
  readonly concurrency?: number;
  readonly namespace?: string | null;
  /** Path for the access key's secret; the default path is the caller's to compute. */
  readonly secretFile?: string | ((connection: string) => string);
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

/** A plan and what `execute` needs to carry out exactly that plan. */
export interface Prepared {
  readonly plan: Plan;
  /** For `execute` only. */
  readonly work: Work;
}

export interface Work {
  readonly run: Run;
  readonly goal: 'present' | 'absent';
  readonly headings: readonly Heading[];
  readonly members: readonly Member[];
  readonly nodes: readonly ObservedNode[];
  readonly assembled: Assembled;
  readonly allowPublic: boolean | undefined;
  readonly concurrency: number;
}

interface Gathered {
  readonly facts?: Facts;
  readonly member?: Member;
  readonly error?: S3ConnectError;
}

function secretFileOf(input: PrepareInput, name: string): string | undefined {
  return typeof input.secretFile === 'function' ? input.secretFile(name) : input.secretFile;
}

function bucketsMadeBy(connections: readonly ResolvedConnection[]): ReadonlySet<string> {
  return new Set(connections.flatMap(({ buckets }) => buckets.filter(({ create }) => create).map(({ name }) => name)));
}

async function gather(input: PrepareInput, run: Run, c: ResolvedConnection, index: number): Promise<Gathered> {
  const present = input.goal === 'present';
  const secretFile = c.method === 'user' ? secretFileOf(input, c.name) : undefined;
  let facts: Facts | undefined;
  if (input.only === undefined) askAhead(run, c);
  try {
    facts = await gatherFacts(c, input.aws, {
      run,
      requireBuckets: present,
      madeBuckets: bucketsMadeBy(input.connections),
      requireRoles: present,
      ...(secretFile === undefined ? {} : { secretFile }),
    });
    const resources = compileConnection(c, facts, present ? {} : { externalId: 'placeholder' }).filter(
      ({ kind }) => input.only === undefined || input.only.includes(kind),
    );
    return { facts, member: { index, connection: c, facts, resources, goal: input.goal } };
  } catch (e) {
    if (!(e instanceof S3ConnectError)) throw e;
    return { ...(facts === undefined ? {} : { facts }), error: e };
  }
}

function headingOf(c: ResolvedConnection, { facts, error }: Gathered): Heading {
  return {
    name: c.name,
    account: facts?.account ?? c.site.account ?? '',
    region: c.site.region,
    ...(facts?.secretFile === undefined ? {} : { secretFile: facts.secretFile }),
    ...(error === undefined ? {} : { error }),
  };
}

/** Refusals change what is left in shared documents, which may cause the next refusal: worked out until none is new. */
async function settle(
  input: PrepareInput,
  run: Run,
  nodes: readonly ObservedNode[],
  failed: Map<number, S3ConnectError>,
) {
  for (;;) {
    const assembled = assemble(nodes, new Set(failed.keys()));
    const refusals = await refusalsOf(run, assembled, {
      allowPublic: input.allowPublic,
      byName: input.goal === 'absent' && input.only !== undefined,
    });
    const news = [...assembled.failures, ...refusals].filter(([member]) => !failed.has(member));
    if (news.length === 0) return assembled;
    for (const [member, error] of news) if (!failed.has(member)) failed.set(member, error);
  }
}

/** No credentials, or nobody there: that is no one connection's trouble. */
const COMMON: ReadonlySet<ErrorCode> = new Set(['NoCredentials', 'ExpiredCredentials', 'EndpointUnreachable']);

function throwIfCommon(failed: ReadonlyMap<number, S3ConnectError>, count: number): void {
  const errors = [...failed.values()];
  const first = errors[0];
  if (first === undefined || errors.length < count) return;
  if (count === 1 || (COMMON.has(first.code) && errors.every(({ code }) => code === first.code))) throw first;
}

async function pruned(input: PrepareInput, run: Run, members: readonly Member[]) {
  const { connections } = input;
  if (input.prune !== true || connections.length === 0) return { members, added: [] };
  const namespace = input.namespace ?? connections[0]?.owner.namespace ?? null;
  const knownNames = input.knownNames ?? connections.map(({ name }) => name);
  return addLeftovers(run, { connections, namespace, knownNames }, members);
}

/**
 * Reads what there is and works out the plan; writes nothing.
 * Where only one connection is asked for, what refuses it is thrown; of several, it stands in that one's `error`.
 */
export async function prepare(input: PrepareInput): Promise<Prepared> {
  const concurrency = input.concurrency ?? 16;
  const run = startRun(input.aws, concurrency);
  const connections = input.connections;
  const gathered = await Promise.all(connections.map((c, index) => gather(input, run, c, index)));
  const wanted = gathered.flatMap(({ member }) => (member === undefined ? [] : [member]));
  const failed = new Map<number, S3ConnectError>();
  gathered.forEach(({ error }, index) => {
    if (error !== undefined) failed.set(index, error);
  });
  throwIfCommon(failed, connections.length);
  const current =
    input.only === undefined ? await Promise.all(wanted.map((member) => withStaleGrants(run, member))) : wanted;
  const { members, added: left } = await pruned(input, run, current);
  const names = [...connections, ...left.map(({ connection }) => connection)].map(({ name }) => name);
  const [observed, extra] = await Promise.all([
    observe(run, joinNodes(members, input.adopt === true), names, input.onEvent),
    input.goal === 'present' ? accountFindings(run, members) : new Map<number, never[]>(),
  ]);
  for (const [member, error] of observed.failures) {
    const of = members.find(({ index }) => index === member);
    if (!failed.has(member))
      failed.set(member, of === undefined ? error : await explainDenial(run, of.connection, of.facts, error));
  }
  if (input.signal?.aborted === true) throw new S3ConnectError('Interrupted', 'Interrupted; nothing was changed.');
  const nodes =
    input.allowPublic === true || input.goal === 'absent'
      ? observed.nodes
      : leaveOpenBuckets(
          observed.nodes,
          assemble(observed.nodes, new Set(failed.keys())).steps,
          (member) => connections[member]?.method === 'anonymous',
        );
  const assembled = await settle(input, run, nodes, failed);
  throwIfCommon(failed, names.length);
  const headings = connections.map((c, index): Heading => {
    const error = failed.get(index);
    return headingOf(c, { ...gathered[index], ...(error === undefined ? {} : { error }) });
  });
  for (const { index, connection, facts } of left) {
    const error = failed.get(index);
    headings.push(headingOf(connection, { facts, ...(error === undefined ? {} : { error }) }));
  }
  const plan = planOf(headings, assembled, (member) => extra.get(member) ?? []);
  return {
    plan,
    work: {
      run,
      goal: input.goal,
      headings,
      members,
      nodes,
      assembled,
      allowPublic: input.allowPublic,
      concurrency,
    },
  };
}
