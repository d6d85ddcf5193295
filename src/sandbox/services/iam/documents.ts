import { asList, statementsOf } from '../../../policy/documents.js';
import { hasRepeatedKey } from '../../../policy/lint/locate.js';
import type { PolicyDocument, Statement } from '../../../policy/types.js';
import { validationError } from '../../protocol/query.js';
import { uriEncode } from '../../protocol/sigv4.js';
import { UnknownPrincipal, type World } from '../../store/types.js';
import { WireError } from '../../types.js';

const STATEMENT_KEYS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const DOCUMENT_KEYS = new Set(['Version', 'Id', 'Statement']);
const OPERATOR =
  /^(?:ForAllValues:|ForAnyValue:)?(?:(?:String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)|Numeric(?:Not)?Equals|Numeric(?:Less|Greater)Than(?:Equals)?|Date(?:Not)?Equals|Date(?:Less|Greater)Than(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?|Null)$/i;

/** 400 MalformedPolicyDocument. */
export function malformed(message: string): WireError {
  return new WireError('MalformedPolicyDocument', 400, message);
}

/**
 * Reads an identity policy as IAM takes it and brings it into the form that is kept.
 *
 * @throws WireError MalformedPolicyDocument (IAM User Guide, "Grammar of the IAM JSON policy language")
 */
export function identityDocument(world: World, text: string): PolicyDocument {
  const document = parseDocument(text);
  for (const statement of statementsOf(document)) {
    if (statement.Principal !== undefined || statement.NotPrincipal !== undefined) {
      throw malformed('Policy document should not specify a principal.');
    }
    checkActions(statement);
    if (statement.Resource === undefined && statement.NotResource === undefined) {
      throw malformed('Policy statement must contain resources.');
    }
    for (const resource of [...asList(statement.Resource), ...asList(statement.NotResource)]) {
      checkResource(world, resource);
    }
  }
  return world.storePolicy(document);
}

/**
 * Reads a role trust policy and brings it into the form that is kept.
 *
 * @throws WireError MalformedPolicyDocument, `Invalid principal in policy` among them
 */
export function trustDocument(world: World, text: string): PolicyDocument {
  const document = parseDocument(text);
  for (const statement of statementsOf(document)) {
    if (statement.Resource !== undefined) throw malformed('Has prohibited field Resource');
    if (statement.NotResource !== undefined) throw malformed('Has prohibited field NotResource');
    if (statement.NotPrincipal !== undefined) throw malformed('Has prohibited field NotPrincipal');
    if (statement.Principal === undefined) throw malformed('Missing required field Principal');
    checkActions(statement);
    for (const action of asList(statement.Action)) {
      if (action !== '*' && !/^sts:/i.test(action)) {
        throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
      }
    }
  }
  try {
    return world.storePolicy(document);
  } catch (error) {
    if (error instanceof UnknownPrincipal) throw malformed(error.message);
    throw error;
  }
}

/**
 * Reads any policy document: its syntax, not what only one kind of policy may say.
 *
 * @throws WireError MalformedPolicyDocument
 */
export function parseDocument(text: string): PolicyDocument {
  if (text.length > 131072) {
    throw validationError(
      "1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have length less than or equal to 131072",
    );
  }
  if (!/^[\t\n\r\x20-\xff]+$/.test(text)) {
    throw validationError(
      "1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  // "Grammar of the IAM JSON policy language": each key once; a JSON parser would silently take the last.
  if (hasRepeatedKey(text)) throw syntaxError();
  if (!isRecord(value) || !Object.keys(value).every((key) => DOCUMENT_KEYS.has(key))) throw syntaxError();
  if (value.Version !== undefined && value.Version !== '2012-10-17' && value.Version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string.');
  }
  if (value.Id !== undefined && typeof value.Id !== 'string') throw syntaxError();
  const statements = Array.isArray(value.Statement) ? value.Statement : [value.Statement];
  if (statements.length === 0) throw syntaxError();
  for (const statement of statements) checkStatement(statement);
  const sids = statements.map((statement: Statement) => statement.Sid).filter((sid) => sid !== undefined && sid !== '');
  if (new Set(sids).size !== sids.length) {
    throw malformed('Statement IDs (SID) in a single policy must be unique.');
  }
  return value as unknown as PolicyDocument;
}

function checkStatement(statement: unknown): void {
  if (!isRecord(statement)) throw syntaxError();
  for (const key of Object.keys(statement)) if (!STATEMENT_KEYS.has(key)) throw syntaxError();
  const { Sid, Effect, Principal, NotPrincipal, Condition } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw syntaxError();
  if (Sid !== undefined && typeof Sid !== 'string') throw syntaxError();
  if (typeof Sid === 'string' && !/^[0-9A-Za-z]*$/.test(Sid)) {
    throw malformed(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  for (const key of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    if (statement[key] !== undefined && !isStrings(statement[key])) throw syntaxError();
  }
  for (const key of ['Action', 'Resource', 'Principal']) {
    if (statement[key] !== undefined && statement[`Not${key}`] !== undefined) throw syntaxError();
  }
  for (const principal of [Principal, NotPrincipal]) if (principal !== undefined) checkPrincipal(principal);
  if (Condition !== undefined) checkCondition(Condition);
}

function checkPrincipal(principal: unknown): void {
  if (principal === '*') return;
  if (!isRecord(principal)) throw syntaxError();
  for (const [kind, value] of Object.entries(principal)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind) || !isStrings(value)) throw syntaxError();
  }
  if (Object.keys(principal).length === 0) throw syntaxError();
}

function checkCondition(condition: unknown): void {
  if (!isRecord(condition)) throw syntaxError();
  for (const [operator, keys] of Object.entries(condition)) {
    if (!OPERATOR.test(operator) || !isRecord(keys)) throw syntaxError();
    for (const [key, value] of Object.entries(keys)) {
      if (!key.includes(':')) {
        throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
      }
      const values = Array.isArray(value) ? value : [value];
      if (!values.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) throw syntaxError();
    }
  }
}

function checkActions(statement: Statement): void {
  const actions = [...asList(statement.Action), ...asList(statement.NotAction)];
  if (actions.length === 0) throw malformed('Policy statement must contain actions.');
  for (const action of actions) {
    if (action !== '*' && !/^[a-zA-Z0-9*?-]+:[a-zA-Z0-9*?]+$/.test(action)) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
  }
}

function checkResource(world: World, resource: string): void {
  if (resource === '*') return;
  const parts = resource.split(':');
  if (parts[0] !== 'arn' || parts.length < 3) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
  const partition = parts[1]!;
  if (partition !== world.partition && !/[*?]/.test(partition)) {
    throw malformed(`Partition "${partition}" is not valid for resource "${resource}".`);
  }
  if (parts.length < 6 && !resource.includes('*')) throw malformed('The policy failed legacy parsing');
}

function syntaxError(): WireError {
  return malformed('Syntax errors in policy.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** Characters that count against a quota: all but white space ("IAM and STS quotas", IAM and STS character limits). */
export function countedSize(document: PolicyDocument | string): number {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return text.replaceAll(/\s/g, '').length;
}

/** As GetRole and its like return documents: URL-encoded, RFC 3986. */
export function encodedDocument(world: World, stored: PolicyDocument): string {
  return uriEncode(JSON.stringify(world.renderPolicy(stored)));
}
