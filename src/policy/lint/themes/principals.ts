import { parseArn } from '../../arn.js';
import { isPublicPolicy } from '../../public.js';
import type { PolicyDocument } from '../../types.js';
import { hasWildcard } from '../../wildcard.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import {
  accountOf,
  type ConditionView,
  isWholeAccount,
  namesEverybody,
  type PlacedPrincipal,
  type StatementView,
} from '../view.js';
import { quote } from './grammar.js';

const object = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/*' };
const PRINCIPAL = 'IAM User Guide, "AWS JSON policy elements: Principal"';
const PUBLIC = 'S3 User Guide, "Blocking public access to your Amazon S3 storage"';

export const principals: Theme = {
  rules: {
    'public-statement': {
      severity: 'error',
      title: 'A statement that lets everybody in',
      why: 'An Allow for "*" without a condition opens it to the whole world, or to every AWS account there is.',
      remedy: 'Name the account, role or user that needs it.',
      source: PUBLIC,
      example: exampleOf({ Effect: 'Allow', Principal: '*', ...object }),
    },
    'public-in-disguise': {
      severity: 'error',
      title: 'A public statement in disguise',
      why: 'The condition looks like a limit, yet it holds no fixed value that ties the caller down (a referer, a prefix or TLS can be had by anyone), so AWS counts the statement as public.',
      remedy:
        'Name the principals, or use a key that counts with fixed values: aws:PrincipalOrgID, aws:SourceVpce, aws:SourceAccount, aws:SourceIp.',
      source: PUBLIC,
      example: exampleOf({
        Effect: 'Allow',
        Principal: '*',
        ...object,
        Condition: { StringLike: { 'aws:Referer': 'https://acme.example/*' } },
      }),
    },
    'wildcard-principal': {
      severity: 'warning',
      title: 'Everybody as principal, limited by a condition only',
      why: 'All depends on the one condition: whoever edits it away opens the resource to everybody.',
      remedy: 'Name the principals themselves, and keep the condition.',
      source: PRINCIPAL,
      example: exampleOf({
        Effect: 'Allow',
        Principal: { AWS: '*' },
        ...object,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
      }),
    },
    'not-principal-with-allow': {
      severity: 'error',
      title: 'Allow with NotPrincipal',
      why: 'It allows everybody but the named ones, anonymous callers included; AWS no longer supports it.',
      remedy: 'List those who may in Principal.',
      source: 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"',
      example: exampleOf({ Effect: 'Allow', NotPrincipal: { AWS: '111122223333' }, ...object }),
    },
    'not-principal': {
      severity: 'warning',
      title: 'Deny with NotPrincipal',
      why: 'The exception must list session, role and account root alike, and it denies every principal that has a permissions boundary.',
      remedy: 'Write "Principal": "*" with the condition {"ArnNotEquals":{"aws:PrincipalArn":[…]}}.',
      source: 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"',
      example: exampleOf({ Effect: 'Deny', NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/app' }, ...object }),
    },
    'bad-principal': {
      severity: 'error',
      title: 'A principal that AWS does not take',
      why: 'A principal is an account, a user, a role, one role session, a service or a federation, spelled out: no groups, no wildcards inside a name.',
      remedy:
        'Write the whole ARN of the role or user; for several roles use the account with the condition {"ArnLike":{"aws:PrincipalArn":…}}.',
      source: PRINCIPAL,
      example: exampleOf({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/app-*' }, ...object }),
    },
    'deleted-principal': {
      severity: 'warning',
      title: 'The id of a principal that was deleted',
      why: 'AWS shows the unique id in place of the ARN once the role or user is deleted. A new one of the same name does not get the grant back.',
      remedy: 'Remove it, or write the ARN of the new role or user.',
      source: PRINCIPAL,
      example: exampleOf({ Effect: 'Allow', Principal: { AWS: 'AROAEXAMPLEID12345678' }, ...object }),
    },
    'whole-account-principal': {
      severity: 'advice',
      title: "Another company's whole account as principal",
      why: 'Every user and role of that account gets it whom its administrators give the right to.',
      remedy: 'Name the exact role or user that the vendor uses.',
      source: PRINCIPAL,
      example: exampleOf(
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999988887777:root' }, ...object },
        { account: '111122223333' },
      ),
    },
    'service-without-source': {
      severity: 'warning',
      title: 'A service may act for anybody',
      why: 'A service acts for all its customers: without aws:SourceAccount or aws:SourceArn another customer can have it use your resource (the confused deputy).',
      remedy: 'Add {"StringEquals":{"aws:SourceAccount":"YOUR ACCOUNT"}} and aws:SourceArn.',
      source: 'IAM User Guide, "The confused deputy problem"',
      example: exampleOf({
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'SNS:Publish',
        Resource: 'arn:aws:sns:eu-west-1:111122223333:new-files',
      }),
    },
    'source-arn-without-account': {
      severity: 'warning',
      title: 'The ARN of a bucket as the only source',
      why: "A bucket's ARN holds no account: who owns a later bucket of that name could use the statement.",
      remedy: 'Add {"StringEquals":{"aws:SourceAccount":"ACCOUNT OF THE BUCKET"}}.',
      source: 'S3 User Guide, "Granting permissions to publish event notification messages to a destination"',
      example: exampleOf({
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'SNS:Publish',
        Resource: 'arn:aws:sns:eu-west-1:111122223333:new-files',
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:acme' } },
      }),
    },
  },
  check: checkPrincipals,
};

function* checkPrincipals(context: LintContext): Iterable<Draft> {
  for (const view of context.statements) {
    for (const principal of [...view.principals, ...view.notPrincipals]) yield* checkForm(principal, context);
    yield* checkNotPrincipal(view);
    if (!view.allows) continue;
    if (namesEverybody(view)) yield* checkEverybody(view, context);
    else yield* checkFederated(view, context);
    yield* checkSource(view, context);
    if (context.kind !== 'trust') yield* checkForeignAccounts(view, context);
  }
}

function* checkForm({ type, value, pointer }: PlacedPrincipal, { kind }: LintContext): Iterable<Draft> {
  if (value === '*') return;
  if (/^A(RO|ID)A[A-Z0-9]{8,}$/.test(value)) {
    yield {
      id: 'deleted-principal',
      pointer,
      message: `${value} is the id of a deleted ${value.startsWith('AR') ? 'role' : 'user'}.`,
    };
    return;
  }
  const account = /^arn:[^:]*:iam::([^:]*):/.exec(value)?.[1];
  if (type === '*' || !isPrincipal(type, value))
    yield {
      id: 'bad-principal',
      pointer,
      message: `${quote(value)} is no principal${type === '*' ? '' : ` of the type ${type}`}.`,
      ...(type === 'AWS' && account !== undefined && !/^(\d{12}|.*[*?].*)$/.test(account)
        ? { remedy: `Put the 12 digits of the account in the place of ${quote(account)}.` }
        : {}),
    };
  else if (type === 'CanonicalUser' && kind !== 'bucket' && kind !== 'access-point')
    yield {
      id: 'bad-principal',
      pointer,
      message: 'Canonical user ids are known to S3 only.',
      remedy: 'Write the account id, or the ARN of the user or role.',
    };
}

function isPrincipal(type: string, value: string): boolean {
  switch (type) {
    case 'AWS':
      return /^\d{12}$/.test(value) || isIdentityArn(value);
    case 'Service':
      return /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(value);
    case 'Federated':
      return /^[\w+=,.@:/-]+$/.test(value);
    case 'CanonicalUser':
      return /^[0-9a-f]{64}$/i.test(value);
    default:
      return false;
  }
}

/** An account root, user, role, role session or federated session; nothing in it is a pattern. */
function isIdentityArn(value: string): boolean {
  // CloudFront User Guide, "Restrict access to an Amazon S3 origin": the one principal that is of no account.
  if (/^arn:[^:]+:iam::cloudfront:user\/CloudFront Origin Access Identity \w+$/.test(value)) return true;
  const arn = parseArn(value);
  if (arn === undefined || !/^\d{12}$/.test(arn.account) || arn.region !== '' || hasWildcard(value)) return false;
  const { service, resource } = arn;
  if (service === 'iam') return resource === 'root' || /^(user|role)\/.+/.test(resource);
  return service === 'sts' && /^(assumed-role\/[^/]+\/[^/]+|federated-user\/[^/]+)$/.test(resource);
}

function* checkNotPrincipal({ statement, allows, denies, pointer }: StatementView): Iterable<Draft> {
  if (statement.NotPrincipal === undefined) return;
  const place = `${pointer}/NotPrincipal`;
  if (allows)
    yield { id: 'not-principal-with-allow', pointer: place, message: 'This allows everybody but the named ones.' };
  if (denies)
    yield { id: 'not-principal', pointer: place, message: 'This denies more than the named ones are spared.' };
}

function* checkEverybody(view: StatementView, { document, kind }: LintContext): Iterable<Draft> {
  const pointer = `${view.pointer}/Principal`;
  const alone: PolicyDocument = {
    ...(document.Version === undefined ? {} : { Version: document.Version }),
    Statement: [view.statement],
  };
  if (view.conditions.length === 0)
    yield { id: 'public-statement', pointer, message: 'Everybody may do this, without any condition.' };
  else if (isPublic(alone, kind, view)) {
    const keys = [...new Set(view.conditions.map(({ key }) => key))].join(', ');
    yield { id: 'public-in-disguise', pointer, message: `Everybody may do this: ${keys} is no limit that counts.` };
  } else if (!view.conditions.some(({ key }) => /^s3:DataAccessPoint(Arn|Account)$/i.test(key)))
    yield { id: 'wildcard-principal', pointer, message: 'Everybody is named, and only a condition limits it.' };
}

/** A web identity provider stands for all its users, which S3 counts as public; a SAML or OIDC provider's ARN is fixed. */
function* checkFederated(view: StatementView, { kind }: LintContext): Iterable<Draft> {
  if (kind !== 'bucket' && kind !== 'access-point') return;
  const provider = view.principals.find(({ type, value }) => type === 'Federated' && !value.startsWith('arn:'));
  if (provider === undefined || !isPublicPolicy({ Statement: [view.statement] }, kind)) return;
  const message = `Whoever has an account at ${provider.value} may do this.`;
  yield {
    id: view.conditions.length === 0 ? 'public-statement' : 'public-in-disguise',
    pointer: provider.pointer,
    message,
  };
}

/** Trust, topic and key policies are no S3 documents, but the question who can meet the condition is the same. */
function isPublic(document: PolicyDocument, kind: LintContext['kind'], view: StatementView): boolean {
  if (kind === 'bucket' || kind === 'access-point') return isPublicPolicy(document, kind);
  return !view.conditions.some(tiesDown) && isPublicPolicy(document, 'bucket');
}

const TYING = /^(aws:Principal(Arn|Account|OrgID|OrgPaths)|kms:CallerAccount)$/i;

/** Whether a condition names somebody: `*`, or an ARN of every account, names nobody. */
function tiesDown({ key, negated, ifExists, values }: ConditionView): boolean {
  if (negated || ifExists || !TYING.test(key)) return false;
  return values.every((value) => !hasWildcard(parseArn(value)?.account ?? value.slice(0, 1)));
}

const SOURCE = /^aws:Source(Account|Arn|OrgID|OrgPaths|Owner)$/i;

function* checkSource(view: StatementView, { kind }: LintContext): Iterable<Draft> {
  const service = view.principals.find(({ type }) => type === 'Service');
  const source = view.conditions.filter(({ key, negated }) => SOURCE.test(key) && !negated);
  if (service !== undefined && kind !== 'trust' && source.length === 0)
    yield {
      id: 'service-without-source',
      pointer: service.pointer,
      message: `${service.value} may do this for any of its customers.`,
    };
  const bucketArn = source.find(
    ({ key, values }) =>
      /^aws:SourceArn$/i.test(key) && values.some((value) => /^arn:[^:]*:s3:[^:]*:[*]?:/.test(value)),
  );
  if (bucketArn !== undefined && !source.some(({ key }) => !/^aws:SourceArn$/i.test(key)))
    yield {
      id: 'source-arn-without-account',
      pointer: bucketArn.pointer,
      message: "The source is a bucket's name, whoever owns it.",
    };
}

function* checkForeignAccounts(view: StatementView, { options }: LintContext): Iterable<Draft> {
  if (options.account === undefined) return;
  for (const { type, value, pointer } of view.principals)
    if (type === 'AWS' && isWholeAccount(value) && accountOf(value) !== options.account)
      yield { id: 'whole-account-principal', pointer, message: `All of account ${accountOf(value)} is allowed.` };
}
