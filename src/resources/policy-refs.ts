import { asList } from '../policy/documents.js';
import type { Statement } from '../policy/types.js';
import type { Ref } from './kind.js';

/** The roles and users that statements name as principals: they must exist before AWS takes the document. */
export function principalRefs(statements: readonly Statement[], except?: string): readonly Ref[] {
  const refs: Ref[] = [];
  for (const { Principal: principal } of statements) {
    if (principal === undefined || principal === '*') continue;
    for (const arn of asList(principal.AWS)) {
      const kind = /^arn:[^:]+:iam::\d+:(role|user)\//.exec(arn)?.[1];
      if (kind !== undefined && arn !== except) refs.push({ kind: kind as 'role' | 'user', id: arn });
    }
  }
  return refs;
}

/** A document with these statements and nothing else. */
export function documentOf(statements: readonly Statement[]): { Version: string; Statement: readonly Statement[] } {
  return { Version: '2012-10-17', Statement: statements };
}
