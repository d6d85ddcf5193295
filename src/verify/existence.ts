import type { ResolvedConnection } from '../connection/types.js';
import { type Answer, asDenied, undecided } from './answers.js';
import { globTest, isGlob } from './caller.js';
import { bucketAccountOf, siteOf } from './evaluator/index.js';
import type { ExpectedRow } from './expected.js';
import type { Live } from './live.js';
import type { Run } from './run.js';
import type { Keys } from './secret.js';
import type { Survey } from './survey.js';
import type { VerifyMode } from './types.js';

export interface ExistenceScene {
  readonly c: ResolvedConnection;
  readonly run: Run;
  readonly survey: Survey;
  readonly mode: VerifyMode;
  readonly keys: Keys | undefined;
}

const there = (detail: string): Answer => ({ actual: 'allow', by: 'probe', code: null, detail });
const missing = (detail: string, code: string): Answer => ({ actual: 'deny', by: 'probe', code, detail });

/** Whether the role, user, bucket or access point of a row is there, as far as the caller can tell. */
export async function answerExistence(
  row: ExpectedRow | undefined,
  s: ExistenceScene,
  live: Live = s.run.live,
): Promise<Answer> {
  if (row === undefined) return undecided('nothing is named');
  const name = row.name ?? '';
  switch (row.kind) {
    case 'role':
      return roleExists(name, s, live);
    case 'user':
      return userExists(name, s, live);
    case 'bucket':
      return bucketExists(row, s, live);
    default:
      return pointExists(row, s, live);
  }
}

async function roleExists(name: string, s: ExistenceScene, live: Live): Promise<Answer> {
  const { survey } = s;
  if (s.mode === 'direct' && survey.caller?.kind === 'role' && survey.caller.name === name) {
    return there("the caller's own ARN shows it");
  }
  if (survey.roleMissing && s.c.method === 'existing-role') {
    return missing(`no role of the account is called ${name}`, 'NoSuchEntity');
  }
  if (!survey.own) return undecided("the role is in an account that can't be read from here");
  if (isGlob(name)) return globExists(name, s, live);
  const role = await live.role(s.c.site, name);
  if (!role.readable) return undecided(`the role can't be read from here (${role.why})`, 'probe', role.why);
  if (role.value !== undefined) return there(role.value.arn);
  const where = `there is no role ${name} in the account ${survey.facts.account}`;
  const hint = s.c.site.account === undefined ? ", the caller's own, as the connection names no account" : '';
  return missing(`${where}${hint}`, 'NoSuchEntity');
}

/** A pattern of `trust.principals` that matched no role: no role can be called so, and it is looked for once more. */
async function globExists(glob: string, s: ExistenceScene, live: Live): Promise<Answer> {
  const roles = await live.roles(s.c.site);
  if (!roles.readable) return undecided(`the roles can't be listed from here (${roles.why})`, 'probe', roles.why);
  const matches = globTest(glob);
  const found = roles.value.find((role) => matches(role.name, role.path));
  return found === undefined ? missing(`no role of the account is called ${glob}`, 'NoSuchEntity') : there(found.arn);
}

async function userExists(name: string, s: ExistenceScene, live: Live): Promise<Answer> {
  const { survey, keys } = s;
  if (s.mode === 'keys' && keys !== undefined) return keyIsOf(name, keys, s);
  if (survey.caller?.kind === 'user' && survey.caller.name === name && survey.own) {
    return there("the caller's own ARN shows it");
  }
  if (!survey.own) return undecided("the user can't be read from here");
  const user = await live.user(s.c.site, name);
  if (!user.readable) return undecided("the user can't be read from here");
  return user.value === undefined ? missing(`there is no user ${name}`, 'NoSuchEntity') : there(user.value.arn);
}

/** Whose access key it is: the user's own shows that it exists, and one that isn't accepted is as good as no user. */
async function keyIsOf(name: string, keys: Keys, s: ExistenceScene): Promise<Answer> {
  try {
    const { arn } = await s.run.aws.portsAs({ region: s.c.site.region }, keys).sts.getCallerIdentity();
    return arn.split('/').at(-1) === name
      ? there(`the access key is of ${arn}`)
      : missing(`the access key is of ${arn}, not of ${name}`, 'AccessKeyOfAnother');
  } catch (error) {
    const denied = asDenied(error);
    if (denied === undefined) throw error;
    return missing(`the access key is not accepted: ${denied.message}`, denied.awsCode ?? denied.code);
  }
}

async function bucketExists(row: ExpectedRow, s: ExistenceScene, live: Live): Promise<Answer> {
  const { bucket } = row;
  if (bucket === undefined) return undecided('nothing is named');
  const { facts, caller } = s.survey;
  const known = facts.buckets?.[bucket.name];
  if (known !== undefined) return there(`in ${known.region}`);
  if (caller === undefined) return missing(`there is no bucket ${bucket.name}`, 'NoSuchBucket');
  const head = await live.bucket(siteOf(bucket, facts), bucket.name);
  return head === undefined ? missing(`there is no bucket ${bucket.name}`, 'NoSuchBucket') : there(`in ${head.region}`);
}

async function pointExists(row: ExpectedRow, s: ExistenceScene, live: Live): Promise<Answer> {
  const { bucket } = row;
  const name = row.name ?? '';
  if (bucket === undefined) return undecided('nothing is named');
  const { facts, own } = s.survey;
  if (!own) return undecided("the access point is in an account that can't be read from here");
  const seen = await live.accessPoint(siteOf(bucket, facts), bucketAccountOf(bucket, facts), name);
  if (!seen.readable) return undecided(`the access point can't be read from here (${seen.why})`, 'probe', seen.why);
  if (seen.value === undefined) return missing(`there is no access point ${name}`, 'NoSuchAccessPoint');
  return seen.value.bucket === bucket.name
    ? there(seen.value.arn)
    : missing(`the access point ${name} is of the bucket ${seen.value.bucket}`, 'AnotherBucket');
}
