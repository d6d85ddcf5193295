import { asList } from '../policy/documents.js';
import { lintPolicy } from '../policy/lint/index.js';
import { carriesMark } from '../policy/sids.js';
import type { Finding } from '../policy/types.js';
import type { Step } from './assemble.js';

/** Index of the statement that a pointer is in; undefined where it is about the whole document. */
function statementOf(pointer: string): number | undefined {
  const index = /^\/Statement\/(\d+)/.exec(pointer)?.[1];
  return index === undefined ? undefined : Number(index);
}

/** What is worth saying about a step: lint of its document, without what other people's statements are about. */
export function findingsOf({ node, contribution, before, after }: Step): readonly Finding[] {
  const { by, desired, goal } = contribution;
  if (goal === 'absent') return [];
  const own = node.kind.findings?.(before, after, desired, by) ?? [];
  const name = `${node.kind.type} ${node.id}`;
  const linted = (node.kind.documents?.(after) ?? []).flatMap(({ kind, document }) =>
    lintPolicy(document, { kind, account: node.place.account, partition: node.place.partition, file: name }).filter(
      ({ pointer }) => {
        const index = statementOf(pointer);
        const statement = index === undefined ? undefined : asList(document.Statement)[index];
        return statement === undefined || carriesMark(statement, by.owner.mark);
      },
    ),
  );
  return [...own.map((finding) => ({ ...finding, file: finding.file ?? name })), ...linted];
}
