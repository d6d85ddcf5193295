import type { Statement } from '../policy/types.js';
import { type CompileOptions, compileConnection } from './compile.js';
import type { DesiredResource, Facts, ResolvedConnection } from './types.js';

/** One document of `generate --json`; `target` is the role, user, bucket, access point or topic. */
export interface GeneratedDocument {
  readonly kind: string;
  readonly target: string;
  readonly document: unknown;
}

/** A policy document of our statements alone. */
function policyOf(statements: readonly Statement[]): {
  readonly Version: string;
  readonly Statement: readonly Statement[];
} {
  return { Version: '2012-10-17', Statement: statements };
}

/**
 * Every document of a connection, as it would be on an account that has nothing yet.
 *
 * @throws as compileConnection
 */
export function documentsOf(c: ResolvedConnection, facts: Facts, o: CompileOptions = {}): readonly GeneratedDocument[] {
  return compileConnection(c, facts, o).flatMap((resource): GeneratedDocument[] => {
    const one = documentOf(resource);
    return one === undefined ? [] : [one];
  });
}

function documentOf(resource: DesiredResource): GeneratedDocument | undefined {
  switch (resource.kind) {
    case 'role':
      return { kind: 'trust-policy', target: resource.desired.name, document: policyOf(resource.desired.statements) };
    case 'role-policy':
      return { kind: 'role-policy', target: resource.desired.role, document: policyOf(resource.desired.statements) };
    case 'managed-policy': {
      const { attachTo, statements } = resource.desired;
      const target = 'role' in attachTo ? attachTo.role : attachTo.user;
      return { kind: 'managed-policy', target, document: policyOf(statements) };
    }
    case 'user-policy':
      return { kind: 'user-policy', target: resource.desired.user, document: policyOf(resource.desired.statements) };
    case 'bucket-policy':
      return {
        kind: 'bucket-policy',
        target: resource.desired.bucket,
        document: policyOf(resource.desired.statements),
      };
    case 'cors':
      return { kind: 'cors', target: resource.desired.bucket, document: { CORSRules: resource.desired.rules } };
    case 'access-point': {
      const { name, bucket, vpcId } = resource.desired;
      return { kind: 'access-point', target: name, document: { name, bucket, vpcId: vpcId ?? null } };
    }
    case 'access-point-policy':
      return {
        kind: 'access-point-policy',
        target: resource.desired.name,
        document: policyOf(resource.desired.statements),
      };
    case 'public-access-block':
      return { kind: 'public-access-block', target: resource.desired.bucket, document: resource.desired.settings };
    case 'topic-policy': {
      const { arn, statements } = resource.desired;
      return { kind: 'topic-policy', target: arn.split(':')[5] ?? arn, document: policyOf(statements) };
    }
    case 'notification':
      return {
        kind: 'notification',
        target: resource.desired.bucket,
        document: { TopicConfigurations: resource.desired.configurations },
      };
    case 'bucket':
    case 'ownership-controls':
    case 'user':
    case 'access-key':
    case 'topic':
    case 'subscription':
      return undefined;
  }
}
