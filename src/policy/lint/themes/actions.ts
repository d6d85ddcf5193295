import { distance } from 'fastest-levenshtein';
import { actionsOf } from '../../catalogue/index.js';
import { hasWildcard } from '../../wildcard.js';
import { actionsMeant, isCatalogued, serviceOf } from '../patterns.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import { isWholeAccount, type Placed, type StatementView } from '../view.js';
import { quote } from './grammar.js';

const ACTIONS = 'Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"';
const LEAST = 'IAM User Guide, "Security best practices in IAM": grant least privilege';
const OWNERSHIP = 'S3 User Guide, "Controlling ownership of objects and disabling ACLs for your bucket"';
const object = { Resource: 'arn:aws:s3:::acme/*' };

/** Names of API calls that people take for actions, and what the call needs (S3 API Reference). */
const CALLS: Readonly<Record<string, string>> = {
  's3:headobject': 's3:GetObject',
  's3:headbucket': 's3:ListBucket',
  's3:listobjects': 's3:ListBucket',
  's3:listobjectsv2': 's3:ListBucket',
  's3:listobjectversions': 's3:ListBucketVersions',
  's3:listbuckets': 's3:ListAllMyBuckets',
  's3:listmultipartuploads': 's3:ListBucketMultipartUploads',
  's3:listparts': 's3:ListMultipartUploadParts',
  's3:createmultipartupload': 's3:PutObject',
  's3:uploadpart': 's3:PutObject',
  's3:uploadpartcopy': 's3:PutObject, and s3:GetObject on the source',
  's3:completemultipartupload': 's3:PutObject',
  's3:copyobject': 's3:PutObject, and s3:GetObject on the source',
  's3:postobject': 's3:PutObject',
  's3:deleteobjects': 's3:DeleteObject',
  's3:putbucketnotificationconfiguration': 's3:PutBucketNotification',
  's3:getbucketnotificationconfiguration': 's3:GetBucketNotification',
  's3:putpublicaccessblock': 's3:PutBucketPublicAccessBlock',
  's3:getpublicaccessblock': 's3:GetBucketPublicAccessBlock',
  's3:getbucketencryption': 's3:GetEncryptionConfiguration',
  's3:putbucketencryption': 's3:PutEncryptionConfiguration',
};

export const actions: Theme = {
  rules: {
    'all-actions': {
      severity: 'error',
      title: 'Every action of every service',
      why: 'It grants all there is now and all that AWS adds later, the right to change the policy itself included. (A warning where it is confined to one folder or delegated to access points.)',
      remedy: 'List the actions that are needed.',
      source: LEAST,
      example: exampleOf({ Effect: 'Allow', Action: '*', ...object }),
    },
    'service-wildcard': {
      severity: 'error',
      title: 'Every action of a service',
      why: 's3:* and its like grant deleting, changing the policy and opening the bucket, whatever the vendor needs. (A warning where it is confined to one folder or delegated to access points.)',
      remedy: 'List the actions that are needed.',
      source: LEAST,
      example: exampleOf({ Effect: 'Allow', Action: 's3:*', ...object }),
    },
    'action-wildcard': {
      severity: 'warning',
      title: 'A wildcard in an action',
      why: 'It grants more than the name suggests, and what AWS adds later: s3:Get* reads policies, ACLs and every version, too.',
      remedy: 'List the actions that are needed.',
      source: LEAST,
      example: exampleOf({ Effect: 'Allow', Action: 's3:Get*', ...object }),
    },
    'not-action-with-allow': {
      severity: 'error',
      title: 'Allow with NotAction',
      why: 'It grants every action but the named ones, also of other services and of those to come.',
      remedy: 'List the actions that are needed in Action.',
      source: 'IAM User Guide, "IAM JSON policy elements: NotAction"',
      example: exampleOf({ Effect: 'Allow', NotAction: 's3:DeleteObject', ...object }),
    },
    'unknown-action': {
      severity: 'error',
      title: 'A name that is no action',
      why: 'API calls and actions have different names. An identity policy takes an unknown one silently and grants nothing; S3 refuses the bucket policy.',
      remedy: 'Write the action that the call needs.',
      source: ACTIONS,
      example: exampleOf({ Effect: 'Allow', Action: 's3:HeadObject', ...object }),
    },
    'acl-on-enforced-bucket': {
      severity: 'warning',
      title: 'The right to set ACLs on a bucket that has none',
      why: 'With BucketOwnerEnforced (the default for new buckets) ACLs are off: PutObjectAcl and uploads with an ACL other than bucket-owner-full-control fail with AccessControlListNotSupported.',
      remedy: 'Remove the action, unless the vendor insists on it being granted.',
      source: OWNERSHIP,
      example: exampleOf(
        { Effect: 'Allow', Action: ['s3:PutObject', 's3:PutObjectAcl'], ...object },
        { objectOwnership: 'BucketOwnerEnforced' },
      ),
    },
    'acl-action': {
      severity: 'advice',
      title: 'The right to set ACLs',
      why: 'Who may set ACLs may open single objects to others, past every policy; where the bucket enforces its owner (the default) the right is useless.',
      remedy: 'Remove the action, unless the vendor insists on it being granted.',
      source: OWNERSHIP,
      example: exampleOf({ Effect: 'Allow', Action: ['s3:PutObject', 's3:PutObjectAcl'], ...object }),
    },
  },
  check: checkActions,
};

function* checkActions(context: LintContext): Iterable<Draft> {
  for (const view of context.statements) {
    for (const placed of [...view.actions, ...view.notActions]) yield* checkName(placed);
    if (!view.allows) continue;
    if (view.statement.NotAction !== undefined)
      yield {
        id: 'not-action-with-allow',
        pointer: `${view.pointer}/NotAction`,
        message: 'This allows every action but the named ones.',
      };
    for (const placed of view.actions) {
      yield* checkWildcard(placed, view, context);
      yield* checkAcl(placed, context);
    }
  }
}

function* checkName({ value, pointer }: Placed): Iterable<Draft> {
  if (value === '*') return;
  if (serviceOf(value) === undefined)
    yield {
      id: 'unknown-action',
      pointer,
      message: `${quote(value)} is no action: it names no service.`,
      remedy: 'Write SERVICE:ACTION, such as s3:GetObject.',
    };
  else if (isCatalogued(value) && actionsMeant(value).length === 0)
    yield { id: 'unknown-action', pointer, message: `There is no action ${quote(value)}.`, remedy: nearest(value) };
}

function nearest(value: string): string {
  const call = Object.hasOwn(CALLS, value.toLowerCase()) ? CALLS[value.toLowerCase()] : undefined;
  if (call !== undefined) return `The call of that name needs ${call}.`;
  const service = serviceOf(value)!;
  const wanted = value.slice(0, 100).toLowerCase();
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const { name } of actionsOf(service)) {
    const far = distance(wanted, name.toLowerCase());
    if (far < least) [best, least] = [name, far];
  }
  return `The nearest action is ${best}.`;
}

function* checkWildcard({ value, pointer }: Placed, view: StatementView, { kind }: LintContext): Iterable<Draft> {
  if (!hasWildcard(value) || DOCUMENTED.test(value)) return;
  const isAll = /^\*+$/.test(value);
  const isService = /^[\w-]+:\*+$/.test(value);
  // AWS's own default key policy gives the account's root kms:*, which delegates to the account's identities.
  if (kind === 'key' && view.principals.every((principal) => isWholeAccount(principal.value))) return;
  const severity = isConfined(view) ? { severity: 'warning' as const } : {};
  if (isAll) yield { id: 'all-actions', pointer, message: 'This allows every action.', ...severity };
  else if (isService)
    yield { id: 'service-wildcard', pointer, message: `This allows every action of ${serviceOf(value)}.`, ...severity };
  else {
    const meant = actionsMeant(value).length;
    const number = meant > 0 ? `${meant} actions` : 'every action that matches';
    yield { id: 'action-wildcard', pointer, message: `${value} allows ${number}.` };
  }
}

/** The two that AWS itself writes so: they are families of one permission (KMS Developer Guide, "Default key policy"). */
const DOCUMENTED = /^kms:(ReEncrypt|GenerateDataKey)\*$/i;

/**
 * Whether the width of the actions can do no harm outside one folder, or outside what an access point's own policy
 * allows: AWS's samples write s3:* and * there (S3 User Guide, "Walkthrough: Controlling access to a bucket with user
 * policies", "Configuring IAM policies for using access points").
 */
function isConfined({ resources, conditions }: StatementView): boolean {
  const delegated = conditions.some(
    ({ key, negated, ifExists }) => !negated && !ifExists && /^s3:DataAccessPoint(Arn|Account)$/i.test(key),
  );
  if (delegated) return true;
  return resources.length > 0 && resources.every(({ value }) => /^arn:[^:]*:s3:::[^/*?]+\/[^*?]/.test(value));
}

function* checkAcl({ value, pointer }: Placed, { options }: LintContext): Iterable<Draft> {
  if (!/^s3:Put(Object|ObjectVersion|Bucket)Acl$/i.test(value)) return;
  if (options.objectOwnership === 'BucketOwnerEnforced')
    yield { id: 'acl-on-enforced-bucket', pointer, message: `${value} is useless: the bucket enforces its owner.` };
  else if (options.objectOwnership === undefined)
    yield { id: 'acl-action', pointer, message: `${value} works only where the bucket doesn't enforce its owner.` };
}
