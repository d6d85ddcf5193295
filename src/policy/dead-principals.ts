import { asList, statementsOf } from './documents.js';
import type { PolicyDocument } from './types.js';

/** A statement that names somebody who was deleted. */
export interface DeadStatement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly ids: readonly string[];
}

/**
 * The statements of a resource policy whose principal is the unique id of a deleted role or user, which shows through
 * where the ARN was (IAM User Guide, "AWS JSON policy elements: Principal": AROA…, AIDA…). AWS takes no document that
 * names one.
 */
export function deadStatements(document: PolicyDocument): readonly DeadStatement[] {
  return statementsOf(document).flatMap(({ Principal, NotPrincipal, Sid }, index) => {
    const named = [Principal, NotPrincipal].flatMap((element) =>
      typeof element === 'object' ? Object.values(element).flatMap((names) => asList(names)) : [],
    );
    const ids = [...new Set(named.filter((name) => /^A(?:ROA|IDA)[A-Z0-9]{12,}$/.test(name)))];
    return ids.length === 0 ? [] : [{ index, sid: Sid, ids }];
  });
}
