import { parseArn } from '../../arn.js';
import type { CatalogueAction } from '../../catalogue/index.js';
import { hasWildcard } from '../../wildcard.js';
import { actionsMeant, fits, isCatalogued } from '../patterns.js';
import { type Draft, exampleOf, type LintContext, type Theme } from '../types.js';
import type { Placed, StatementView } from '../view.js';
import { quote } from './grammar.js';

const RESOURCE = 'IAM User Guide, "IAM JSON policy elements: Resource"';
const TYPES = 'Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"';
const read = { Effect: 'Allow', Action: 's3:GetObject' };

export const resources: Theme = {
  rules: {
    'wildcard-resource': {
      severity: 'error',
      title: 'Every resource',
      why: 'It grants the action on every bucket there is and will be, in a bucket of another account as well if that lets you in. (Advice for s3:GetBucketLocation, which tells only where a bucket is.)',
      remedy: 'Name the buckets: arn:aws:s3:::BUCKET and arn:aws:s3:::BUCKET/PREFIX*.',
      source: 'IAM User Guide, "Security best practices in IAM": grant least privilege',
      example: exampleOf({ ...read, Resource: '*' }),
    },
    'bucket-wildcard': {
      severity: 'warning',
      title: "A wildcard in a bucket's name",
      why: 'Bucket names are global: what matches may belong to somebody else tomorrow.',
      remedy: 'Name each bucket.',
      source: RESOURCE,
      example: exampleOf({ ...read, Resource: 'arn:aws:s3:::acme-*/*' }),
    },
    'open-ended-prefix': {
      severity: 'warning',
      title: 'A prefix without its slash',
      why: 'uploads* also matches uploads-old/ and uploads.zip.',
      remedy: 'End the prefix with a slash before the *.',
      source: RESOURCE,
      example: exampleOf({ ...read, Resource: 'arn:aws:s3:::acme/uploads*' }),
    },
    'action-resource-mismatch': {
      severity: 'error',
      title: 'An action on a resource that it never has',
      why: "Object actions take BUCKET/KEY and bucket actions the bucket's own ARN. IAM takes the mismatch silently and grants nothing; S3 refuses the bucket policy.",
      remedy: "Write the bucket's ARN for bucket actions, and the ARN with /* or /PREFIX* for object actions.",
      source: TYPES,
      example: exampleOf({ Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject'], Resource: 'arn:aws:s3:::acme' }),
    },
    'unused-resource': {
      severity: 'warning',
      title: 'A resource that none of the actions takes',
      why: 'It grants nothing; the action that it was written for may be missing.',
      remedy: 'Remove it, or add the action.',
      source: TYPES,
      example: exampleOf({ ...read, Resource: ['arn:aws:s3:::acme', 'arn:aws:s3:::acme/*'] }),
    },
    'bad-arn': {
      severity: 'error',
      title: 'A resource that is no ARN',
      why: "A resource is a whole ARN or *; a bucket's has neither region nor account: arn:aws:s3:::BUCKET.",
      remedy: 'Write the whole ARN.',
      source: RESOURCE,
      example: exampleOf({ ...read, Resource: 'acme/*' }),
    },
    'wrong-partition': {
      severity: 'error',
      title: 'An ARN of another partition',
      why: 'arn:aws: means nothing in China (aws-cn) or GovCloud (aws-us-gov): the statement never matches, a principal is refused.',
      remedy: 'Write the partition of the account.',
      source: 'AWS General Reference, "Amazon Resource Names (ARNs)"',
      example: exampleOf({ ...read, Resource: 'arn:aws:s3:::acme/*' }, { partition: 'aws-cn' }),
    },
    'access-point-alias': {
      severity: 'error',
      title: 'The alias of an access point in a policy',
      why: 'Aliases stand for a bucket in data calls only; policies need the ARN of the access point.',
      remedy: 'Write arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, and …/object/PREFIX* for objects.',
      source: 'S3 User Guide, "Using a bucket-style alias for your S3 bucket access point"',
      example: exampleOf({ ...read, Resource: 'arn:aws:s3:::media-abc123abc123abc123abc123abc12use1a-s3alias/*' }),
    },
    'several-buckets': {
      severity: 'error',
      title: 'Another bucket in a bucket policy',
      why: 'A bucket policy may name its own bucket only; S3 refuses it otherwise.',
      remedy: "Put each bucket's statements into its own policy.",
      source: 'S3 User Guide, "Bucket policies for Amazon S3"',
      example: exampleOf([
        { ...read, Principal: { AWS: '111122223333' }, Resource: 'arn:aws:s3:::acme/*' },
        { ...read, Principal: { AWS: '111122223333' }, Resource: 'arn:aws:s3:::acme-archive/*' },
      ]),
    },
  },
  check: checkResources,
};

function* checkResources(context: LintContext): Iterable<Draft> {
  for (const view of context.statements) {
    for (const placed of [...view.resources, ...view.notResources]) yield* checkForm(placed);
    if (view.allows && context.kind !== 'key' && context.kind !== 'trust')
      for (const placed of view.resources) yield* checkWidth(placed, view);
    yield* checkFit(view, context);
  }
  yield* checkPartitions(context);
  if (context.kind === 'bucket') yield* checkBuckets(context);
}

function* checkForm({ value, pointer }: Placed): Iterable<Draft> {
  if (/^\*+$/.test(value)) return;
  const arn = parseArn(value);
  // `arn:aws:s3:*` is short, but its wildcard runs over the fields that are missing.
  if (arn === undefined && !(value.startsWith('arn:') && value.endsWith('*')))
    yield { id: 'bad-arn', pointer, message: `${quote(value)} is no ARN.` };
  else if (/[<>]|\{\{/.test(value))
    yield {
      id: 'bad-arn',
      pointer,
      message: `${quote(value)} still has a placeholder in it.`,
      remedy: 'Put the real name in its place.',
    };
  else if (arn?.service === 's3') {
    const place = `${arn.region}${arn.account}`;
    if (place !== '' && !/[/*]/.test(`${place}${arn.resource}`))
      yield {
        id: 'bad-arn',
        pointer,
        message: `The ARN of a bucket has neither region nor account: ${quote(value)}.`,
        remedy: `Write arn:${arn.partition}:s3:::${arn.resource}.`,
      };
    if (/-s3alias(\/|$)/.test(arn.resource))
      yield { id: 'access-point-alias', pointer, message: `${quote(value)} is an alias.` };
  }
}

function* checkWidth({ value, pointer }: Placed, view: StatementView): Iterable<Draft> {
  const arn = parseArn(value);
  const everything =
    /^\*+$/.test(value) ||
    (arn?.service === 's3' && /^\*+(\/\**)?$/.test(arn.resource)) ||
    (arn === undefined && /^arn:.*\*$/.test(value));
  if (everything) {
    const needsStar = view.actions.length > 0 && view.actions.every(({ value: action }) => takesNoResource(action));
    if (needsStar) return;
    // What AWS's console and its sample policies for users ask for on all buckets: it reads no object and no name.
    const harmless = view.actions.length > 0 && view.actions.every(({ value: action }) => tellsBucketsOnly(action));
    yield {
      id: 'wildcard-resource',
      pointer,
      message: `${quote(value)} is every resource.`,
      ...(harmless ? { severity: 'advice' as const } : {}),
    };
    return;
  }
  if (arn?.service !== 's3' || arn.resource.startsWith('accesspoint/')) return;
  const slash = arn.resource.indexOf('/');
  const bucket = slash < 0 ? arn.resource : arn.resource.slice(0, slash);
  const key = slash < 0 ? '' : arn.resource.slice(slash + 1);
  if (hasWildcard(bucket))
    yield { id: 'bucket-wildcard', pointer, message: `${quote(bucket)} is more than one bucket.` };
  if (/[^/*?}]\*$/.test(key))
    yield {
      id: 'open-ended-prefix',
      pointer,
      message: `${quote(value)} matches its neighbours, too.`,
      remedy: `Write ${value.slice(0, -1)}/*, where a folder is meant.`,
    };
}

function takesNoResource(action: string): boolean {
  const meant = actionsMeant(action);
  return (
    action !== '*' &&
    (isCatalogued(action) ? meant.length > 0 && meant.every((each) => each.resourceTypes.length === 0) : false)
  );
}

/** S3 User Guide, "Walkthrough: Controlling access to a bucket with user policies": both on arn:aws:s3:::*. */
function tellsBucketsOnly(action: string): boolean {
  return /^s3:GetBucketLocation$/i.test(action) || takesNoResource(action);
}

/** Actions and resources that don't fit each other; what the catalogue doesn't know is not judged. */
function* checkFit(view: StatementView, { kind }: LintContext): Iterable<Draft> {
  if (view.resources.length === 0 || kind === 'key' || kind === 'topic') return;
  const known = view.actions.filter(({ value }) => isCatalogued(value) || value === '*');
  for (const { value, pointer } of known) {
    if (value === '*') continue;
    const meant = actionsMeant(value);
    if (meant.length === 0 || meant.some((action) => view.resources.some((resource) => fits(action, resource.value))))
      continue;
    yield { id: 'action-resource-mismatch', pointer, message: mismatch(value, meant), ...remedyFor(meant, view) };
  }
  if (known.length < view.actions.length) return;
  const all = known.flatMap(({ value }) => actionsMeant(value));
  for (const resource of view.resources)
    if (all.length > 0 && !all.some((action) => fits(action, resource.value)) && view.resources.length > 1)
      yield {
        id: 'unused-resource',
        pointer: resource.pointer,
        message: `None of the actions takes ${quote(resource.value)}.`,
      };
}

function mismatch(value: string, meant: readonly CatalogueAction[]): string {
  const types = new Set(meant.flatMap(({ resourceTypes }) => resourceTypes));
  if (types.size === 0) return `${value} takes no resource but "*".`;
  if (types.has('object')) return `${value} is an action on objects, and no resource here is one.`;
  if (types.has('bucket')) return `${value} is an action on the bucket, and no resource here is one.`;
  return `${value} takes ${[...types].join(' or ')}, and no resource here is one.`;
}

function remedyFor(meant: readonly CatalogueAction[], view: StatementView): { remedy?: string } {
  const resource = view.resources[0]!.value;
  if (!/^arn:[^:]*:s3:::[^/*]+(\/.*)?$/s.test(resource)) return {};
  const types = new Set(meant.flatMap(({ resourceTypes }) => resourceTypes));
  if (types.has('object')) return { remedy: `Give it a statement with "Resource": "${resource.split('/')[0]}/*".` };
  if (types.has('bucket')) return { remedy: `Give it a statement with "Resource": "${resource.split('/')[0]}".` };
  return {};
}

function* checkPartitions({ statements, options }: LintContext): Iterable<Draft> {
  let expected = options.partition;
  for (const view of statements)
    for (const { value, pointer } of [
      ...view.resources,
      ...view.notResources,
      ...view.principals,
      ...view.notPrincipals,
    ]) {
      const partition = parseArn(value)?.partition;
      if (partition === undefined || partition === '' || hasWildcard(partition) || partition.includes('$')) continue;
      expected ??= partition;
      if (partition !== expected)
        yield {
          id: 'wrong-partition',
          pointer,
          message: `${quote(value)} is in the partition ${partition}, not ${expected}.`,
          remedy: `Write arn:${expected}:${value.split(':').slice(2).join(':')}.`,
        };
    }
}

function* checkBuckets({ statements }: LintContext): Iterable<Draft> {
  let first: string | undefined;
  for (const view of statements)
    for (const { value, pointer } of [...view.resources, ...view.notResources]) {
      const bucket = /^arn:[^:]*:s3:::([^/*?$]+)(\/|$)/.exec(value)?.[1];
      if (bucket === undefined) continue;
      first ??= bucket;
      if (bucket !== first)
        yield { id: 'several-buckets', pointer, message: `The policy is about ${first}; ${bucket} is another bucket.` };
    }
}
