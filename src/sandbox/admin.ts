import { openSession } from './services/sts/sessions.js';
import { nameKey } from './store/iam.js';
import { sortedJson, stateOf } from './store/state.js';
import type { AccessKey, PrincipalRecord, User, World } from './store/types.js';
import { WireError, type WireResponse } from './types.js';

export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The sandbox's own door: administrator, credentials for anybody, state, reset. */
export interface Admin {
  /** Long-term key of the administrator of the sandbox's account; the same through every reset. */
  readonly administrator: IssuedCredentials;
  credentialsFor(principal: string, options?: { readonly durationSeconds?: number }): IssuedCredentials;
  reset(): void;
  state(): string;
}

const PRINCIPAL =
  /^arn:([a-z-]+):(iam|sts)::(\d{12}):(root|(?:user|role)\/(?:[\x21-\x7e]*\/)?[\w+=,.@-]+|assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const ADMIN_NAME = 'sandbox-admin';
const ADMIN_SESSION = 43_200;

/** Makes the administrator and opens the door. */
export function createAdmin(world: World & { clear(): void }): Admin {
  const { iam, random, account, partition } = world;
  const user: User = {
    kind: 'user',
    id: `AIDA${random.id(17)}`,
    account,
    name: ADMIN_NAME,
    path: '/',
    arn: `arn:${partition}:iam::${account}:user/${ADMIN_NAME}`,
    createdAt: world.clock(),
    tags: {},
    permissionsBoundary: undefined,
    inlinePolicies: {},
    attachedPolicies: [`arn:${partition}:iam::aws:policy/AdministratorAccess`],
  };
  const key = hiddenKey(world, user.arn, account, user.id);
  const install = (): void => {
    iam.users.putNow(nameKey(account, ADMIN_NAME), user);
    iam.keys.putNow(key.id, key);
  };
  install();
  return {
    administrator: { accessKeyId: key.id, secretAccessKey: key.secret },
    credentialsFor: (principal, options) => credentialsFor(world, principal, options?.durationSeconds),
    reset: () => {
      world.clear();
      install();
    },
    state: () => sortedJson(stateOf(world, (candidate) => candidate === user)),
  };
}

function hiddenKey(world: World, ownerArn: string, account: string, ownerId: string | undefined): AccessKey {
  return {
    kind: 'key',
    id: `AKIA${world.random.id(16)}`,
    secret: world.random.token(40),
    account,
    ownerId,
    ownerArn,
    status: 'Active',
    createdAt: world.clock(),
    hidden: true,
  };
}

function credentialsFor(world: World, principal: string, durationSeconds = ADMIN_SESSION): IssuedCredentials {
  const match = PRINCIPAL.exec(
    /^\d{12}$/.test(principal) ? `arn:${world.partition}:iam::${principal}:root` : principal,
  );
  if (match === null || match[1] !== world.partition) {
    throw new WireError(
      'BadPrincipal',
      400,
      `${principal} is no ARN of a user, a role, a role session or an account's root in the partition ${world.partition}`,
    );
  }
  const [arn, , service, account = '', resource = ''] = match;
  if (resource === 'root') return longTermKey(world, arn, account, undefined);
  if (service === 'sts' || resource.startsWith('assumed-role/')) {
    const [, role = '', session = ''] = resource.split('/');
    const roleArn = `arn:${world.partition}:iam::${account}:role/${role}`;
    const made = world.iam.roles.newest(nameKey(account, role));
    return roleSession(world, made?.arn ?? roleArn, account, session, durationSeconds);
  }
  if (resource.startsWith('role/')) return roleSession(world, arn, account, 'sandbox', durationSeconds);
  return longTermKey(world, arn, account, idOf(world, arn, account));
}

function idOf(world: World, arn: string, account: string): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const made: PrincipalRecord | undefined = arn.includes(':role/')
    ? world.iam.roles.newest(nameKey(account, name))
    : world.iam.users.newest(nameKey(account, name));
  if (made !== undefined && made.arn === arn) return made.id;
  if (made === undefined && account !== world.account) return world.iam.named.idOf(arn);
  throw new WireError(
    'NoSuchEntity',
    404,
    `${arn} was never made: users and roles of ${account} exist once an IAM call made them`,
  );
}

function longTermKey(world: World, arn: string, account: string, id: string | undefined): IssuedCredentials {
  const key = hiddenKey(world, arn, account, id);
  world.iam.keys.putNow(key.id, key);
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

function roleSession(
  world: World,
  roleArn: string,
  account: string,
  sessionName: string,
  seconds: number,
): IssuedCredentials {
  const id = idOf(world, roleArn, account);
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const session = openSession(world, {
    account,
    arn: `arn:${world.partition}:sts::${account}:assumed-role/${name}/${sessionName}`,
    userId: `${id}:${sessionName}`,
    ownerId: id,
    ownerArn: roleArn,
    sessionPolicies: [],
    seconds,
  });
  return {
    accessKeyId: session.accessKeyId,
    secretAccessKey: session.secret,
    sessionToken: session.token,
  };
}

/** Answers `/_sandbox/credentials`, `/_sandbox/state` and `/_sandbox/reset`, in JSON. */
export function handleAdmin(admin: Admin, method: string, path: string, body: Buffer): WireResponse {
  try {
    if (method === 'POST' && path === '/_sandbox/credentials') {
      return json(200, admin.credentialsFor(...principalIn(body)));
    }
    if (method === 'GET' && path === '/_sandbox/state') {
      return { status: 200, headers: { 'content-type': 'application/json' }, body: admin.state() };
    }
    if (method === 'POST' && path === '/_sandbox/reset') {
      admin.reset();
      return json(200, {});
    }
    return json(404, { error: { code: 'NotFound', message: `there is no ${method} ${path}` } });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return json(error.status, { error: { code: error.code, message: error.message } });
  }
}

function principalIn(body: Buffer): [string, { readonly durationSeconds?: number }] {
  let value: { readonly principal?: unknown; readonly durationSeconds?: unknown } | null;
  try {
    value = JSON.parse(body.toString('utf8')) as typeof value;
  } catch {
    value = null;
  }
  if (typeof value?.principal !== 'string') {
    throw new WireError('BadRequest', 400, 'the body must be {"principal":ARN}');
  }
  const { durationSeconds } = value;
  return [value.principal, typeof durationSeconds === 'number' ? { durationSeconds } : {}];
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
