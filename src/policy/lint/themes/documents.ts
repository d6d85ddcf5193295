import { policySize } from '../../size.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import { namesEverybody, type StatementView } from '../view.js';

const QUOTAS = 'IAM User Guide, "IAM and AWS STS quotas"; S3 User Guide, "Bucket policies for Amazon S3" (20 KB)';

/** Enough statements to fill a budget; examples show only the beginning. */
function long(number: number, principal: boolean) {
  return Array.from({ length: number }, (_, i) => ({
    Sid: `Read${i}`,
    Effect: 'Allow',
    ...(principal ? { Principal: { AWS: 'arn:aws:iam::111122223333:role/reader' } } : {}),
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::acme/department-${i}/*`,
  }));
}

export const documents: Theme = {
  rules: {
    'too-large': {
      severity: 'error',
      title: 'Larger than AWS takes',
      why: 'AWS refuses a document above its budget: 2,048 characters for a trust policy, 10,240 for all inline policies of a role, 6,144 for a managed one, 20,480 bytes for a bucket or access point policy. White space is not counted.',
      remedy: 'Join statements that differ in actions or resources only, or split the policy.',
      source: QUOTAS,
      example: exampleOf(long(140, true), { kind: 'bucket', account: '111122223333' }),
    },
    'nearly-full': {
      severity: 'advice',
      title: 'Little room left',
      why: 'The next connection may not fit any more.',
      remedy: 'Join statements that differ in actions or resources only, or split the policy.',
      source: QUOTAS,
      example: exampleOf(long(100, true), { kind: 'bucket', account: '111122223333' }),
    },
    'no-tls-statement': {
      severity: 'advice',
      title: 'Nothing demands TLS',
      why: 'Signed requests over plain HTTP are taken: what is sent and fetched can be read on the way.',
      remedy:
        'Add {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":[BUCKET,BUCKET/*],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}.',
      source: 'S3 User Guide, "Security best practices for Amazon S3": enforce encryption of data in transit',
      example: exampleOf({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/reader' },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::acme/*',
      }),
    },
  },
  check: checkDocument,
};

function* checkDocument(context: LintContext): Iterable<Draft> {
  yield* checkSize(context);
  if (context.kind !== 'bucket' || context.statements.length === 0 || context.statements.some(demandsTls)) return;
  yield { id: 'no-tls-statement', pointer: '', message: 'Requests without TLS are not denied.' };
}

function demandsTls(view: StatementView): boolean {
  if (view.allows && view.conditions.length === 0) return false;
  return view.conditions.some(({ key, values, base, negated }) => {
    if (key.toLowerCase() === 's3:tlsversion') return view.denies && /^NumericLess/.test(base);
    if (key.toLowerCase() !== 'aws:securetransport') return false;
    const everybody = namesEverybody(view) || view.notPrincipals.length > 0;
    return view.denies && everybody && !negated && values.some((value) => value.toLowerCase() === 'false');
  });
}

function* checkSize({ document, kind }: LintContext): Iterable<Draft> {
  if (kind === 'key') return;
  if (kind === 'identity') {
    yield* checkIdentitySize(document);
    return;
  }
  const { used, limit } = policySize(document, kind);
  const unit = kind === 'trust' ? 'characters' : 'bytes';
  if (used > limit)
    yield {
      id: 'too-large',
      pointer: '',
      message: `It has ${used} ${unit}, ${used - limit} more than the ${limit} allowed.`,
    };
  else if (used > limit * 0.8)
    yield { id: 'nearly-full', pointer: '', message: `It has ${used} of ${limit} ${unit}; ${limit - used} are left.` };
}

/** Nothing tells how an identity policy is attached, so it is measured against each way. */
function* checkIdentitySize(document: LintContext['document']): Iterable<Draft> {
  const { used, limit: inline } = policySize(document, 'inline');
  const { limit: managed } = policySize(document, 'managed');
  const { limit: user } = policySize(document, 'user');
  const room = (limit: number): string => (used > limit ? `${used - limit} too many` : `${limit - used} left`);
  const message = `It has ${used} characters: ${room(inline)} inline on a role (${inline}), ${room(managed)} as a managed policy (${managed}), ${room(user)} inline on a user (${user}).`;
  if (used > inline) yield { id: 'too-large', pointer: '', message };
  else if (used > managed) yield { id: 'nearly-full', pointer: '', message, severity: 'warning' };
  else if (used > user * 0.8) yield { id: 'nearly-full', pointer: '', message };
}
