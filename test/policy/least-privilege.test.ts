import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileConnection } from '../../src/connection/compile.js';
import { parseConnections } from '../../src/connection/load.js';
import { resolveConnections } from '../../src/connection/resolve.js';
import type { DesiredResource, Facts, ResolvedConnection } from '../../src/connection/types.js';
import { actionsOf, carriesKey, findAction, isObjectAction } from '../../src/policy/catalogue/index.js';
import { type CompiledPolicies, compile } from '../../src/policy/evaluate.js';
import type { EvaluationRequest, PolicyDocument, PolicySet, Statement } from '../../src/policy/types.js';
import { listTemplates } from '../../src/template/catalogue.js';
import { settingsFor } from '../../src/template/settings.js';
import type { AccessLevel, Method, Template, TemplateAction } from '../../src/template/types.js';

/*
 * For every template, method and access level: over all S3, KMS and SNS actions of the catalogue, the documents that
 * s3connect would write allow exactly what the template declares, and only to whom and where it should be.
 * Decisions follow the IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".
 */
const ACCOUNT = '111122223333';
const BUCKETS_ACCOUNT = '444455556666';
const STRANGER = 'arn:aws:iam::777788889999:user/stranger';
const REGION = 'eu-west-1';
const S3 = actionsOf('s3');
const OTHERS = ['kms', 'sns'].flatMap((service) => actionsOf(service));
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface Entry {
  readonly name: string;
  readonly prefix: string;
  readonly create: boolean;
  readonly confine: boolean;
  readonly account: string | undefined;
  readonly accessPoint: { readonly name: string; readonly direct: boolean } | undefined;
}

interface Setup {
  readonly entries: readonly Entry[];
  readonly externalIds: readonly string[];
  readonly principals: readonly string[];
  readonly pinAccount: boolean;
  /** Which of those who may, and of those who may not, ask in this run. */
  readonly turn: number;
}

/** A caller, with what its own account lets it do. */
interface Caller {
  readonly arn: string;
  readonly identityPolicies: readonly PolicyDocument[];
}

const arbName = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$/).map((text) => `b-${text}`);
const arbFolder = fc.stringMatching(/^[A-Za-z0-9_.=-]{1,10}$/).filter((text) => !/^\.+$/.test(text));
const arbPrefix = fc.oneof(
  fc.constantFrom('', 'uploads/', 'in/media/'),
  fc.array(arbFolder, { minLength: 1, maxLength: 3 }).map((folders) => `${folders.join('/')}/`),
);
const arbExternalId = fc.stringMatching(/^[\w+=,.@:/-]{12,40}$/);

function arbSetup(template: Template, method: Method, access: AccessLevel): fc.Arbitrary<Setup> {
  const settings = settingsFor(template, method);
  const withPoint = (settings.accessPoint?.use ?? 'none') !== 'none';
  const declared = settings.access[access] ?? [];
  const canConfine = method !== 'anonymous' && declared.some(({ action }) => isObjectAction(action));
  const arbEntry = fc
    .record({
      name: arbName,
      prefix: arbPrefix,
      create: fc.boolean(),
      confine: fc.boolean(),
      foreign: fc.boolean(),
      accessPoint: withPoint
        ? fc.option(fc.record({ name: fc.constantFrom('point-a', 'point-b'), direct: fc.boolean() }), {
            nil: undefined,
          })
        : fc.constant(undefined),
    })
    .map(
      ({ foreign, ...entry }): Entry => ({
        ...entry,
        confine: entry.confine && canConfine && entry.prefix !== '',
        account:
          foreign && method !== 'anonymous' && method !== 'bucket-policy' && entry.accessPoint === undefined
            ? BUCKETS_ACCOUNT
            : undefined,
      }),
    );
  const own = settings.principals?.aws ?? [];
  const some = fc.subarray(
    [
      'arn:aws:iam::999988887777:role/vendor/uploader',
      'arn:aws:iam::999988887777:user/vendor',
      '888877776666',
      `arn:aws:iam::${ACCOUNT}:role/app`,
    ],
    { minLength: 1 },
  );
  return fc.record({
    entries: fc.uniqueArray(arbEntry, { minLength: 1, maxLength: 2, selector: ({ name }) => name }).map(distinctPoints),
    externalIds:
      (settings.externalId?.mode ?? 'optional') === 'none' || method !== 'role'
        ? fc.constant([])
        : fc.uniqueArray(arbExternalId, { minLength: 1, maxLength: 3 }),
    principals: own.length > 0 ? fc.oneof(fc.constant([]), some) : some,
    pinAccount: fc.boolean(),
    turn: fc.nat(11),
  });
}

function distinctPoints(entries: readonly Entry[]): readonly Entry[] {
  return entries.map((entry, i) =>
    entry.accessPoint === undefined ? entry : { ...entry, accessPoint: { ...entry.accessPoint, name: `point-${i}` } },
  );
}

const FACTS: Facts = {
  account: ACCOUNT,
  partition: 'aws',
  role: { name: 'app-role', arn: `arn:aws:iam::${ACCOUNT}:role/app-role` },
};

async function connectionOf(template: Template, method: Method, access: AccessLevel, setup: Setup) {
  const takesPrincipals = method === 'role' || method === 'bucket-policy';
  const data = {
    connections: {
      proof: {
        template: template.id,
        method,
        region: settingsFor(template, method).bucket?.regions?.[0] ?? REGION,
        ...(method === 'existing-role' ? { role: { name: 'app-role' } } : {}),
        ...(method === 'role' || takesPrincipals
          ? {
              trust: {
                ...(setup.externalIds.length > 0 ? { externalIds: setup.externalIds } : {}),
                ...(setup.principals.length > 0 ? { principals: setup.principals } : {}),
                ...(method === 'role' ? { verifiers: [`arn:aws:iam::${ACCOUNT}:role/ci`] } : {}),
              },
            }
          : {}),
        params: requiredParams(template),
        ...(setup.pinAccount && method !== 'anonymous' && method !== 'bucket-policy' ? { pinAccount: true } : {}),
        buckets: setup.entries.map(({ name, prefix, create, confine, account, accessPoint }) => ({
          name,
          access,
          ...(prefix === '' ? {} : { prefix }),
          ...(create ? { create } : {}),
          ...(confine ? { confine } : {}),
          ...(account === undefined ? {} : { account }),
          ...(accessPoint === undefined ? {} : { accessPoint }),
        })),
      },
    },
  };
  const file = parseConnections(JSON.stringify(data), 's3connect.json');
  const [connection] = await resolveConnections({ file, flags: {}, names: [], cwd: '.' });
  return connection!;
}

function requiredParams(template: Template): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(template.parameters ?? {}).flatMap(([name, parameter]) =>
      parameter.required !== false && parameter.default === undefined
        ? [
            [
              name,
              parameter.enum?.[0] ?? (parameter.type === 'boolean' ? true : parameter.type === 'integer' ? 1 : 'x'),
            ],
          ]
        : [],
    ),
  );
}

/** The documents that would stand in the account. */
interface Documents {
  readonly identity: readonly PolicyDocument[];
  readonly trust: PolicyDocument | undefined;
  readonly bucketPolicies: ReadonlyMap<string, PolicyDocument>;
  readonly pointPolicies: ReadonlyMap<string, PolicyDocument>;
}

function documentsOf(
  resources: readonly DesiredResource[],
  tamper: (statement: Statement) => Statement = (statement) => statement,
): Documents {
  const document = (statements: readonly Statement[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: statements.map(tamper),
  });
  const identity: PolicyDocument[] = [];
  let trust: PolicyDocument | undefined;
  const bucketPolicies = new Map<string, PolicyDocument>();
  const pointPolicies = new Map<string, PolicyDocument>();
  for (const resource of resources) {
    if (resource.kind === 'role') trust = document(resource.desired.statements);
    if (resource.kind === 'role-policy' || resource.kind === 'user-policy' || resource.kind === 'managed-policy')
      identity.push(document(resource.desired.statements));
    if (resource.kind === 'bucket-policy')
      bucketPolicies.set(resource.desired.bucket, document(resource.desired.statements));
    if (resource.kind === 'access-point-policy')
      pointPolicies.set(resource.desired.name, document(resource.desired.statements));
  }
  return { identity, trust, bucketPolicies, pointPolicies };
}

/** Who should get in, and callers of every other sort who should not. */
function callersOf(connection: ResolvedConnection, documents: Documents): { right: Caller[]; wrong: Caller[] } {
  const unprivileged = [
    { arn: `arn:aws:iam::${ACCOUNT}:user/nobody`, identityPolicies: [] },
    { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/other/session`, identityPolicies: [] },
  ];
  const outside = [
    { arn: STRANGER, identityPolicies: [EVERYTHING] },
    { arn: '*', identityPolicies: [] },
  ];
  const session = (role: string): Caller => ({
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
    identityPolicies: documents.identity,
  });
  switch (connection.method) {
    case 'role':
      return { right: [session(connection.role!.name)], wrong: [...unprivileged, ...outside] };
    case 'existing-role':
      return { right: [session('app-role')], wrong: [...unprivileged, ...outside] };
    case 'user': {
      const user = {
        arn: `arn:aws:iam::${ACCOUNT}:user/${connection.user!.name}`,
        identityPolicies: documents.identity,
      };
      return { right: [user], wrong: [...unprivileged, ...outside] };
    }
    case 'bucket-policy':
      return {
        right: principalsOf(connection).map(callerFor),
        wrong: [
          ...unprivileged,
          ...outside,
          { arn: 'arn:aws:iam::999988887777:user/colleague', identityPolicies: [EVERYTHING] },
        ],
      };
    case 'anonymous':
      return { right: [{ arn: '*', identityPolicies: [] }], wrong: [] };
  }
}

function principalsOf(connection: ResolvedConnection): readonly string[] {
  return connection.trust.principals ?? settingsFor(connection.template, connection.method).principals?.aws ?? [];
}

/** Somebody whom the principal means: a session of the role, any identity of the account. */
function callerFor(principal: string): Caller {
  const account = /^\d{12}$/.test(principal) ? principal : principal.split(':')[4]!;
  const identityPolicies = account === ACCOUNT ? [] : [EVERYTHING];
  if (/^\d{12}$/.test(principal) || principal.endsWith(':root'))
    return { arn: `arn:aws:iam::${account}:user/anyone`, identityPolicies };
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(principal)?.[1];
  return role === undefined
    ? { arn: principal, identityPolicies }
    : { arn: `arn:aws:sts::${account}:assumed-role/${role}/session`, identityPolicies };
}

/** One place that a request can be about. */
interface Place {
  readonly bucket: string;
  /** undefined for the bucket itself. */
  readonly key: string | undefined;
}

function placesOf(entries: readonly Entry[]): readonly Place[] {
  return entries.flatMap(({ name, prefix }) => {
    const folder = prefix.replace(/\/$/, '');
    const keys = [`${prefix}a.mp4`, `${prefix}deep/er/b`, 'elsewhere/a', 'a.mp4', `x${prefix}a`];
    // The neighbours: `uploads-old/`, `uploads.zip`, `uploads` itself, another case of it, the folder within another.
    if (folder !== '')
      keys.push(`${folder}-old/a`, `${folder}.zip`, folder, `${folder.toUpperCase()}~/a`, `other/${prefix}a`);
    return [
      { bucket: name, key: undefined },
      ...keys.map((key) => ({ bucket: name, key })),
      { bucket: `${name}-old`, key: undefined },
      { bucket: `${name}-old`, key: `${prefix}a.mp4` },
      { bucket: 'unlisted', key: `${prefix}a.mp4` },
    ];
  });
}

/** What the template declares, worked out from the template alone. */
function isDeclared(
  declared: readonly TemplateAction[],
  entries: readonly Entry[],
  action: string,
  { bucket, key }: Place,
  listed: string | undefined,
): boolean {
  const entry = declared.find((each) => each.action === action);
  if (entry === undefined) return false;
  return entries.some(({ name, prefix }) => {
    if (name !== bucket) return false;
    const limit = entry.prefix === false ? '' : prefix;
    if (isObjectAction(action)) return key?.startsWith(limit) === true;
    if (key !== undefined) return false;
    return limit === '' || !carriesKey(findAction(action)!, 's3:prefix') || listed?.startsWith(limit) === true;
  });
}

/** What a listing may ask for. */
function listingsOf(action: string, entries: readonly Entry[]): readonly (string | undefined)[] {
  if (!carriesKey(findAction(action)!, 's3:prefix')) return [undefined];
  const prefixes = entries.flatMap(({ prefix }) => [prefix, `${prefix}deep`, `${prefix.replace(/\/$/, '')}-old/`]);
  return [undefined, '', 'elsewhere/', ...prefixes];
}

class Account {
  readonly #compiled = new Map<string, CompiledPolicies>();
  constructor(
    private readonly documents: Documents,
    private readonly entries: readonly Entry[],
  ) {}

  allows(
    caller: Caller,
    action: string,
    place: Place,
    how: { via?: string; listed?: string | undefined; plain?: boolean },
  ): boolean {
    const { bucket, key } = place;
    const { via } = how;
    const owner = this.entries.find(({ name }) => name === bucket)?.account ?? ACCOUNT;
    const point = via === undefined ? '' : `arn:aws:s3:${REGION}:${owner}:accesspoint/${via}`;
    const request: EvaluationRequest = {
      principal: caller.arn,
      action,
      resource:
        via === undefined
          ? `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`
          : `${point}${key === undefined ? '' : `/object/${key}`}`,
      resourceAccount: owner,
      ...(via === undefined ? {} : { bucket }),
      context: {
        'aws:SecureTransport': how.plain === true ? 'false' : 'true',
        ...(how.listed === undefined ? {} : { 's3:prefix': how.listed }),
      },
    };
    return this.#policies(caller, bucket, via).allows(request);
  }

  #policies(caller: Caller, bucket: string, via: string | undefined): CompiledPolicies {
    const id = `${caller.arn} ${bucket} ${via ?? ''}`;
    const known = this.#compiled.get(id);
    if (known !== undefined) return known;
    const resourcePolicy = this.documents.bucketPolicies.get(bucket);
    const pointPolicy =
      via === undefined ? undefined : via === OPEN_POINT ? OPEN : this.documents.pointPolicies.get(via);
    const set: PolicySet = {
      identityPolicies: caller.identityPolicies,
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      ...(pointPolicy === undefined ? {} : { accessPointPolicy: pointPolicy }),
    };
    const compiled = compile(set);
    this.#compiled.set(id, compiled);
    return compiled;
  }
}

/** Somebody else's access point in front of the same bucket, open to whoever the bucket lets in. */
const OPEN_POINT = 'open-point';
const OPEN: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: '*', Resource: '*' }],
};

function pick<T>(list: readonly T[], turn: number): readonly T[] {
  return list.length === 0 ? [] : [list[turn % list.length]!];
}

/** Every difference between what is declared and what is allowed, in words. */
function differences(
  connection: ResolvedConnection,
  setup: Setup,
  declared: readonly TemplateAction[],
  tamper: (statement: Statement) => Statement = (statement) => statement,
): readonly string[] {
  const documents = documentsOf(compileConnection(connection, FACTS), tamper);
  const callers = callersOf(connection, documents);
  const right = pick(callers.right, setup.turn);
  const wrong = pick(callers.wrong, setup.turn);
  const account = new Account(documents, setup.entries);
  const found: string[] = [];
  const expectAnswer = (
    caller: Caller,
    action: string,
    place: Place,
    how: Parameters<Account['allows']>[3],
    expected: boolean,
  ): void => {
    if (account.allows(caller, action, place, how) !== expected)
      found.push(
        `${caller.arn} ${action} ${JSON.stringify({ ...place, ...how })} should be ${expected ? 'allowed' : 'denied'}`,
      );
  };
  for (const { name: action } of S3)
    for (const place of placesOf(setup.entries)) {
      const entry = setup.entries.find(({ name }) => name === place.bucket);
      const point = entry?.accessPoint;
      for (const listed of listingsOf(action, setup.entries)) {
        const allowed = isDeclared(declared, setup.entries, action, place, listed);
        for (const caller of right) {
          expectAnswer(caller, action, place, { listed }, allowed && (point === undefined || point.direct));
          if (point !== undefined) expectAnswer(caller, action, place, { via: point.name, listed }, allowed);
          if (point !== undefined && !point.direct)
            expectAnswer(caller, action, place, { via: OPEN_POINT, listed }, false);
          if (entry?.create === true) expectAnswer(caller, action, place, { listed, plain: true }, false);
        }
        for (const caller of wrong) {
          expectAnswer(caller, action, place, { listed }, false);
          if (point !== undefined) expectAnswer(caller, action, place, { via: point.name, listed }, false);
        }
      }
    }
  const keysAndTopics = [`arn:aws:kms:${REGION}:${ACCOUNT}:key/1234`, `arn:aws:sns:${REGION}:${ACCOUNT}:topic`];
  for (const { name: action } of OTHERS)
    for (const caller of [...right, ...wrong]) {
      const policies = compile({ identityPolicies: caller.identityPolicies });
      for (const resource of [...keysAndTopics, ...setup.entries.map(({ name }) => `arn:aws:s3:::${name}`)])
        if (policies.allows({ principal: caller.arn, action, resource, resourceAccount: ACCOUNT }))
          found.push(`${caller.arn} ${action} ${resource} should be denied`);
    }
  return found;
}

const TEMPLATES = await listTemplates();

for (const template of TEMPLATES)
  for (const method of template.methods)
    for (const access of Object.keys(settingsFor(template, method).access) as AccessLevel[]) {
      const declared = settingsFor(template, method).access[access] ?? [];
      if (
        method === 'anonymous' &&
        declared.some(({ action }) => !['Read', 'List'].includes(findAction(action)!.access))
      )
        continue;
      it(`${template.id}, ${method}, ${access}: exactly what is declared`, async () => {
        await fc.assert(
          fc.asyncProperty(arbSetup(template, method, access), async (setup) => {
            const connection = await connectionOf(template, method, access, setup);
            expect(differences(connection, setup, declared).slice(0, 5)).toEqual([]);
          }),
          { numRuns: 5 },
        );
      });
    }

describe('the proof notices', () => {
  const setup: Setup = {
    entries: [
      { name: 'acme', prefix: 'uploads/', create: false, confine: false, account: undefined, accessPoint: undefined },
    ],
    externalIds: [],
    principals: ['arn:aws:iam::999988887777:role/vendor/uploader'],
    pinAccount: false,
    turn: 0,
  };
  const spoilt: [string, (statement: Statement) => Statement][] = [
    ['a dropped prefix condition', ({ Condition: _, ...statement }) => statement],
    ['a prefix without its slash', (statement) => JSON.parse(JSON.stringify(statement).replaceAll('/*', '*'))],
    [
      'an action too many',
      (statement) => ({ ...statement, Action: [statement.Action ?? [], 's3:DeleteObject'].flat() }),
    ],
    ['an action too few', (statement) => ({ ...statement, Action: 's3:GetBucketLocation' })],
    ['a principal too many', (statement) => ({ ...statement, Principal: { AWS: '777788889999' } })],
  ];
  it.each(spoilt)('%s', async (_, tamper) => {
    const template = TEMPLATES.find(({ id }) => id === 'generic-read')!;
    const declared = settingsFor(template, 'bucket-policy').access.input ?? [];
    const connection = await connectionOf(template, 'bucket-policy', 'input', setup);
    expect(differences(connection, setup, declared)).toEqual([]);
    expect(differences(connection, setup, declared, tamper)).not.toEqual([]);
  });
});

describe('who may assume the role', () => {
  const CALLS = actionsOf('sts').flatMap(({ name, resourceTypes }) => (resourceTypes.includes('role') ? [name] : []));

  for (const template of TEMPLATES) {
    const access = Object.keys(settingsFor(template, 'role').access)[0] as AccessLevel;
    if (!template.methods.includes('role')) continue;
    it(`${template.id}: the vendor with the external ID, verifiers by their session, nobody else`, async () => {
      await fc.assert(
        fc.asyncProperty(arbSetup(template, 'role', access), async (setup) => {
          const connection = await connectionOf(template, 'role', access, setup);
          const { trust } = documentsOf(compileConnection(connection, FACTS));
          const resource = `arn:aws:iam::${ACCOUNT}:role/${connection.role!.name}`;
          const asks = (caller: Caller, action: string, context: Record<string, string>): boolean =>
            compile({ trustPolicy: trust!, identityPolicies: caller.identityPolicies }).allows({
              principal: caller.arn,
              action,
              resource,
              resourceAccount: ACCOUNT,
              context,
            });
          const session = { 'sts:RoleSessionName': 'vendor' };
          const needsId = connection.trust.externalIds.length > 0;
          for (const caller of principalsOf(connection).map(callerFor)) {
            for (const id of setup.externalIds) {
              expect(asks(caller, 'sts:AssumeRole', { ...session, 'sts:ExternalId': id })).toBe(true);
              expect(asks(caller, 'sts:AssumeRole', { ...session, 'sts:ExternalId': `${id}x` })).toBe(
                setup.externalIds.includes(`${id}x`),
              );
            }
            expect(asks(caller, 'sts:AssumeRole', session)).toBe(!needsId);
            for (const action of CALLS)
              if (action !== 'sts:AssumeRole')
                expect(asks(caller, action, { ...session, 'sts:ExternalId': setup.externalIds[0] ?? 'x' })).toBe(false);
          }
          const id = { 'sts:ExternalId': setup.externalIds[0] ?? 'x' };
          const strangers = [STRANGER, 'arn:aws:iam::999988887777:user/colleague'].map((arn) => ({
            arn,
            identityPolicies: [EVERYTHING],
          }));
          for (const caller of [...strangers, { arn: '*', identityPolicies: [] }])
            expect(asks(caller, 'sts:AssumeRole', { ...session, ...id })).toBe(false);
          const verifier = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/ci/run`, identityPolicies: [] };
          expect(asks(verifier, 'sts:AssumeRole', { 'sts:RoleSessionName': 's3connect-verify-1' })).toBe(true);
          expect(asks(verifier, 'sts:AssumeRole', { 'sts:RoleSessionName': 'deploy' })).toBe(false);
        }),
        { numRuns: 15 },
      );
    });
  }
});
