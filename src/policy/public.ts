import { parseArn } from './arn.js';
import { readCidr } from './conditions/ip.js';
import { readOperator } from './conditions/operators.js';
import { asList, isRecord, isScalar, member, statementsOf, stringsOf } from './documents.js';
import type { PolicyDocument, Scalar } from './types.js';
import { hasWildcard } from './wildcard.js';

/**
 * Whether S3 calls a policy public (S3 User Guide, "Blocking public access to your Amazon S3 storage", the
 * meaning of "public"): every policy is, unless each of its grants goes to fixed principals or is bound to a
 * fixed value of one of the listed keys. Denies make nothing public.
 */
export function isPublicPolicy(document: PolicyDocument, kind: 'bucket' | 'access-point'): boolean {
  return statementsOf(document).some((statement) => isPublicStatement(statement, kind));
}

/** Whether one statement makes its policy public. */
function isPublicStatement(statement: unknown, kind: 'bucket' | 'access-point'): boolean {
  if (!isRecord(statement) || member(statement, 'Effect') !== 'Allow') return false;
  if (member(statement, 'NotPrincipal') === undefined && hasFixedPrincipal(member(statement, 'Principal')))
    return false;
  const condition = member(statement, 'Condition');
  if (!isRecord(condition)) return true;
  for (const text of Object.keys(condition)) {
    const keys = condition[text];
    if (!isRecord(keys)) continue;
    for (const key of Object.keys(keys)) if (isFixing(text, key.toLowerCase(), keys[key], kind)) return false;
  }
  return true;
}

function hasFixedPrincipal(principal: unknown): boolean {
  if (!isRecord(principal)) return false;
  const kinds = Object.keys(principal);
  if (kinds.length === 0) return false;
  return kinds.every((kind) => {
    const names = stringsOf(principal[kind]);
    // A web identity provider such as graph.facebook.com stands for anybody who has an account there.
    return (
      names.length > 0 && names.every((name) => isFixed(name) && (kind !== 'Federated' || name.startsWith('arn:')))
    );
  });
}

const FIXING_KEYS = new Set([
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:sourceaccount',
  'aws:userid',
  'aws:principalorgid',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

function isFixing(operatorText: string, key: string, value: unknown, kind: 'bucket' | 'access-point'): boolean {
  const use = readOperator(operatorText);
  if (use === undefined || use.operator === 'Null' || use.operator.negated) return false;
  if (use.ifExists || use.qualifier === 'ForAllValues') return false;
  const values = asList(value as Scalar | readonly Scalar[])
    .filter(isScalar)
    .map(String);
  if (values.length === 0) return false;
  const { name } = use.operator;
  if (key === 'aws:sourceip') return name === 'IpAddress' && values.every(isNarrowRange);
  if (!name.startsWith('String') && !name.startsWith('Arn')) return false;
  if (FIXING_KEYS.has(key)) return values.every(isFixed);
  // Everybody who comes through an access point has its own ARN and account in these keys, so that in the
  // access point's own policy they narrow nothing.
  if (kind === 'access-point') return false;
  if (key === 's3:dataaccesspointaccount') return values.every(isFixed);
  return key === 's3:dataaccesspointarn' && values.every(isFixedAccessPoint);
}

function isFixed(value: string): boolean {
  return value !== '' && !hasWildcard(value) && !value.includes('${');
}

function isFixedAccessPoint(value: string): boolean {
  if (isFixed(value)) return true;
  const arn = parseArn(value);
  if (arn === undefined || value.includes('${') || !arn.resource.startsWith('accesspoint/')) return false;
  return isFixed(arn.partition) && isFixed(arn.region) && /^\d{12}$/.test(arn.account);
}

function isNarrowRange(value: string): boolean {
  const range = readCidr(value);
  return range !== undefined && range.bits >= (range.groups.length === 2 ? 8 : 32);
}
