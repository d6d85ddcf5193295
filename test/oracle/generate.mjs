/** Random cases, all out of one seed: the same seed gives the same cases. */

/** A small generator of pseudo-random numbers (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    chance: (probability) => next() < probability,
    below: (limit) => Math.floor(next() * limit),
    pick: (list) => list[Math.floor(next() * list.length)],
    some: (list, most) => {
      const count = 1 + Math.floor(next() * most);
      return Array.from({ length: count }, () => list[Math.floor(next() * list.length)]);
    },
  };
}

const OWN = '111122223333';
const OTHER = '444455556666';
const USER = `arn:aws:iam::${OWN}:user/alice`;
const PATH_USER = `arn:aws:iam::${OWN}:user/staff/bob`;
const ROLE = `arn:aws:iam::${OWN}:role/ingest`;
const SESSION = `arn:aws:sts::${OWN}:assumed-role/ingest/one`;
const OTHER_USER = `arn:aws:iam::${OTHER}:user/vendor`;
const OTHER_ROLE = `arn:aws:iam::${OTHER}:role/vendor`;
const OTHER_SESSION = `arn:aws:sts::${OTHER}:assumed-role/vendor/run`;
const FEDERATED = `arn:aws:sts::${OWN}:federated-user/guest`;
const CALLERS = [USER, PATH_USER, SESSION, SESSION, OTHER_USER, OTHER_SESSION, '*', 'sns.amazonaws.com', FEDERATED];
const ROOTS = [`arn:aws:iam::${OWN}:root`, `arn:aws:iam::${OTHER}:root`];

const PRINCIPALS = [
  USER,
  PATH_USER,
  ROLE,
  SESSION,
  `arn:aws:sts::${OWN}:assumed-role/ingest/two`,
  OTHER_USER,
  OTHER_ROLE,
  OTHER_SESSION,
  FEDERATED,
  ...ROOTS,
  OWN,
  OTHER,
  '*',
];

const BUCKET = 'arn:aws:s3:::media';
const POINT = `arn:aws:s3:us-east-1:${OWN}:accesspoint/feed`;
const TARGETS = [
  { action: 's3:GetObject', resources: [`${BUCKET}/uploads/a.txt`, `${BUCKET}/alice/x`, `${BUCKET}/uploads-old/a`] },
  { action: 's3:PutObject', resources: [`${BUCKET}/uploads/a.txt`, `${BUCKET}/b$c`, `${BUCKET}/red/x`] },
  { action: 's3:ListBucket', resources: [BUCKET] },
  { action: 's3:PutBucketPolicy', resources: [BUCKET] },
  { action: 's3:GetObject', resources: [`${POINT}/object/uploads/a.txt`] },
  { action: 's3:ListBucket', resources: [POINT] },
  { action: 'sts:AssumeRole', resources: [`arn:aws:iam::${OWN}:role/target`] },
  { action: 'kms:Decrypt', resources: [`arn:aws:kms:us-east-1:${OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab`] },
  { action: 'sns:Publish', resources: [`arn:aws:sns:us-east-1:${OWN}:events`] },
  { action: 'sqs:SendMessage', resources: [`arn:aws:sqs:us-east-1:${OWN}:jobs`] },
];
const ACTIONS = {
  s3: [
    's3:*',
    '*',
    's3:Get*',
    'S3:GETOBJECT',
    's3:Put*',
    's3:ListBucket',
    's3:GetObject',
    's3:PutObject',
    's3:*Bucket*',
    's3:?etObject',
  ],
  sts: ['sts:AssumeRole', 'sts:*', 'sts:assume*', 'sts:TagSession', '*'],
  kms: ['kms:Decrypt', 'kms:*', 'kms:Encrypt', '*', 'kms:De?rypt'],
  sns: ['sns:Publish', 'SNS:Publish', 'sns:*', 'sns:Subscribe', '*'],
  sqs: ['sqs:SendMessage', 'sqs:*', 'sqs:Receive*', '*'],
};
const RESOURCES = {
  s3: [
    '*',
    BUCKET,
    `${BUCKET}/*`,
    `${BUCKET}/uploads/*`,
    `${BUCKET}/uploads/a.txt`,
    `${BUCKET}*`,
    'arn:aws:s3:::*',
    'arn:aws:s3:*',
    'arn:aws:s3:::med?a/*/a.txt',
    `${BUCKET}/\${aws:username}/*`,
    `${BUCKET}/\${aws:PrincipalTag/team}/*`,
    `${BUCKET}/\${aws:PrincipalTag/none, 'red'}/*`,
    `${BUCKET}/b\${*}c`,
    `${BUCKET}/b\${$}c`,
    'arn:aws:s3:::other/*',
    POINT,
    `${POINT}/object/*`,
    `${POINT}/object/uploads/*`,
    'arn:aws:s3:us-east-1:*:accesspoint/feed/object/*',
    'arn:*:s3:us-*-1:1111*:accesspoint/*',
  ],
  sts: [
    '*',
    `arn:aws:iam::${OWN}:role/target`,
    `arn:aws:iam::${OWN}:role/*`,
    `arn:aws:iam::${OTHER}:role/target`,
    'arn:aws:iam::*:role/tar?et',
  ],
  kms: [
    '*',
    `arn:aws:kms:us-east-1:${OWN}:key/*`,
    `arn:aws:kms:*:${OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    `arn:aws:kms:eu-west-1:${OWN}:key/*`,
  ],
  sns: ['*', `arn:aws:sns:us-east-1:${OWN}:events`, `arn:aws:sns:*:${OWN}:*`, `arn:aws:sns:us-east-1:${OWN}:other`],
  sqs: ['*', `arn:aws:sqs:us-east-1:${OWN}:jobs`, 'arn:aws:sqs:*:*:jo*', `arn:aws:sqs:us-east-1:${OWN}:other`],
};

const STRINGS = [
  'red',
  'Red',
  'blue',
  'r*',
  're?',
  '*',
  'redwood',
  '${aws:PrincipalTag/team}',
  "${aws:PrincipalTag/none, 'red'}",
  '${aws:PrincipalTag/none}',
  'r${*}',
];
const NUMBERS = ['5', '5.0', '7', '-1', '0', '10.5', 5, 7];
const DATES = [
  '2024-05-01T00:00:00Z',
  '2024-05-01',
  '2024-05-02T10:00:00+02:00',
  '2024-05-02T08:00:00Z',
  '2025-01-01T00:00:00Z',
  '1714521600',
];
const BINARIES = ['QUJD', 'QUJE', 'AA==', 'SGVsbG8='];
const RANGES = [
  '203.0.113.0/24',
  '203.0.113.7',
  '203.0.113.7/32',
  '10.0.0.0/8',
  '2001:db8::/32',
  '2001:db8::1',
  '2001:db8:1::/48',
  '0.0.0.0/0',
  '128.0.0.0/1',
];
const ARNS = [
  USER,
  ROLE,
  `arn:aws:iam::${OWN}:*`,
  'arn:aws:iam::*:role/*',
  'arn:*:iam::4444*:user/*',
  'arn:aws:iam::*:user/al?ce',
  `arn:aws:iam::\${aws:PrincipalAccount}:user/alice`,
  ...ROOTS,
  OTHER_ROLE,
];
const TAGS = ['red', 'blue', 'green', 'r*'];

const FAMILIES = [
  {
    key: 'aws:PrincipalTag/team',
    operators: [
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringLike',
      'StringNotLike',
    ],
    values: STRINGS,
    actual: ['red', 'blue', 'RED', 'redwood', 'r*'],
  },
  {
    key: 'aws:PrincipalTag/level',
    operators: [
      'NumericEquals',
      'NumericNotEquals',
      'NumericLessThan',
      'NumericLessThanEquals',
      'NumericGreaterThan',
      'NumericGreaterThanEquals',
    ],
    values: NUMBERS,
    actual: ['5', '6', '-1', '10.50', '7'],
  },
  {
    key: 'aws:CurrentTime',
    operators: [
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    values: DATES,
    actual: ['2024-05-01T00:00:00Z', '2024-05-02T08:00:00Z', '2024-12-31T23:59:59Z'],
  },
  {
    key: 'aws:SecureTransport',
    operators: ['Bool'],
    values: ['true', 'false', true, false, 'TRUE'],
    actual: ['true', 'false'],
  },
  { key: 'aws:PrincipalTag/blob', operators: ['BinaryEquals'], values: BINARIES, actual: BINARIES },
  {
    key: 'aws:SourceIp',
    operators: ['IpAddress', 'NotIpAddress'],
    values: RANGES,
    actual: ['203.0.113.7', '203.0.113.200', '10.1.2.3', '198.51.100.1', '2001:db8::1', '2001:db9::1', '2001:db8:1::5'],
  },
  {
    key: 'aws:PrincipalArn',
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'StringLike', 'StringEquals'],
    values: ARNS,
    actual: undefined,
  },
  {
    key: 'aws:SourceArn',
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    values: [
      'arn:aws:s3:::media',
      'arn:aws:s3:::*',
      'arn:aws:s3:*:*:media',
      'arn:aws:sns:us-east-1:111122223333:events',
      'arn:aws:sns:*:*:*',
    ],
    actual: [
      'arn:aws:s3:::media',
      'arn:aws:sns:us-east-1:111122223333:events',
      'arn:aws:sns:us-east-1:111122223333:a:b',
    ],
  },
  {
    key: 'aws:PrincipalAccount',
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    values: [OWN, OTHER, '4444*', '${aws:ResourceAccount}'],
    actual: undefined,
  },
  {
    key: 'aws:TagKeys',
    many: true,
    operators: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringLike', 'StringNotLike'],
    values: TAGS,
    actual: [['red'], ['red', 'blue'], ['green', 'blue'], ['yellow'], ['Red', 'green']],
  },
];

/** One random case, in the shape of `policy eval`. */
export function randomCase(random) {
  const { chance, pick } = random;
  const target = pick(TARGETS);
  const service = target.action.split(':')[0];
  const resource = pick(target.resources);
  const via = resource.startsWith(POINT);
  const input = {
    request: {
      principal: chance(0.06) ? pick(ROOTS) : pick(CALLERS),
      action: target.action,
      resource,
      resourceAccount: OWN,
      ...(via ? { bucket: 'media' } : {}),
      context: randomContext(random),
    },
  };
  const aim = input.request;
  const identity = (bias) => document(random, service, { principal: false, bias, aim });
  const owned = (bias) => document(random, service, { principal: true, bias, aim, trust: service === 'sts' });
  const root = input.request.principal.endsWith(':root');
  if (!root && chance(0.75)) input.identityPolicies = chance(0.3) ? [identity(0.8), identity(0.8)] : [identity(0.85)];
  if (!root && chance(0.25)) input.permissionsBoundary = identity(0.85);
  if (/assumed-role|federated-user/.test(input.request.principal) && chance(0.3)) {
    input.sessionPolicies = chance(0.3) ? [identity(0.85), identity(0.85)] : [identity(0.9)];
    for (const policy of input.sessionPolicies) policy.Version = '2012-10-17';
  }
  // A role always has a trust policy and a key a key policy.
  const resourceSide = service === 'sts' || service === 'kms' || chance(0.75) ? owned(0.85) : undefined;
  if (resourceSide !== undefined) {
    const key =
      service === 'sts'
        ? 'trustPolicy'
        : service === 'kms'
          ? 'keyPolicy'
          : via
            ? 'accessPointPolicy'
            : 'resourcePolicy';
    input[key] = resourceSide;
  }
  if (via) input.resourcePolicy = chance(0.8) ? DELEGATION : owned(0.8);
  if (chance(0.2)) input.serviceControlPolicies = chance(0.3) ? [identity(0.8), identity(0.8)] : [identity(0.8)];
  if (chance(0.2)) input.resourceControlPolicies = [rcp(random, service, aim)];
  if (service === 's3' && chance(0.15)) {
    input.blockPublicAccess = { [pick(['account', 'bucket'])]: { RestrictPublicBuckets: chance(0.8) } };
  }
  return input;
}

export const DELEGATION = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: '*',
      Resource: [BUCKET, `${BUCKET}/*`],
      Condition: { StringEquals: { 's3:DataAccessPointAccount': OWN } },
    },
  ],
};

function randomContext(random) {
  const context = {};
  for (const family of FAMILIES) {
    if (family.actual !== undefined && random.chance(0.6)) context[family.key] = random.pick(family.actual);
  }
  return context;
}

function document(random, service, options) {
  const count = 1 + random.below(3);
  const Statement = Array.from({ length: count }, () => statement(random, service, options));
  const version = random.chance(0.93) ? '2012-10-17' : random.chance(0.5) ? '2008-10-17' : undefined;
  return { ...(version === undefined ? {} : { Version: version }), Statement };
}

function rcp(random, service, aim) {
  const document = {
    Version: '2012-10-17',
    Statement: [statement(random, service, { principal: false, bias: 0, aim })],
  };
  const { NotAction, Action: actions = NotAction, Condition, Resource = '*' } = document.Statement[0];
  const Action = [actions].flat().map((action) => (action === '*' ? `${service}:*` : action));
  document.Statement[0] = { Effect: 'Deny', Principal: '*', Action, Resource, ...(Condition ? { Condition } : {}) };
  return document;
}

function statement(random, service, { principal, bias, aim, trust = false }) {
  const { chance, some, pick } = random;
  // Most statements are about the request at hand, or too few would ever match all of it.
  const near = (list, item) => (chance(0.45) ? [item, ...(chance(0.3) ? some(list, 1) : [])] : some(list, 3));
  const result = { Effect: chance(bias) ? 'Allow' : 'Deny' };
  if (principal) {
    const list = near(PRINCIPALS, aim.principal.startsWith('arn:') || aim.principal === '*' ? aim.principal : '*');
    const aws = list.includes('*') && chance(0.5) ? '*' : { AWS: list.length === 1 && chance(0.5) ? list[0] : list };
    const byService = chance(aim.principal.startsWith('sns.') ? 0.5 : 0.05);
    const element = byService ? { Service: pick(['sns.amazonaws.com', 's3.amazonaws.com']) } : aws;
    const not = result.Effect === 'Deny' && !trust && chance(0.12);
    result[not ? 'NotPrincipal' : 'Principal'] = not && element === '*' ? { AWS: USER } : element;
  }
  const actions = trust ? ACTIONS.sts.slice(0, 4) : ACTIONS[service];
  result[chance(0.08) && !trust ? 'NotAction' : 'Action'] = oneOrMany(random, near(actions, aim.action));
  if (!trust) {
    const resources = near(RESOURCES[service], chance(0.5) ? '*' : aim.resource.replaceAll('$', '${$}'));
    // AWS leaves open what a variable without value does in NotResource.
    const not = chance(0.1) && !resources.some((text) => text.includes('${aws:'));
    result[not ? 'NotResource' : 'Resource'] = oneOrMany(random, resources);
  }
  if (chance(0.4)) result.Condition = conditions(random);
  return result;
}

function conditions(random) {
  const block = {};
  const count = random.chance(0.75) ? 1 : 2;
  for (let i = 0; i < count; i++) {
    const family = random.pick(FAMILIES);
    if (random.chance(0.07)) {
      block.Null = { ...block.Null, [family.key]: random.pick(['true', 'false', true]) };
      continue;
    }
    const set = family.many ? random.pick(['ForAllValues:', 'ForAnyValue:']) : '';
    const suffix = set !== 'ForAnyValue:' && random.chance(0.2) ? 'IfExists' : '';
    const operator = `${set}${random.pick(family.operators)}${suffix}`;
    block[operator] = { ...block[operator], [family.key]: oneOrMany(random, random.some(family.values, 3)) };
  }
  return block;
}

function oneOrMany(random, list) {
  return list.length === 1 && random.chance(0.5) ? list[0] : list;
}
