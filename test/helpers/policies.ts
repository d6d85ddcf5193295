import fc from 'fast-check';
import type { EvaluationRequest, PolicyDocument, Statement } from '../../src/policy/types.js';

export const MARK_A = 'S3Connect7QK2M0A9XW3E';
export const MARK_B = 'S3ConnectZZ00M0A9XW3E';

const actions = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:Get*', 's3:*', '*'];
const resources = [
  'arn:aws:s3:::acme',
  'arn:aws:s3:::acme/*',
  'arn:aws:s3:::acme/uploads/*',
  'arn:aws:s3:::other',
  '*',
];
const principals = [
  'arn:aws:iam::111122223333:root',
  '111122223333',
  '222222222222',
  'arn:aws:iam::111122223333:role/app',
  'arn:aws:iam::222222222222:user/vendor',
];

/** One value, or a list of some. */
export const oneOrMany = (values: readonly string[]) =>
  fc.oneof(fc.constantFrom(...values), fc.subarray([...values], { minLength: 1 }));

const arbPrincipal = fc.oneof(
  fc.constant('*' as const),
  fc.constant({ AWS: '*' }),
  oneOrMany(principals).map((AWS) => ({ AWS })),
);

const arbCondition = fc.oneof(
  oneOrMany(['uploads/', 'uploads/*', '']).map((values) => ({ StringLike: { 's3:prefix': values } })),
  fc.constantFrom(true, false, 'true', 'false').map((value) => ({ Bool: { 'aws:SecureTransport': value } })),
  oneOrMany(['a', 'b']).map((values) => ({ StringEquals: { 'sts:ExternalId': values } })),
  fc.constantFrom(5, '5', 10).map((value) => ({ NumericLessThan: { 's3:max-keys': value } })),
  oneOrMany(['111122223333', '222222222222']).map((values) => ({
    'ForAnyValue:StringEquals': { 'aws:PrincipalAccount': values },
  })),
  fc.constant({}),
);

/** A statement of a bucket policy; no `${`, so that `Version` changes nothing. */
export const arbStatement = fc
  .record(
    {
      Sid: fc.constantFrom('', 'Theirs', 'a-b', 'S3', 'S3Connect'),
      Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
      Principal: arbPrincipal,
      Action: oneOrMany(actions),
      Resource: oneOrMany(resources),
      Condition: arbCondition,
    },
    { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
  )
  .map((statement) => statement as Statement);

/** A document that somebody else wrote: a list of statements, or one statement object. */
export const arbForeignDocument: fc.Arbitrary<PolicyDocument> = fc
  .record(
    {
      Version: fc.constantFrom('2012-10-17', '2008-10-17'),
      Id: fc.constantFrom('', 'Policy1'),
      Statement: fc.oneof(arbStatement, fc.array(arbStatement, { minLength: 1, maxLength: 5 })),
    },
    { requiredKeys: ['Statement'] },
  )
  .map((doc) => doc as PolicyDocument);

/** Statements of one owner. */
export const arbOwned = (mark: string, most = 3): fc.Arbitrary<readonly Statement[]> =>
  fc
    .array(arbStatement, { minLength: 1, maxLength: most })
    .map((list) => list.map((statement, i) => ({ ...statement, Sid: `${mark}P${i}` })));

/** A request that the statements of `arbStatement` may be about. */
export const arbRequest: fc.Arbitrary<EvaluationRequest> = fc.record({
  principal: fc.constantFrom(
    '*',
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::111122223333:user/ann',
    'arn:aws:iam::111122223333:role/app',
    'arn:aws:sts::111122223333:assumed-role/app/session',
    'arn:aws:iam::222222222222:user/vendor',
    'arn:aws:iam::333333333333:user/stranger',
  ),
  action: fc.constantFrom(
    's3:GetObject',
    's3:getobject',
    's3:PutObject',
    's3:ListBucket',
    's3:DeleteObject',
    'sns:Publish',
  ),
  resource: fc.constantFrom(
    'arn:aws:s3:::acme',
    'arn:aws:s3:::acme/uploads/a',
    'arn:aws:s3:::acme/other',
    'arn:aws:s3:::other',
    'arn:aws:s3:::third/x',
  ),
  resourceAccount: fc.constantFrom('111122223333', '222222222222'),
  context: fc
    .record(
      {
        's3:prefix': fc.constantFrom('', 'uploads/', 'uploads/a', 'other'),
        'aws:SecureTransport': fc.constantFrom('true', 'false'),
        'sts:ExternalId': fc.constantFrom('a', 'c'),
        's3:max-keys': fc.constantFrom('1', '5', '20'),
      },
      { requiredKeys: [] },
    )
    .map((context) => context as Record<string, string>),
});

/** The same document written otherwise: shuffled lists, single values as lists, other case, bare account ids. */
export function arbRewritten(doc: PolicyDocument, numbers: Iterator<number>): PolicyDocument {
  const draw = (below: number): number => Number(numbers.next().value) % below;
  const shuffle = <T>(list: readonly T[]): T[] => {
    const rest = [...list];
    return list.map(() => rest.splice(draw(rest.length), 1)[0]!);
  };
  const many = <T>(value: T | readonly T[] | undefined, change: (each: T) => T = (each) => each): T | readonly T[] => {
    const list = shuffle((Array.isArray(value) ? value : [value]) as T[]).map(change);
    return list.length === 1 && draw(2) === 0 ? list[0]! : list;
  };
  const toCase = (text: string): string =>
    draw(2) === 0 ? text : draw(2) === 0 ? text.toUpperCase() : text.toLowerCase();
  const statements = (Array.isArray(doc.Statement) ? doc.Statement : [doc.Statement]) as readonly Statement[];
  const rewritten = shuffle(statements).map((statement) => {
    const principal = statement.Principal;
    return {
      ...statement,
      Action: many(statement.Action, toCase),
      Resource: many(statement.Resource),
      ...(typeof principal === 'object'
        ? {
            Principal: {
              AWS: many(principal.AWS, (name) => (name === 'arn:aws:iam::111122223333:root' ? '111122223333' : name)),
            },
          }
        : {}),
      ...(statement.Condition === undefined
        ? {}
        : {
            Condition: Object.fromEntries(
              Object.entries(statement.Condition).map(([operator, keys]) => [
                operator,
                Object.fromEntries(
                  Object.entries(keys).map(([key, values]) => [toCase(key), many(values, (value) => String(value))]),
                ),
              ]),
            ),
          }),
    } as Statement;
  });
  return { ...doc, Statement: rewritten };
}
