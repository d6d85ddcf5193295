import type { Clock } from '../aws/retry.js';
import type { Facts } from '../connection/types.js';
import type { S3ConnectError } from '../errors.js';
import { changeOf, type Step } from './assemble.js';
import type { ObservedNode } from './nodes.js';
import type { Recent } from './patience.js';
import type { Work } from './prepare.js';
import type { Change, OnEvent } from './types.js';

export interface ExecuteOptions {
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** Fingerprint of the reviewed plan; another one is `PlanChanged` before any write. */
  readonly expect?: string;
  readonly clock?: Clock;
}

/** What is known about one run while it goes on: its rows, its failures, and what it made. */
export interface Progress {
  readonly work: Work;
  readonly o: ExecuteOptions;
  /** First failure of each member. */
  readonly errors: Map<number, S3ConnectError>;
  /** Facts that writing has added to. */
  readonly learned: Map<number, Facts>;
  readonly recent: Recent;
  row(member: number, index: number): Change | undefined;
  start(step: Step): void;
  done(step: Step, begin: number): void;
  skip(step: Step, why: string): void;
  fail(step: Step, error: S3ConnectError): void;
  learn(step: Step, live: unknown): void;
  wrote(node: ObservedNode): void;
  /** Has this run made what was not there before? */
  made(kind: string, id: string): boolean;
  waiting(steps: readonly Pick<Step, 'contribution'>[], what: string, ms?: number): void;
}

/** Begins to keep the books of a run. */
export function startProgress(work: Work, o: ExecuteOptions): Progress {
  const rows = new Map<string, Change>();
  const errors = new Map<number, S3ConnectError>();
  const learned = new Map<number, Facts>();
  const names = new Set<string>();
  const keys = new Set<string>();
  const created = new Set<string>();
  const name = (member: number): string => work.headings[member]?.name ?? '';
  const about = ({ node, contribution }: Step) => ({
    connection: name(contribution.member),
    resource: node.kind.type,
    id: node.id,
  });
  const row = (step: Step, more: Pick<Change, 'status' | 'error' | 'note'>): void => {
    const { member, row: index } = step.contribution;
    rows.set(`${member}/${index}`, { ...changeOf(step), ...more });
  };
  return {
    work,
    o,
    errors,
    learned,
    recent: { names, keys },
    row: (member, index) => rows.get(`${member}/${index}`),
    start: (step) => o.onEvent?.({ type: 'changing', ...about(step), action: step.action }),
    done(step, begin) {
      row(step, { status: 'done' });
      if (step.action === 'none') return;
      o.onEvent?.({ type: 'changed', ...about(step), action: step.action, ms: performance.now() - begin });
    },
    skip(step, why) {
      row(step, { status: 'skipped', note: why });
      o.onEvent?.({ type: 'skipped', ...about(step), why });
    },
    fail(step, error) {
      const { member } = step.contribution;
      if (!errors.has(member)) errors.set(member, error);
      row(step, { status: 'failed', error: error.toJSON() });
      o.onEvent?.({ type: 'failed', ...about(step), error });
    },
    learn(step, live) {
      const { member, desired, by } = step.contribution;
      const news = step.node.kind.learn?.(live, desired, by);
      if (news === undefined) return;
      const known = learned.get(member) ?? by.facts;
      learned.set(member, {
        ...known,
        ...news,
        buckets: { ...known.buckets, ...news.buckets },
        accessPointAliases: { ...known.accessPointAliases, ...news.accessPointAliases },
      });
    },
    wrote({ kind, id, live }) {
      names.add(id);
      keys.add(`${kind.type}|${id}`);
      if (kind.show(live) === null) created.add(`${kind.type}|${id}`);
    },
    made: (kind, id) => created.has(`${kind}|${id}`),
    waiting(steps, what, ms) {
      for (const { contribution } of steps) {
        const connection = name(contribution.member);
        o.onEvent?.({ type: 'waiting', connection, for: what, ...(ms === undefined ? {} : { ms }) });
      }
    },
  };
}
