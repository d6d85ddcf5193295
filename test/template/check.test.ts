import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../src/template/check.js';
import { newTemplate } from '../../src/template/skeleton.js';
import { errorOf } from '../helpers/connections.js';
import { templateText } from '../helpers/templates.js';

const check = (more: Record<string, unknown>) => checkTemplate(templateText(more), 'vendor.json').findings;
const read = [{ action: 's3:GetObject', why: 'to read' }];
const item = (more: Record<string, unknown>) => ({ handoff: [{ title: 't', per: 'bucket', fields: {}, ...more }] });
const param = (more: Record<string, unknown>) => ({
  parameters: { p: { description: 'd', type: 'string', ...more } },
  handoff: [],
});

type Row = readonly [what: string, more: Record<string, unknown>, pointer: string, says: RegExp];

const ROWS: readonly Row[] = [
  ['an unknown key', { acess: {} }, '/acess', /"acess" is not known; did you mean "access"/],
  ['an unknown key inside', { role: { nmae: 'x' } }, '/role/nmae', /did you mean "name"/],
  ['a missing key', { title: undefined }, '/title', /missing/],
  ['a wrong type', { methods: 'role' }, '/methods', /a list/],
  ['an unknown method', { methods: ['roles'] }, '/methods/0', /none of/],
  ['an id that is none', { id: 'A B' }, '/id', /lower-case/],
  [
    'a date that is none',
    { docs: [{ title: 't', url: 'https://a.example', checked: 'today' }] },
    '/docs/0/checked',
    /date/,
  ],
  ['no access', { access: {} }, '/access', /offers no access/],
  [
    'an origin that S3 refuses',
    { cors: { use: 'optional', allowedOrigins: ['https://*.*.example'] } },
    '/cors/allowedOrigins/0',
    /more than one \*/,
  ],
  ['a wildcard to expose', { cors: { use: 'optional', exposeHeaders: ['*'] } }, '/cors/exposeHeaders/0', /no name/],
  [
    'an event that is none',
    { notifications: { use: 'optional', events: ['s3:ObjectCreate:*'] } },
    '/notifications/events/0',
    /no event/,
  ],
  ['a policy variable in a name', { role: { name: '${aws:username}' } }, '/role/name', /no \$/],
  [
    'a wildcard in an action',
    { access: { read: [{ action: 's3:Get*', why: 'x' }] } },
    '/access/read/0/action',
    /wildcard/,
  ],
  [
    'an action that is none',
    { access: { read: [{ action: 's3:HeadObject', why: 'x' }] } },
    '/access/read/0/action',
    /no action/,
  ],
  [
    'an action in other letters',
    { access: { read: [{ action: 's3:getobject', why: 'x' }] } },
    '/access/read/0/action',
    /no action/,
  ],
  [
    "another service's action",
    { access: { read: [{ action: 'kms:Decrypt', why: 'x' }] } },
    '/access/read/0/action',
    /no action of S3/,
  ],
  [
    'an action on the configuration',
    { access: { read: [{ action: 's3:PutBucketPolicy', why: 'x' }] } },
    '/access/read/0/action',
    /configuration/,
  ],
  [
    'an action that deletes the bucket',
    { access: { read: [{ action: 's3:DeleteBucket', why: 'x' }] } },
    '/access/read/0/action',
    /configuration/,
  ],
  [
    'an action on the lifecycle',
    { access: { read: [{ action: 's3:PutLifecycleConfiguration', why: 'x' }] } },
    '/access/read/0/action',
    /configuration/,
  ],
  [
    'an action on neither',
    { access: { read: [{ action: 's3:ListAllMyBuckets', why: 'x' }] } },
    '/access/read/0/action',
    /neither/,
  ],
  ['an action twice', { access: { read: [...read, ...read] } }, '/access/read/1/action', /twice/],
  [
    'no reason',
    { access: { read: [{ action: 's3:GetObject', why: '' }] } },
    '/access/read/0/why',
    /what the vendor needs/,
  ],
  ['a public principal', { principals: { aws: ['*'] } }, '/principals/aws/0', /everybody/],
  [
    'a principal of another partition',
    { principals: { 'aws-cn': ['arn:aws:iam::999999999999:role/x'] } },
    '/principals/aws-cn/0',
    /not of the partition/,
  ],
  [
    'a principal through a parameter',
    { principals: { aws: ['{{params.workspace}}'] } },
    '/principals/aws/0',
    /not allowed here/,
  ],
  ['a region that is none', { bucket: { regions: ['Europe'] } }, '/bucket/regions/0', /no region/],
  [
    'an issued ID that is not sent',
    { externalId: { mode: 'none', issued: 'customer' } },
    '/externalId/issued',
    /none is issued/,
  ],
  ['a CORS method', { cors: { use: 'optional', allowedMethods: ['OPTIONS'] } }, '/cors/allowedMethods/0', /OPTIONS/],
  ['byMethod of a method that is not offered', { byMethod: { user: {} } }, '/byMethod/user', /doesn't offer/],
  [
    'an unknown placeholder',
    item({ fields: { a: '{{bucket.nam}}' } }),
    '/handoff/0/fields/a',
    /did you mean {{bucket.name}}/,
  ],
  [
    'an unknown parameter',
    item({ fields: { a: '{{params.workspac}}' } }),
    '/handoff/0/fields/a',
    /did you mean {{params.workspace}}/,
  ],
  [
    'a placeholder of a bucket for a connection',
    item({ per: 'connection', fields: { a: '{{bucket.name}}' } }),
    '/handoff/0/fields/a',
    /can't be used here/,
  ],
  [
    'a placeholder in the role name that is not known then',
    { role: { name: '{{role.arn}}' } },
    '/role/name',
    /can't be used here/,
  ],
  ['a placeholder in a title', { title: '{{connection.name}}' }, '/title', /not allowed here/],
  [
    'a placeholder in a key',
    item({ fields: { '{{bucket.name}}': 1 } }),
    '/handoff/0/fields/{{bucket.name}}',
    /not allowed in a key/,
  ],
  ['a placeholder that is not closed', item({ fields: { a: '{{bucket.name' } }), '/handoff/0/fields/a', /not closed/],
  [
    'a request over http',
    item({ request: { method: 'POST', url: 'http://a.example' } }),
    '/handoff/0/request/url',
    /https/,
  ],
  [
    'a request whose host is a parameter',
    item({ request: { method: 'POST', url: 'https://{{params.workspace}}/x' } }),
    '/handoff/0/request/url',
    /host/,
  ],
  [
    'a header of a strange name',
    item({ request: { method: 'POST', url: 'https://a.example', headers: { "X'; id; '": 'a' } } }),
    "/handoff/0/request/headers/X'; id; '",
    /no name of a header/,
  ],
  [
    'the secret of AWS in a header',
    item({ request: { method: 'POST', url: 'https://a.example', headers: { X: '$AWS_SECRET_ACCESS_KEY' } } }),
    '/handoff/0/request/headers/X',
    /not the vendor's/,
  ],
  ['a pattern with look-around', param({ pattern: '(?=a)b' }), '/parameters/p/pattern', /can't be used/],
  ['a pattern that multiplies', param({ pattern: '((a{100}){100}){100}' }), '/parameters/p/pattern', /can't be used/],
  ['a default against the pattern', param({ pattern: '^a$', default: 'b' }), '/parameters/p/default', /doesn't fit/],
  ['a default that is not in the list', param({ enum: ['a'], default: 'b' }), '/parameters/p/default', /none of/],
  ['a default of another type', param({ type: 'integer', default: 'b' }), '/parameters/p/default', /whole number/],
  ['a list of another type', param({ enum: [1] }), '/parameters/p/enum/0', /a string/],
];

describe('template check', () => {
  it.each(ROWS)('finds %s', (_what, more, pointer, says) => {
    const findings = check(more);
    const found = findings.find((finding) => finding.pointer === pointer);
    expect(findings.map((finding) => finding.pointer)).toContain(pointer);
    expect(found).toMatchObject({ severity: 'error', file: 'vendor.json' });
    expect(found?.message).toMatch(says);
    expect(found?.line).toBeGreaterThan(0);
    expect(found?.remedy).toBeTruthy();
  });

  it('finds nothing in a new template', () => {
    const { template, findings } = checkTemplate(newTemplate('vendor'), 'vendor.json');
    expect(findings).toEqual([]);
    expect(template?.id).toBe('vendor');
  });

  it('lints the trust that it asks for', () => {
    const findings = check({ principals: { aws: ['999999999999'] }, externalId: { mode: 'none' } });
    expect(findings.length).toBeGreaterThan(0);
    expect(findings[0]).toMatchObject({ pointer: '/principals/aws', file: 'vendor.json' });
  });

  it.each([
    ['broken JSON', '{\n  "id": }', /^vendor\.json:2:9: /],
    ['a comment', '{\n  // no\n  "id": "x" }', /^vendor\.json:2:3: comments are not allowed/],
    ['a repeated key', '{\n  "id": "x",\n  "id": "y" }', /^vendor\.json:3:3: the key "id" is given twice/],
    ['more than 1 MB', JSON.stringify({ id: 'x'.repeat(1_000_001) }), /1 MB/],
  ])('ends with BadTemplate on %s', async (_what, text, says) => {
    const error = await errorOf(() => checkTemplate(text, 'vendor.json'));
    expect(error.code).toBe('BadTemplate');
    expect(error.message).toMatch(says);
  });
});
