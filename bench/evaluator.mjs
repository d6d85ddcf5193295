/**
 * How fast the evaluator decides on a connection's own documents, and how that compares with the independent
 * evaluator of test/oracle where it is installed. Measured, never asserted. Run `npm run build` first.
 */
import { compile } from '../dist/policy/evaluate.js';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/vendor`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/vendor/ingest`;
const identity = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Location', Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: 'arn:aws:s3:::media' },
    {
      Sid: 'List',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::media',
      Condition: { StringLike: { 's3:prefix': ['uploads/*'] }, StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
    },
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      Resource: 'arn:aws:s3:::media/uploads/*',
      Condition: { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
    },
  ],
};
const bucket = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Tls',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::media', 'arn:aws:s3:::media/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'Confine',
      Effect: 'Deny',
      Principal: { AWS: ROLE },
      Action: ['s3:GetObject', 's3:PutObject'],
      NotResource: 'arn:aws:s3:::media/uploads/*',
    },
  ],
};

const requests = [];
for (let i = 0; i < 100; i++) {
  const context = { 'aws:SecureTransport': 'true', 'aws:SourceIp': '203.0.113.7' };
  const ask = (action, resource, more = {}) =>
    requests.push({ principal: SESSION, action, resource, resourceAccount: ACCOUNT, context: { ...context, ...more } });
  ask('s3:GetObject', `arn:aws:s3:::media/uploads/${i}.mp4`);
  ask('s3:PutObject', `arn:aws:s3:::media/uploads/${i}.mp4`);
  ask('s3:GetBucketLocation', 'arn:aws:s3:::media');
  ask('s3:ListBucket', 'arn:aws:s3:::media', { 's3:prefix': `uploads/${i}` });
  ask('s3:GetObject', `arn:aws:s3:::media/private/${i}.mp4`);
  ask('s3:DeleteObject', `arn:aws:s3:::media/uploads/${i}.mp4`);
}

/** Decisions per second of processor time, so that a busy machine does not count, over at least `ms` milliseconds. */
async function rate(ms, once) {
  for (let i = 0; i < 500; i++) await once(requests[i % requests.length]);
  const start = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  let count = 0;
  while (spent() < ms) {
    for (let i = 0; i < 50; i++) {
      const pending = once(requests[count++ % requests.length]);
      if (pending instanceof Promise) await pending;
    }
  }
  return (count * 1000) / spent();
}

const show = (value) => Math.round(value).toLocaleString('en');
const policies = compile({ identityPolicies: [identity], resourcePolicy: bucket });
const allows = await rate(2000, (request) => policies.allows(request));
const decide = await rate(2000, (request) => policies.decide(request));
console.log(`allows: ${show(allows)} a second`);
console.log(`decide: ${show(decide)} a second (with the nearest statement and a patch for every denial)`);

const oracle = await import('../test/oracle/simulate.mjs').catch(() => undefined);
if (oracle === undefined) {
  console.log('iam-simulate: not installed (npm ci --prefix test/oracle)');
} else {
  const other = await rate(3000, (request) =>
    oracle.simulate({ request, identityPolicies: [identity], resourcePolicy: bucket }),
  );
  console.log(`iam-simulate: ${show(other)} a second`);
  console.log(`ratio: ${(allows / other).toFixed(1)} (allows), ${(decide / other).toFixed(1)} (decide)`);
}
