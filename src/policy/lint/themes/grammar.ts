import { asList } from '../../documents.js';
import { isIamSid } from '../../sids.js';
import type { PolicyKind } from '../../types.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import { escapePointer, isRecord } from '../view.js';

const DOCUMENT_KEYS = ['Version', 'Id', 'Statement'];
const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const PAIRS = [
  ['Principal', 'NotPrincipal'],
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
] as const;
const GRAMMAR = 'IAM User Guide, "Grammar of the IAM JSON policy language"';

const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme/reports/*' };

export const grammar: Theme = {
  rules: {
    'not-a-policy': {
      severity: 'error',
      title: 'Not a policy document',
      why: 'A policy document is an object with a Statement, each an object with Effect; AWS refuses anything else.',
      remedy: 'Write {"Version":"2012-10-17","Statement":[{…}]}.',
      source: GRAMMAR,
      example: { policy: { Version: '2012-10-17', Statements: [good] } },
    },
    'unknown-element': {
      severity: 'error',
      title: 'An element that policies do not have',
      why: 'AWS refuses a document with an element that it does not know; names are case sensitive.',
      remedy: 'Correct the spelling, or remove it.',
      source: GRAMMAR,
      example: exampleOf({ ...good, Actions: ['s3:PutObject'] }),
    },
    'bad-value': {
      severity: 'error',
      title: 'A value of the wrong type',
      why: 'Effect is "Allow" or "Deny", actions and resources are strings or lists of strings, a condition is an object of objects.',
      remedy: 'Write the value in the form that the grammar has.',
      source: GRAMMAR,
      example: exampleOf({ ...good, Effect: 'allow' }),
    },
    'element-conflict': {
      severity: 'error',
      title: 'An element and its opposite in one statement',
      why: 'Of Principal and NotPrincipal, Action and NotAction, Resource and NotResource only one may stand in a statement.',
      remedy: 'Keep one of the two, or make two statements.',
      source: GRAMMAR,
      example: exampleOf({ ...good, NotAction: 's3:PutObject' }),
    },
    'missing-element': {
      severity: 'error',
      title: 'A needed element is missing',
      why: 'Every statement needs an action; policies of resources and roles need a principal; all but trust policies need a resource.',
      remedy: 'Add the element.',
      source: GRAMMAR,
      example: exampleOf({ Effect: 'Allow', Action: 's3:GetObject' }),
    },
    'misplaced-element': {
      severity: 'error',
      title: 'An element that this kind of policy may not have',
      why: 'Identity policies have no principal, role trust policies no resource and no NotPrincipal; IAM refuses them.',
      remedy: 'Remove the element, or put the statement into the policy that it is meant for.',
      source: 'IAM User Guide, "Access Analyzer policy check reference"',
      example: exampleOf(
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:user/ann' },
          Action: 'sts:AssumeRole',
          Resource: '*',
        },
        { kind: 'trust', account: '111122223333' },
      ),
    },
    'repeated-key': {
      severity: 'error',
      title: 'A key stands twice in one object',
      why: 'AWS refuses it, and JSON parsers silently keep only the last: one of the two is not in force.',
      remedy: 'Join the two into one.',
      source: GRAMMAR,
      example: {
        policy: { Version: '2012-10-17', Statement: [good] },
        options: {
          text: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme/reports/*"}]}',
        },
      },
    },
    'bad-version': {
      severity: 'error',
      title: 'A version that does not exist',
      why: 'Version is the version of the policy language, 2012-10-17 or 2008-10-17, not a date of your own.',
      remedy: 'Write "Version": "2012-10-17".',
      source: 'IAM User Guide, "IAM JSON policy elements: Version"',
      example: { policy: { Version: '2026-11-24', Statement: [good] } },
    },
    'variables-without-version': {
      severity: 'warning',
      title: 'Policy variables in a document of the old version',
      why: 'Without "Version": "2012-10-17" a policy variable such as ${aws:username} is literal text and matches nothing that is meant.',
      remedy: 'Write "Version": "2012-10-17".',
      source: 'IAM User Guide, "IAM policy elements: Variables and tags"',
      example: {
        policy: { Statement: [{ ...good, Resource: 'arn:aws:s3:::acme/${aws:username}/*' }] },
      },
    },
    'bad-sid': {
      severity: 'error',
      title: 'A Sid with other characters than letters and digits',
      why: 'IAM takes only A-Z, a-z and 0-9 in a Sid and refuses the whole policy otherwise.',
      remedy: 'Remove hyphens, blanks and everything else that is no letter or digit.',
      source: 'IAM User Guide, "IAM JSON policy elements: Sid"',
      example: exampleOf({ Sid: '16933222-fba4-4de3', ...good }),
    },
    'duplicate-sid': {
      severity: 'error',
      title: 'Two statements with one Sid',
      why: 'A Sid must be unique within a policy; a tool that finds its statement by Sid would change the wrong one.',
      remedy: 'Give each statement a Sid of its own.',
      source: 'IAM User Guide, "IAM JSON policy elements: Sid"',
      example: exampleOf([
        { Sid: 'Read', ...good },
        { Sid: 'Read', ...good, Action: 's3:GetObjectTagging' },
      ]),
    },
  },
  check: checkGrammar,
};

function* checkGrammar(context: LintContext): Iterable<Draft> {
  const document: unknown = context.document;
  if (!isRecord(document)) {
    yield { id: 'not-a-policy', pointer: '', message: 'The document is not an object.' };
    return;
  }
  for (const key of Object.keys(document))
    if (!DOCUMENT_KEYS.includes(key))
      yield { id: 'unknown-element', pointer: `/${escapePointer(key)}`, message: `Policies have no ${quote(key)}.` };
  if (!('Statement' in document)) yield { id: 'not-a-policy', pointer: '', message: 'The document has no Statement.' };
  const { Version: version } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    yield { id: 'bad-version', pointer: '/Version', message: `There is no version ${quote(version)}.` };
  if (context.kind === 'identity' && document.Id !== undefined)
    yield { id: 'misplaced-element', pointer: '/Id', message: 'An identity policy has no Id.', severity: 'warning' };
  const list = asList(document.Statement as never);
  for (const [i, statement] of list.entries())
    if (!isRecord(statement))
      yield {
        id: 'not-a-policy',
        pointer: Array.isArray(document.Statement) ? `/Statement/${i}` : '/Statement',
        message: 'The statement is not an object.',
      };
  if ('Statement' in document && list.length === 0)
    yield { id: 'not-a-policy', pointer: '/Statement', message: 'There is no statement in it.' };
  for (const view of context.statements) {
    yield* checkShape(view.statement as unknown as Readonly<Record<string, unknown>>, view.pointer);
    yield* checkPlaces(view.statement as unknown as Readonly<Record<string, unknown>>, view.pointer, context.kind);
  }
  yield* checkVariables(context);
  yield* checkSids(context);
}

function* checkShape(statement: Readonly<Record<string, unknown>>, pointer: string): Iterable<Draft> {
  for (const [key, value] of Object.entries(statement)) {
    const place = `${pointer}/${escapePointer(key)}`;
    if (!STATEMENT_KEYS.includes(key)) {
      const meant = STATEMENT_KEYS.find((known) => known.toLowerCase() === key.toLowerCase().replace(/s$/, ''));
      const message = `Statements have no ${quote(key)}${meant === undefined ? '' : `; ${meant} may be meant`}.`;
      yield { id: 'unknown-element', pointer: place, message };
    } else if (!hasRightType(key, value))
      yield { id: 'bad-value', pointer: place, message: `${key} can't be ${quote(value)}.` };
  }
  if (statement.Effect === undefined) yield { id: 'missing-element', pointer, message: 'The statement has no Effect.' };
}

function hasRightType(key: string, value: unknown): boolean {
  const strings = (each: unknown): boolean =>
    typeof each === 'string' || (Array.isArray(each) && each.every((one) => typeof one === 'string'));
  switch (key) {
    case 'Effect':
      return value === 'Allow' || value === 'Deny';
    case 'Sid':
      return typeof value === 'string';
    case 'Principal':
    case 'NotPrincipal':
      return value === '*' || (isRecord(value) && Object.values(value).every(strings));
    case 'Condition':
      return (
        isRecord(value) && Object.values(value).every((keys) => isRecord(keys) && Object.values(keys).every(scalars))
      );
    default:
      return strings(value);
  }
}

function scalars(value: unknown): boolean {
  return [value].flat().every((each) => ['string', 'number', 'boolean'].includes(typeof each));
}

function* checkPlaces(
  statement: Readonly<Record<string, unknown>>,
  pointer: string,
  kind: PolicyKind,
): Iterable<Draft> {
  const has = (key: string): boolean => statement[key] !== undefined;
  for (const [one, other] of PAIRS)
    if (has(one) && has(other))
      yield { id: 'element-conflict', pointer, message: `${one} and ${other} can't stand in one statement.` };
  if (!has('Action') && !has('NotAction'))
    yield { id: 'missing-element', pointer, message: 'The statement has no Action.' };
  const forbidden =
    kind === 'trust'
      ? ['Resource', 'NotResource', 'NotPrincipal']
      : kind === 'identity'
        ? ['Principal', 'NotPrincipal']
        : [];
  for (const key of forbidden)
    if (has(key))
      yield {
        id: 'misplaced-element',
        pointer: `${pointer}/${key}`,
        message: `${kind === 'trust' ? 'A role trust policy' : 'An identity policy'} has no ${key}.`,
      };
  if (kind !== 'trust' && !has('Resource') && !has('NotResource'))
    yield { id: 'missing-element', pointer, message: 'The statement has no Resource.' };
  if (kind !== 'identity' && !has('Principal') && !has('NotPrincipal'))
    yield { id: 'missing-element', pointer, message: 'The statement has no Principal.' };
}

function* checkVariables({ document, statements }: LintContext): Iterable<Draft> {
  if (document.Version === '2012-10-17') return;
  for (const view of statements) {
    const resource = [...view.resources, ...view.notResources].find(({ value }) => value.includes('${'));
    const condition = view.conditions.find(({ values }) => values.some((value) => value.includes('${')));
    const place = resource ?? condition;
    if (place !== undefined)
      yield {
        id: 'variables-without-version',
        pointer: place.pointer,
        message: 'This variable is taken literally, as the document has no Version 2012-10-17.',
      };
  }
}

function* checkSids({ statements, kind }: LintContext): Iterable<Draft> {
  const seen = new Set<string>();
  for (const { statement, pointer } of statements) {
    const sid: unknown = statement.Sid;
    if (typeof sid !== 'string' || sid === '') continue;
    if ((kind === 'identity' || kind === 'trust') && !isIamSid(sid))
      yield {
        id: 'bad-sid',
        pointer: `${pointer}/Sid`,
        message: `IAM refuses the Sid ${quote(sid)}.`,
        remedy: `Write "Sid": "${sid.replace(/[^A-Za-z0-9]/g, '')}".`,
      };
    if (seen.has(sid))
      yield { id: 'duplicate-sid', pointer: `${pointer}/Sid`, message: `The Sid ${quote(sid)} stands here again.` };
    seen.add(sid);
  }
}

/** A value for a message: short, on one line. */
export function quote(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : undefined;
  if (text !== undefined) return text;
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}…"` : json;
}
