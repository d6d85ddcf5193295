import {
  actionsOf,
  type CatalogueAction,
  carriesKey,
  findAction,
  isKnownKey,
} from '../../../policy/catalogue/index.js';
import { asList } from '../../../policy/documents.js';
import { hasRepeatedKey } from '../../../policy/lint/locate.js';
import type { PolicyDocument, Statement } from '../../../policy/types.js';
import { globMatches, parseGlob } from '../../../policy/wildcard.js';
import type { WireError } from '../../types.js';
import { s3Error } from './errors.js';

/** The resource whose policy it is. */
export interface PolicyOwner {
  readonly kind: 'bucket' | 'access-point';
  readonly arn: string;
}

const TOP = ['Version', 'Id', 'Statement'];
const FIELDS = [
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
const PRINCIPAL_KINDS = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const OPERATOR =
  /^(?:For(?:All|Any)Values?:)?(?:String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)|Numeric(?:Not)?Equals|NumericLessThan(?:Equals)?|NumericGreaterThan(?:Equals)?|Date(?:Not)?Equals|DateLessThan(?:Equals)?|DateGreaterThan(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like)|Null)(?:IfExists)?$/i;

/** S3's MalformedPolicy with one of its messages. */
export function malformed(message: string, detail?: string): WireError {
  return s3Error('MalformedPolicy', { message, ...(detail === undefined ? {} : { extra: { Detail: detail } }) });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(body: Buffer): PolicyDocument {
  const text = body.toString('utf8');
  const notJson = "Policies must be valid JSON and the first byte must be '{'";
  if (!text.startsWith('{')) throw malformed(notJson);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed(notJson);
  }
  if (hasRepeatedKey(text)) throw malformed('Invalid policy syntax.');
  if (JSON.stringify(document).length > 20_480) throw s3Error('PolicyTooLarge');
  return document as PolicyDocument;
}

function checkShape(document: PolicyDocument): void {
  const unknown = Object.keys(document).find((name) => !TOP.includes(name));
  if (unknown !== undefined) throw malformed(`Unknown field ${unknown}`);
  if (document.Version !== undefined && !['2012-10-17', '2008-10-17'].includes(document.Version)) {
    throw malformed('The policy must contain a valid version string');
  }
  if (document.Statement === undefined) throw malformed('Missing required field Statement');
  const statements = asList(document.Statement);
  if (statements.length === 0) throw malformed('Could not parse the policy: Statement is empty!');
  for (const statement of statements) checkStatementShape(statement);
}

function checkStatementShape(statement: Statement): void {
  if (!isRecord(statement)) throw malformed('Invalid policy syntax.');
  const unknown = Object.keys(statement).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw malformed(`Unknown field ${unknown}`);
  for (const name of ['Effect', 'Principal', 'Action', 'Resource'] as const) {
    const other = name === 'Effect' ? undefined : statement[`Not${name}`];
    if (statement[name] === undefined && other === undefined) throw malformed(`Missing required field ${name}`);
    if (statement[name] !== undefined && other !== undefined) throw malformed('Invalid policy syntax.');
  }
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw malformed(`Invalid effect: ${String(statement.Effect)}`);
  }
  if (statement.NotPrincipal !== undefined && statement.Effect === 'Allow') {
    throw malformed('Allow with NotPrincipal is not allowed.');
  }
  checkPrincipalShape(statement.Principal ?? statement.NotPrincipal);
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource'] as const) {
    const values: readonly unknown[] = asList<unknown>(statement[name]);
    const empty = statement[name] !== undefined && values.length === 0;
    if (empty || values.some((value) => typeof value !== 'string')) throw malformed('Invalid policy syntax.');
  }
}

function checkPrincipalShape(principal: unknown): void {
  if (principal === '*') return;
  if (!isRecord(principal) || Object.keys(principal).length === 0) throw malformed('Invalid principal in policy');
  for (const [kind, names] of Object.entries(principal)) {
    if (!PRINCIPAL_KINDS.includes(kind)) throw malformed('Invalid principal in policy', `"${kind}"`);
    const list: readonly unknown[] = asList<unknown>(names as string);
    if (list.length === 0 || list.some((name) => typeof name !== 'string'))
      throw malformed('Invalid principal in policy');
  }
}

/** A hostile pattern must not cost more than a plain comparison, so that no regular expression is made of it. */
function matcherOf(pattern: string): (text: string) => boolean {
  const glob = parseGlob(pattern.toLowerCase());
  return (text) => globMatches(glob, text.toLowerCase());
}

/** The actions that a pattern means, and whether it names one alone. */
function actionsFor(pattern: string): { readonly actions: readonly CatalogueAction[]; readonly single: boolean } {
  const s3 = actionsOf('s3');
  if (pattern === '*') return { actions: s3, single: false };
  const exact = findAction(pattern);
  if (exact !== undefined) return { actions: exact.service === 's3' ? [exact] : [], single: true };
  if (!/[*?]/.test(pattern)) return { actions: [], single: true };
  const matches = matcherOf(pattern);
  return { actions: s3.filter((action) => matches(action.name)), single: false };
}

/** Which resource types of the catalogue a Resource pattern names, as far as this policy's owner goes. */
function resourceTypes(resource: string, owner: PolicyOwner): readonly string[] {
  const [container, member] = owner.kind === 'bucket' ? ['bucket', 'object'] : ['accesspoint', 'accesspointobject'];
  const prefix = owner.kind === 'bucket' ? `${owner.arn}/` : `${owner.arn}/object/`;
  if (!resource.startsWith('arn:')) return [];
  if (resource === owner.arn) return [container];
  if (resource.startsWith(prefix)) return [member];
  const matches = matcherOf(resource);
  const types: string[] = [];
  if (matches(owner.arn)) types.push(container);
  // `BUCKET*` reaches into the bucket as well; what stands behind the slash is free.
  if (matches(`${prefix}x`) || (types.length > 0 && resource.endsWith('*'))) types.push(member);
  return types;
}

function checkResources(statement: Statement, owner: PolicyOwner): readonly string[] {
  const types = new Set<string>();
  for (const resource of asList(statement.Resource ?? statement.NotResource)) {
    const fitting = resourceTypes(resource, owner);
    if (fitting.length === 0) throw malformed('Policy has invalid resource', resource);
    for (const type of fitting) types.add(type);
  }
  // NotResource leaves out some; every kind of resource stays.
  if (statement.Resource === undefined) {
    return owner.kind === 'bucket' ? ['bucket', 'object'] : ['accesspoint', 'accesspointobject'];
  }
  return [...types];
}

function checkActions(statement: Statement, types: readonly string[]): void {
  const keys = Object.values(statement.Condition ?? {}).flatMap((block) => Object.keys(block));
  for (const pattern of asList(statement.Action ?? statement.NotAction)) {
    const { actions } = actionsFor(pattern);
    if (actions.length === 0) throw malformed('Policy has invalid action', pattern);
    if (statement.Action === undefined) continue;
    const applying = actions.filter((action) => action.resourceTypes.some((type) => types.includes(type)));
    if (applying.length === 0) throw malformed('Action does not apply to any resource(s) in statement');
    for (const key of keys) {
      // Of a pattern's actions one is enough; an action that is named must carry every key of the statement.
      if (key.toLowerCase().startsWith('s3:') && !applying.some((action) => carriesKey(action, key))) {
        throw malformed('Conditions do not apply to combination of actions and resources in statement');
      }
    }
  }
}

function checkConditions(statement: Statement): void {
  const condition: unknown = statement.Condition;
  if (condition === undefined) return;
  if (!isRecord(condition)) throw malformed('Invalid policy syntax.');
  for (const [operator, block] of Object.entries(condition)) {
    if (!OPERATOR.test(operator)) throw malformed(`Invalid Condition type : ${operator}`);
    if (!isRecord(block)) throw malformed('Invalid policy syntax.');
    for (const key of Object.keys(block)) {
      const unknown = !key.includes(':') || (key.toLowerCase().startsWith('s3:') && !isKnownKey(key));
      if (unknown) throw malformed('Policy has an invalid condition key', key);
    }
  }
}

/**
 * Reads a bucket's or access point's policy and checks it as S3 does before it is stored: grammar, actions, resources
 * and conditions that fit together (S3 User Guide, "Amazon S3 condition key examples", "Bucket policies"). Principals
 * are checked where they are turned into ids.
 *
 * @throws MalformedPolicy, PolicyTooLarge (400)
 */
export function readResourcePolicy(body: Buffer, owner: PolicyOwner): PolicyDocument {
  const document = parse(body);
  checkShape(document);
  for (const statement of asList(document.Statement)) {
    checkConditions(statement);
    checkActions(statement, checkResources(statement, owner));
  }
  return document;
}
