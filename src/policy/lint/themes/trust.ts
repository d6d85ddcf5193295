import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import { accountOf, type ConditionView, isWholeAccount, type StatementView } from '../view.js';
import { quote } from './grammar.js';

const EXTERNAL_ID =
  'IAM User Guide, "How to use an external ID when granting access to your AWS resources to a third party"';
const vendor = 'arn:aws:iam::999988887777:role/vendor';
const trust = { Effect: 'Allow', Principal: { AWS: vendor }, Action: 'sts:AssumeRole' };
const options = { kind: 'trust', account: '111122223333' } as const;
const demanding = (id: string) => ({ ...trust, Condition: { StringEquals: { 'sts:ExternalId': id } } });

export const trustTheme: Theme = {
  rules: {
    'root-trust-without-external-id': {
      severity: 'error',
      title: "Trust of another account's root without an external ID",
      why: 'Whoever that account lets may take the role, and the vendor can be made to do it for another of its customers (the confused deputy).',
      remedy:
        'Name the exact role or user, and demand {"StringEquals":{"sts:ExternalId":…}} with the value from the vendor.',
      source: EXTERNAL_ID,
      example: exampleOf({ ...trust, Principal: { AWS: 'arn:aws:iam::999988887777:root' } }, options),
    },
    'trust-without-external-id': {
      severity: 'warning',
      title: 'Trust of another company without an external ID',
      why: "A vendor that knows your role's ARN can be made to use it for another of its customers (the confused deputy).",
      remedy: 'Ask the vendor for an external ID and demand it: {"StringEquals":{"sts:ExternalId":…}}.',
      source: EXTERNAL_ID,
      example: exampleOf(trust, options),
    },
    'trust-of-whole-account': {
      severity: 'advice',
      title: "Trust of another account's root, with an external ID",
      why: 'Every user and role of that account may take the role whom its administrators give the right to.',
      remedy: 'Name the exact role or user that the vendor uses.',
      source: 'IAM User Guide, "AWS JSON policy elements: Principal"',
      example: exampleOf(
        { ...demanding('4f0c6b1e-9f4d-4c8e-8a52-0d6f1f5f7a11'), Principal: { AWS: 'arn:aws:iam::999988887777:root' } },
        options,
      ),
    },
    'external-id-optional': {
      severity: 'error',
      title: 'An external ID that may be left out',
      why: 'With IfExists, ForAllValues or a negated operator a caller who sends no external ID passes.',
      remedy: 'Use StringEquals.',
      source: 'IAM User Guide, "IAM JSON policy elements: Condition operators"',
      example: exampleOf(
        { ...trust, Condition: { StringEqualsIfExists: { 'sts:ExternalId': '4f0c6b1e-9f4d-4c8e-8a52-0d6f1f5f7a11' } } },
        options,
      ),
    },
    'external-id-wildcard': {
      severity: 'error',
      title: 'An external ID with a wildcard',
      why: 'A pattern lets in IDs that were never issued to you.',
      remedy: 'Write the whole external ID under StringEquals; several are a list.',
      source: EXTERNAL_ID,
      example: exampleOf({ ...trust, Condition: { StringLike: { 'sts:ExternalId': '*' } } }, options),
    },
    'guessable-external-id': {
      severity: 'warning',
      title: 'An external ID that can be guessed',
      why: 'An account id, a name or a short number can be tried out by another customer of the vendor; it should be as long and as random as a UUID.',
      remedy: 'Have the vendor issue a random one (a UUID has 122 bits).',
      source: EXTERNAL_ID,
      example: exampleOf(demanding('acme'), options),
    },
    'federation-without-audience': {
      severity: 'error',
      title: 'A federation that lets in all its users',
      why: 'Without a condition on the audience or the subject every user of the identity provider may take the role.',
      remedy: "Demand the provider's :aud, and :sub, in a StringEquals condition.",
      source: 'IAM User Guide, "Creating a role for web identity or OpenID Connect federation"',
      example: exampleOf(
        {
          Effect: 'Allow',
          Principal: { Federated: 'accounts.google.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
        },
        options,
      ),
    },
  },
  check: checkTrust,
};

function* checkTrust({ statements, kind, options: { account } }: LintContext): Iterable<Draft> {
  if (kind !== 'trust') return;
  for (const view of statements) {
    const conditions = view.conditions.filter(({ key }) => key.toLowerCase() === 'sts:externalid');
    for (const condition of conditions) if (view.allows) yield* checkCondition(condition, account);
    if (!view.allows || !assumes(view)) continue;
    yield* checkPrincipals(view, conditions, account);
    yield* checkFederation(view);
  }
}

function assumes(view: StatementView): boolean {
  return view.notActions.length > 0 || view.actions.some(({ value }) => /^(\*|sts:(\*|Assume.*))$/i.test(value));
}

function* checkPrincipals(
  view: StatementView,
  conditions: readonly ConditionView[],
  account: string | undefined,
): Iterable<Draft> {
  const demanded = conditions.some(isDemanded);
  if (
    view.conditions.some(
      ({ key, negated, ifExists }) => !negated && !ifExists && /^aws:PrincipalOrg(ID|Paths)$/i.test(key),
    )
  )
    return;
  for (const { type, value, pointer } of view.principals) {
    const owner = type === 'AWS' ? accountOf(value) : undefined;
    if (owner === undefined || owner === account) continue;
    const whose =
      account === undefined ? ` (no --account was given, so every account counts as another company's)` : '';
    if (isWholeAccount(value))
      yield demanded
        ? { id: 'trust-of-whole-account', pointer, message: `All of account ${owner} is trusted.` }
        : {
            id: 'root-trust-without-external-id',
            pointer,
            message: `All of account ${owner} is trusted, without an external ID${whose}.`,
          };
    else if (!demanded)
      yield {
        id: 'trust-without-external-id',
        pointer,
        message: `${value} is trusted without an external ID${whose}.`,
      };
  }
}

/** Whether a caller must send it: a missing one is then no match. */
function isDemanded({ base, ifExists, qualifier }: ConditionView): boolean {
  return /^String(Equals|EqualsIgnoreCase|Like)$/.test(base) && !ifExists && qualifier !== 'ForAllValues';
}

function* checkCondition(condition: ConditionView, account: string | undefined): Iterable<Draft> {
  const { pointer, base, operator, values } = condition;
  if (base !== 'Null' && !isDemanded(condition))
    yield { id: 'external-id-optional', pointer, message: `Under ${operator} the external ID may be left out.` };
  if (base === 'Null') return;
  for (const value of values) {
    if (base === 'StringLike' && /[*?]/.test(value))
      yield { id: 'external-id-wildcard', pointer, message: `${quote(value)} lets in many external IDs.` };
    else {
      const reason = guessable(value, account);
      if (reason !== undefined)
        yield { id: 'guessable-external-id', pointer, message: `The external ID ${quote(value)} ${reason}.` };
    }
  }
}

/** Why an external ID can be guessed; what `apply` puts in later (`s3connect:…`) can't be judged yet. */
function guessable(value: string, account: string | undefined): string | undefined {
  if (value.startsWith('s3connect:')) return undefined;
  if (/^\d{12}$/.test(value)) return 'is an account id';
  if (account !== undefined && value.includes(account)) return 'contains your account id';
  if (/^[A-Za-z]+([-_.: ][A-Za-z]+)*[-_.]?\d{0,4}$/.test(value) && !/^[0-9a-f]{16,}$/i.test(value) && !isMixed(value))
    return 'is a word or a name';
  const bits = randomBits(value);
  return bits < 64 ? `has at most ${Math.floor(bits)} random bits` : undefined;
}

/** A base64-like string changes case in the middle of words more often than any name does. */
function isMixed(value: string): boolean {
  return value.length >= 20 && (value.match(/[a-z][A-Z]/g)?.length ?? 0) >= 3;
}

/** The most that the characters could hold: their number times the bits of the smallest alphabet that has them all. */
function randomBits(value: string): number {
  const letters = value.replace(/[^A-Za-z0-9]/g, '');
  const alphabet = /^[0-9]*$/.test(letters)
    ? 10
    : /^([0-9a-f]*|[0-9A-F]*)$/.test(letters)
      ? 16
      : (/[a-z]/.test(letters) ? 26 : 0) + (/[A-Z]/.test(letters) ? 26 : 0) + (/[0-9]/.test(letters) ? 10 : 0);
  const distinct = new Set(letters).size;
  return letters.length * Math.log2(Math.max(1, Math.min(alphabet, distinct * 2)));
}

function* checkFederation(view: StatementView): Iterable<Draft> {
  const tied = view.conditions.some(
    ({ key, negated, ifExists }) => !negated && !ifExists && /:(aud|sub|oaud|amr|app_id|iss)$/i.test(key),
  );
  for (const { type, value, pointer } of view.principals)
    if (type === 'Federated' && !tied)
      yield { id: 'federation-without-audience', pointer, message: `Every user of ${value} may take the role.` };
}
