import { describe, expect, it } from 'vitest';
import { errorOf, resolveEntry, resolveFlags } from '../helpers/connections.js';

const bucket = { name: 'acme-media' };
const coactive = { template: 'coactive', buckets: [bucket] };
const bitmovin = { template: 'bitmovin-analytics-output', buckets: [bucket] };
const video = {
  template: 'accurate-video',
  method: 'bucket-policy',
  trust: { principals: ['arn:aws:iam::111122223333:role/jobs'] },
  buckets: [bucket],
};
const withBucket = (more: Record<string, unknown>, base: Record<string, unknown> = video) => ({
  ...base,
  buckets: [{ ...bucket, ...more }],
});

type Row = readonly [what: string, entry: Record<string, unknown>, code: string, path: string, says: RegExp];

const ROWS: readonly Row[] = [
  ['prefix with *', withBucket({ prefix: 'a*/' }), 'BadValue', '/connections/c/buckets/0/prefix', /wildcard/],
  ['prefix with ?', withBucket({ prefix: 'a?' }), 'BadValue', '/connections/c/buckets/0/prefix', /wildcard/],
  ['prefix with $', withBucket({ prefix: '${aws:userid}' }), 'BadValue', '/connections/c/buckets/0/prefix', /\$/],
  ['prefix with leading /', withBucket({ prefix: '/a' }), 'BadValue', '/connections/c/buckets/0/prefix', /slash/],
  ['prefix with //', withBucket({ prefix: 'a//b' }), 'BadValue', '/connections/c/buckets/0/prefix', /two slashes/],
  [
    'prefix with a control',
    withBucket({ prefix: 'a\u0007' }),
    'BadValue',
    '/connections/c/buckets/0/prefix',
    /control/,
  ],
  ['role name over 64', { ...coactive, role: { name: 'r'.repeat(65) } }, 'BadValue', '/connections/c/role/name', /65/],
  ['role name with /', { ...coactive, role: { name: 'a/b' } }, 'BadValue', '/connections/c/role/name', /no role name/],
  ['role path', { ...coactive, role: { path: 'a/' } }, 'BadValue', '/connections/c/role/path', /no path/],
  [
    'role description',
    { ...coactive, role: { description: 'a \u2014 b' } },
    'BadValue',
    '/connections/c/role/description',
    /IAM refuses/,
  ],
  [
    'boundary',
    { ...coactive, role: { permissionsBoundary: 'x' } },
    'BadValue',
    '/connections/c/role/permissionsBoundary',
    /managed policy/,
  ],
  [
    'session too short',
    { ...coactive, role: { maxSessionDuration: 60 } },
    'BadValue',
    '/connections/c/role/maxSessionDuration',
    /3600/,
  ],
  [
    'session too long',
    { ...coactive, role: { maxSessionDuration: 43_201 } },
    'BadValue',
    '/connections/c/role/maxSessionDuration',
    /43200/,
  ],
  [
    'external ID',
    { ...bitmovin, trust: { externalIds: ['a b'] } },
    'BadValue',
    '/connections/c/trust/externalIds/0',
    /external ID/,
  ],
  [
    'external ID of one character',
    { ...bitmovin, trust: { externalIds: ['a'] } },
    'BadValue',
    '/connections/c/trust/externalIds/0',
    /2 to 1224/,
  ],
  [
    'external ID where none is sent',
    { ...coactive, trust: { externalIds: ['abc'] } },
    'BadValue',
    '/connections/c/trust/externalIds',
    /sends no external ID/,
  ],
  [
    'external ID with a bucket policy',
    { ...video, trust: { ...video.trust, externalIds: ['abc'] } },
    'BadValue',
    '/connections/c/trust/externalIds',
    /no external ID/,
  ],
  [
    'principal *',
    { ...coactive, trust: { principals: ['*'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /everybody/,
  ],
  [
    'principal of eleven digits',
    { ...coactive, trust: { principals: ['12345678901'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /11 digits/,
  ],
  [
    'principal session',
    { ...coactive, trust: { principals: ['arn:aws:sts::111122223333:assumed-role/r/s'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /session/,
  ],
  [
    'principal service',
    { ...coactive, trust: { principals: ['ec2.amazonaws.com'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /service/,
  ],
  [
    'principal federated',
    { ...coactive, trust: { principals: ['arn:aws:iam::111122223333:saml-provider/x'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /federated/,
  ],
  [
    'principal with a wildcard',
    { ...coactive, trust: { principals: ['arn:aws:iam::111122223333:role/a*'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /wildcard/,
  ],
  [
    'principal of a wrong shape',
    { ...coactive, trust: { principals: ['arn:aws:iam:111122223333:role/a'] } },
    'BadValue',
    '/connections/c/trust/principals/0',
    /no principal/,
  ],
  [
    'verifier of another account',
    { ...coactive, account: '111122223333', trust: { verifiers: ['arn:aws:iam::222233334444:role/ci'] } },
    'BadValue',
    '/connections/c/trust/verifiers/0',
    /own account/,
  ],
  [
    'verifier that is an account',
    { ...coactive, trust: { verifiers: ['111122223333'] } },
    'BadValue',
    '/connections/c/trust/verifiers/0',
    /no user and no role/,
  ],
  [
    'verifier without a role',
    { ...video, trust: { ...video.trust, verifiers: ['arn:aws:iam::111122223333:role/ci'] } },
    'BadValue',
    '/connections/c/trust/verifiers',
    /makes none/,
  ],
  [
    'principals for a user',
    { ...video, method: 'user' },
    'BadValue',
    '/connections/c/trust/principals',
    /trusts nobody else/,
  ],
  [
    'account of eleven digits',
    { ...coactive, account: '11112222333' },
    'BadValue',
    '/connections/c/account',
    /12 digits/,
  ],
  ['region', { ...coactive, region: 'europe' }, 'BadValue', '/connections/c/region', /no region/],
  ['bucket region', withBucket({ region: 'EU' }), 'BadValue', '/connections/c/buckets/0/region', /no region/],
  ['bucket name', withBucket({ name: 'a' }), 'BadValue', '/connections/c/buckets/0/name', /no bucket name/],
  [
    'bucket name that can not be made',
    withBucket({ name: 'Old_Bucket', create: true }),
    'BadValue',
    '/connections/c/buckets/0/name',
    /makes no bucket/,
  ],
  [
    'bucket name like an address',
    withBucket({ name: '10.0.0.1', create: true }),
    'BadValue',
    '/connections/c/buckets/0/name',
    /makes no bucket/,
  ],
  [
    'directory bucket',
    withBucket({ name: 'acme--use1-az4--x-s3' }),
    'BadValue',
    '/connections/c/buckets/0/name',
    /directory bucket/,
  ],
  ['bucket ARN', withBucket({ name: 'arn:aws:s3:::acme' }), 'BadValue', '/connections/c/buckets/0/name', /ARN/],
  [
    'access that is not offered',
    withBucket({ access: 'output' }, coactive),
    'BadValue',
    '/connections/c/buckets/0/access',
    /doesn't offer/,
  ],
  ['access misspelled', withBucket({ access: 'inptu' }), 'BadValue', '/connections/c/buckets/0/access', /inptu/],
  ['empty access', withBucket({ access: [] }), 'BadValue', '/connections/c/buckets/0/access', /empty/],
  [
    'input in a list',
    withBucket({ access: ['input', 'list'] }),
    'BadValue',
    '/connections/c/buckets/0/access',
    /stands alone/,
  ],
  [
    'method that is not offered',
    { ...coactive, method: 'user' },
    'BadValue',
    '/connections/c/method',
    /doesn't offer the method/,
  ],
  ['method misspelled', { ...coactive, method: 'rolle' }, 'BadValue', '/connections/c/method', /rolle/],
  [
    'KMS keys',
    withBucket({ kmsKeyArns: ['arn:aws:kms:eu-west-1:111122223333:key/x'] }),
    'BadValue',
    '/connections/c/buckets/0/kmsKeyArns',
    /not supported yet/,
  ],
  [
    'unknown parameter',
    { ...bitmovin, params: { externalIdMod: 'GLOBAL' } },
    'BadValue',
    '/connections/c/params/externalIdMod',
    /no parameter/,
  ],
  [
    'parameter not in its list',
    { ...bitmovin, params: { externalIdMode: 'CUSTOM' } },
    'BadValue',
    '/connections/c/params/externalIdMode',
    /CUSTOM/,
  ],
  [
    'parameter against its pattern',
    { ...bitmovin, params: { tenantOrgId: 'x' } },
    'BadValue',
    '/connections/c/params/tenantOrgId',
    /doesn't fit/,
  ],
  [
    'parameter of a wrong type',
    { ...bitmovin, params: { externalIdMode: true } },
    'BadValue',
    '/connections/c/params/externalIdMode',
    /a string/,
  ],
  [
    'parameter of a bucket',
    withBucket({ params: { tags: ['x'] } }),
    'BadValue',
    '/connections/c/buckets/0/params/tags',
    /none of/,
  ],
  [
    'origin with a path',
    withBucket({ cors: { allowedOrigins: ['https://a.example/'] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/allowedOrigins/0',
    /slash or path/,
  ],
  [
    'origin with two *',
    withBucket({ cors: { allowedOrigins: ['https://*.*.example'] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/allowedOrigins/0',
    /more than one/,
  ],
  [
    'no origin',
    withBucket({ cors: { allowedOrigins: [] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/allowedOrigins',
    /at least one/,
  ],
  [
    'CORS method',
    withBucket({ cors: { allowedOrigins: ['*'], allowedMethods: ['OPTIONS'] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/allowedMethods/0',
    /OPTIONS/,
  ],
  [
    'CORS header',
    withBucket({ cors: { allowedOrigins: ['*'], allowedHeaders: ['x-*-*'] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/allowedHeaders/0',
    /more than one/,
  ],
  [
    'exposed header',
    withBucket({ cors: { allowedOrigins: ['*'], exposeHeaders: ['*'] } }),
    'BadValue',
    '/connections/c/buckets/0/cors/exposeHeaders/0',
    /no name of a header/,
  ],
  [
    'CORS where there is none',
    withBucket({ cors: { allowedOrigins: ['*'] } }, coactive),
    'BadValue',
    '/connections/c/buckets/0/cors',
    /no use/,
  ],
  [
    'CORS rule too large',
    withBucket({
      cors: { allowedOrigins: Array.from({ length: 2000 }, (_, i) => `https://some-long-host-name-${i}.example`) },
    }),
    'TooLarge',
    '/connections/c/buckets/0/cors',
    /64 KB/,
  ],
  [
    'access point name',
    withBucket({ accessPoint: { name: 'A_b' } }),
    'BadValue',
    '/connections/c/buckets/0/accessPoint/name',
    /access point/,
  ],
  [
    'access point alias',
    withBucket({ accessPoint: { name: 'ab-s3alias' } }),
    'BadValue',
    '/connections/c/buckets/0/accessPoint/name',
    /access point/,
  ],
  [
    'VPC',
    withBucket({ accessPoint: { name: 'abc', vpcId: 'x' } }),
    'BadValue',
    '/connections/c/buckets/0/accessPoint/vpcId',
    /VPC/,
  ],
  [
    'access point where there is none',
    withBucket({ accessPoint: { name: 'abc' } }, coactive),
    'BadValue',
    '/connections/c/buckets/0/accessPoint',
    /can't use/,
  ],
  [
    'topic',
    withBucket({ notifications: { snsTopic: 'a b' } }),
    'BadValue',
    '/connections/c/buckets/0/notifications/snsTopic',
    /no topic/,
  ],
  [
    'FIFO topic',
    withBucket({ notifications: { snsTopic: 'a.fifo' } }),
    'BadValue',
    '/connections/c/buckets/0/notifications/snsTopic',
    /FIFO/,
  ],
  [
    'event',
    withBucket({ notifications: { snsTopic: 'a', events: ['s3:ObjectCreate:*'] } }),
    'BadValue',
    '/connections/c/buckets/0/notifications/events/0',
    /no event/,
  ],
  [
    'subscription over http',
    withBucket({ notifications: { snsTopic: 'a', subscribe: 'http://a.example' } }),
    'BadValue',
    '/connections/c/buckets/0/notifications/subscribe',
    /https/,
  ],
  [
    'confine without prefix',
    withBucket({ confine: true }),
    'BadValue',
    '/connections/c/buckets/0/confine',
    /needs a prefix/,
  ],
  ['tag key', { ...coactive, tags: { 'aws:x': 'y' } }, 'BadValue', '/connections/c/tags/aws:x', /reserved/],
  [
    'mark of ours as a tag',
    { ...coactive, tags: { 's3connect:connection': 'y' } },
    'BadValue',
    '/connections/c/tags/s3connect:connection',
    /reserved/,
  ],
  ['tag value', { ...coactive, tags: { x: 'a<b' } }, 'BadValue', '/connections/c/tags/x', /value/],
  ['policy name', { ...coactive, policy: { name: 'a b' } }, 'BadValue', '/connections/c/policy/name', /policy name/],
  [
    'overlapping prefixes',
    {
      ...video,
      buckets: [
        { name: 'acme-media', prefix: 'a/' },
        { name: 'acme-media', prefix: 'a/b/' },
      ],
    },
    'BadValue',
    '/connections/c/buckets/1/prefix',
    /overlap/,
  ],
  ['the bucket twice', { ...video, buckets: [bucket, bucket] }, 'BadValue', '/connections/c/buckets/1/name', /twice/],
  [
    'one access point for two buckets',
    {
      ...video,
      buckets: [
        { name: 'aaa', accessPoint: { name: 'point' } },
        { name: 'bbb', accessPoint: { name: 'point' } },
      ],
    },
    'BadValue',
    '/connections/c/buckets/1/accessPoint/name',
    /two buckets/,
  ],
  [
    'anonymous access point',
    { template: 'accurate-video', method: 'anonymous', buckets: [{ ...bucket, accessPoint: { name: 'abc' } }] },
    'BadValue',
    '/connections/c/buckets/0/accessPoint',
    /without credentials/,
  ],
  [
    'existing role with a boundary',
    {
      template: 'accurate-video',
      role: { name: 'r', permissionsBoundary: 'arn:aws:iam::aws:policy/X' },
      buckets: [bucket],
    },
    'BadValue',
    '/connections/c/role/permissionsBoundary',
    /keeps its/,
  ],
  [
    'unknown template',
    { template: 'coactiv', buckets: [bucket] },
    'UnknownTemplate',
    '/connections/c/template',
    /coactiv/,
  ],
  [
    'template file that is not there',
    { template: './nope.json', buckets: [bucket] },
    'UnknownTemplate',
    '/connections/c/template',
    /nope/,
  ],
];

describe('values of a connection', () => {
  it.each(ROWS)('%s', async (_what, entry, code, path, says) => {
    const error = await errorOf(() => resolveEntry(entry));
    expect({ code: error.code, path: error.path }).toEqual({ code, path });
    expect(error.message).toMatch(says);
    expect(error.message).toMatch(/^s3connect\.json:\d+:\d+: /);
    expect(error.hint).toBeTruthy();
  });

  it('names the nearest template, method and parameter', async () => {
    expect((await errorOf(() => resolveEntry({ template: 'coactiv', buckets: [bucket] }))).hint).toContain('coactive');
    expect((await errorOf(() => resolveEntry({ ...coactive, method: 'rolle' }))).hint).toContain('"role"');
    const typo = { ...bitmovin, params: { externalIdMod: 'GLOBAL' } };
    expect((await errorOf(() => resolveEntry(typo))).hint).toContain('externalIdMode');
  });

  it('accepts what AWS accepts', async () => {
    const c = await resolveEntry({
      ...bitmovin,
      role: { name: '+=,.@-_', path: '/service-role/x/', maxSessionDuration: 43_200 },
      trust: { externalIds: ['ab', 'CustomerOwnedS3Bucket/12', '_+=,.@:/-'] },
      tags: { 'Stra\u00dfe 1': 'a/b:c@d' },
      buckets: [{ name: 'Legacy_Bucket.2017', prefix: 'a b/c' }],
    });
    expect(c.trust.externalIds).toHaveLength(3);
    expect(c.buckets[0]?.prefix).toBe('a b/c/');
  });

  it('calls a wrong value of a flag by its flag', async () => {
    const flags = { template: 'bitmovin-analytics-output', bucket: ['acme-media'] };
    const rows = [
      [{ ...flags, bucket: ['acme-media:output:a*'] }, '--bucket'],
      [{ ...flags, bucket: ['acme-media:wirte'] }, '--bucket'],
      [{ ...flags, method: 'user' }, '--method'],
      [{ ...flags, roleName: 'a/b' }, '--role-name'],
      [{ ...flags, externalId: ['a b'] }, '--external-id'],
      [{ ...flags, principal: ['*'] }, '--principal'],
      [{ ...flags, verifier: ['x'] }, '--verifier'],
      [{ ...flags, param: ['externalIdMode=CUSTOM'] }, '--param'],
      [{ ...flags, template: 'coactiv' }, '--template'],
      [{ ...flags, accessPoint: 'abc' }, '--access-point'],
      [{ ...flags, origin: ['https://a.example'] }, '--origin'],
      [{ ...flags, snsTopic: 'a b' }, '--sns-topic'],
      [{ ...flags, name: 'Not_A_Name' }, '--name'],
    ] as const;
    for (const [given, path] of rows) expect((await errorOf(() => resolveFlags(given))).path).toBe(path);
  });
});
