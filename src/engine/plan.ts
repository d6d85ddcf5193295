import type { S3ConnectError } from '../errors.js';
import type { Finding } from '../policy/types.js';
import { type Assembled, changeOf, type Step } from './assemble.js';
import { findingsOf } from './findings.js';
import { fingerprintOf } from './fingerprint.js';
import type { Change, ConnectionPlan, Plan } from './types.js';

/** What a plan says about one connection before its changes are known. */
export interface Heading {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly error?: S3ConnectError;
  readonly secretFile?: string;
}

export function summaryOf(connections: readonly ConnectionPlan[]): Plan['summary'] {
  const count = (action: Change['action']): number =>
    connections.reduce((sum, { changes }) => sum + changes.filter((change) => change.action === action).length, 0);
  return { create: count('create'), update: count('update'), delete: count('delete'), unchanged: count('none') };
}

function inRowOrder(steps: readonly Step[]): ReadonlyMap<number, readonly Step[]> {
  const byMember = new Map<number, Step[]>();
  for (const step of steps) {
    const list = byMember.get(step.contribution.member);
    if (list === undefined) byMember.set(step.contribution.member, [step]);
    else list.push(step);
  }
  for (const list of byMember.values()) list.sort((a, b) => a.contribution.row - b.contribution.row);
  return byMember;
}

/** What the account tells about an ACL action makes lint's general advice on it superfluous. */
function together(linted: readonly Finding[], ofAccount: readonly Finding[]): readonly Finding[] {
  const known = ofAccount.some(({ id }) => id === 'useless-put-object-acl');
  return [...linted.filter(({ id }) => !(known && id === 'acl-action')), ...ofAccount];
}

/** The plan as `plan --json` prints it; pure. */
export function planOf(
  headings: readonly Heading[],
  { steps }: Pick<Assembled, 'steps'>,
  more: (member: number) => readonly Finding[] = () => [],
): Plan {
  const byMember = inRowOrder(steps);
  const connections = headings.map(({ error, ...heading }, index): ConnectionPlan => {
    if (error !== undefined) return { ...heading, changes: [], findings: [], error: error.toJSON() };
    const own = byMember.get(index) ?? [];
    return { ...heading, changes: own.map(changeOf), findings: together(own.flatMap(findingsOf), more(index)) };
  });
  return { fingerprint: fingerprintOf(connections), connections, summary: summaryOf(connections) };
}
