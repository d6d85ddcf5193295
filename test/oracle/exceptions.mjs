import { DELEGATION } from './generate.mjs';

/**
 * Where iam-simulate 0.1.173 and AWS's documentation differ, and s3connect follows AWS. Each has a name, the
 * page that says who is right, and `without`, which takes the thing out of a case (or `undefined` where the case
 * is not about it): only a difference that vanishes with it is explained by it.
 */
const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };
const KEYS = [
  'trustPolicy',
  'identityPolicies',
  'permissionsBoundary',
  'sessionPolicies',
  'resourcePolicy',
  'accessPointPolicy',
  'keyPolicy',
  'serviceControlPolicies',
  'resourceControlPolicies',
];

export const EXCEPTIONS = [
  {
    name: 'NotPrincipal has to list account, role and session',
    page: 'IAM User Guide, "AWS JSON policy elements: NotPrincipal"; with a boundary: "Permissions boundaries for IAM entities"',
    without: (input) =>
      changed(input, (document) => ({
        ...document,
        Statement: document.Statement.filter((statement) => statement.NotPrincipal === undefined),
      })),
  },
  {
    name: 'variables are literal text outside version 2012-10-17',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags"',
    without: (input) =>
      changed(input, (document) =>
        JSON.stringify(document).includes('${') ? { ...document, Version: '2012-10-17' } : document,
      ),
  },
  {
    name: 'a variable without value matches under a negated operator',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags"',
    without: (input) =>
      values(input, (operator, value) =>
        operator.includes('Not') && /\$\{aws:PrincipalTag\/(?:none|team)\}/.test(value) ? [] : [value],
      ),
  },
  {
    name: 'a variable counts in any part of an ARN that a condition compares',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", where you can use policy variables',
    without: (input) =>
      values(input, (operator, value) => {
        if (!operator.includes('Arn') || !value.includes('${aws:PrincipalAccount}')) return [value];
        const account = input.request.principal === '*' ? 'anonymous' : input.request.principal.split(':')[4];
        return account === undefined ? [] : [value.replace('${aws:PrincipalAccount}', account)];
      }),
  },
  {
    name: '0.0.0.0/0 is every IPv4 address',
    page: 'IAM User Guide, "IP address condition operators"; RFC 4632',
    without: (input) => values(input, (_, value) => (value === '0.0.0.0/0' ? ['0.0.0.0/1', '128.0.0.0/1'] : [value])),
  },
  {
    name: 'a caller of the other family is outside of a single address',
    page: 'IAM User Guide, "IP address condition operators"',
    without: (input) =>
      values(input, (_, value) => {
        if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return [`${value}/32`];
        return /^[0-9a-f:]+:[0-9a-f:]*$/.test(value) ? [`${value}/128`] : [value];
      }),
  },
  {
    name: 'epoch seconds compare with ISO dates',
    page: 'IAM User Guide, "Date condition operators"',
    without: (input) => values(input, (_, value) => (value === '1714521600' ? ['2024-05-01T00:00:00Z'] : [value])),
  },
  {
    name: '${*} is a star under StringEquals too',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags"',
    without: (input) =>
      values(input, (operator, value) => (operator.includes('Equals') ? [value.replaceAll('${*}', '*')] : [value])),
  },
  {
    name: 'a session policy does not cut what names the session or everybody',
    page: 'IAM User Guide, "Policies and permissions in IAM", session policies',
    without: (input, ours) =>
      ours === 'allow' && input.sessionPolicies !== undefined
        ? { ...input, sessionPolicies: input.sessionPolicies.map(plusAllowAll) }
        : undefined,
  },
  {
    name: 'a federated user without session policy has no permissions of its own',
    page: 'IAM User Guide, "Policy evaluation logic"; STS API Reference, "GetFederationToken"',
    without: (input, ours) =>
      ours === 'deny' && input.request.principal.includes(':federated-user/') && input.sessionPolicies === undefined
        ? { ...input, sessionPolicies: [{ Version: '2012-10-17', Statement: [ALLOW_ALL] }] }
        : undefined,
  },
  {
    name: 'the root user needs no identity policy',
    page: 'IAM User Guide, "Policy evaluation logic"',
    without: (input, ours) =>
      ours === 'allow' && input.request.principal.endsWith(':root') && input.identityPolicies === undefined
        ? { ...input, identityPolicies: [{ Version: '2012-10-17', Statement: [ALLOW_ALL] }] }
        : undefined,
  },
  {
    name: "the owner's root user repairs a bucket policy in spite of a Deny in it",
    page: 'S3 API Reference, "PutBucketPolicy"',
    without: (input, ours) =>
      ours === 'allow' && input.request.principal.endsWith(':root') && /BucketPolicy$/.test(input.request.action)
        ? {
            ...input,
            resourcePolicy: undefined,
            identityPolicies: [{ Version: '2012-10-17', Statement: [ALLOW_ALL] }],
          }
        : undefined,
  },
  {
    name: "through an access point the bucket's own policy counts too",
    page: 'S3 User Guide, "Configuring IAM policies for using access points"',
    without: (input) =>
      input.request.bucket !== undefined && input.resourcePolicy !== undefined && input.resourcePolicy !== DELEGATION
        ? { ...input, resourcePolicy: DELEGATION }
        : undefined,
  },
  {
    name: 'an access point takes no anonymous requests',
    page: 'S3 User Guide, "Access points restrictions and limitations"',
    without: (input, ours) =>
      ours === 'deny' && input.request.bucket !== undefined && input.request.principal === '*'
        ? { ...input, accessPointPolicy: undefined }
        : undefined,
  },
  {
    name: 'through an access point an RCP on the bucket counts too',
    page: 'S3 User Guide, "Configuring IAM policies for using access points"; Organizations User Guide, "RCP evaluation"',
    without: (input, ours) =>
      ours === 'deny' && input.request.bucket !== undefined && input.resourceControlPolicies !== undefined
        ? { ...input, resourceControlPolicies: undefined }
        : undefined,
  },
  {
    name: 'a star at the end of an ARN runs over the colons of the rest, in an RCP as elsewhere',
    page: 'IAM User Guide, "IAM JSON policy elements: Resource"',
    without: (input) =>
      changed(input, (document, key) =>
        key === 'resourceControlPolicies'
          ? JSON.parse(JSON.stringify(document).replaceAll('"arn:aws:s3:*"', '"arn:aws:s3:*:*:*"'))
          : document,
      ),
  },
  {
    name: 'SNS is not under resource control policies',
    page: 'Organizations User Guide, "Resource control policies", list of AWS services that support RCPs',
    without: (input) =>
      input.request.action.startsWith('sns:') && input.resourceControlPolicies !== undefined
        ? { ...input, resourceControlPolicies: undefined }
        : undefined,
  },
  {
    name: 'the meaning of "public"',
    page: 'S3 User Guide, "Blocking public access to your Amazon S3 storage"',
    without: (input) =>
      input.blockPublicAccess === undefined ? undefined : { ...input, blockPublicAccess: undefined },
  },
  {
    name: 'a boundary cuts a user whom a trust policy names',
    page: 'IAM User Guide, "Update a role trust policy"',
    without: (input, ours) =>
      ours === 'deny' && input.request.action.startsWith('sts:') && input.permissionsBoundary !== undefined
        ? { ...input, permissionsBoundary: plusAllowAll(input.permissionsBoundary) }
        : undefined,
  },
];

function plusAllowAll(document) {
  return { ...document, Statement: [...document.Statement, ALLOW_ALL] };
}

/** The case with every document replaced; `undefined` where nothing changes. */
function changed(input, change) {
  const result = { ...input };
  for (const key of KEYS) {
    if (input[key] === undefined) continue;
    result[key] = Array.isArray(input[key])
      ? input[key].map((document) => change(document, key))
      : change(input[key], key);
  }
  return JSON.stringify(result) === JSON.stringify(input) ? undefined : result;
}

/** The case with the values of all conditions replaced; a condition that is left without value goes. */
function values(input, change) {
  return changed(input, (document) => ({
    ...document,
    Statement: document.Statement.map((statement) => {
      if (statement.Condition === undefined) return statement;
      const Condition = {};
      for (const [operator, keys] of Object.entries(statement.Condition)) {
        for (const [key, value] of Object.entries(keys)) {
          const replaced = [value].flat().flatMap((one) => (typeof one === 'string' ? change(operator, one) : [one]));
          if (replaced.length > 0) Condition[operator] = { ...Condition[operator], [key]: replaced };
        }
      }
      return { ...statement, Condition };
    }),
  }));
}
