/** Who signs verify's calls (STS GetCallerIdentity). */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly partition: string;
  readonly kind: 'root' | 'user' | 'role' | 'other';
  /** Name of the user or of the assumed role; the ARN of a session has no path. */
  readonly name: string;
}

/** Takes a caller's ARN apart (IAM User Guide, "IAM identifiers"). */
export function callerOf(identity: {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}): Caller {
  const { account, arn, userId } = identity;
  const parts = arn.split(':');
  const partition = parts[1] ?? 'aws';
  const resource = parts.slice(5).join(':');
  const segments = resource.split('/');
  const shared = { account, arn, userId, partition };
  if (resource === 'root') return { ...shared, kind: 'root', name: 'root' };
  if (segments[0] === 'assumed-role') return { ...shared, kind: 'role', name: segments[1] ?? '' };
  if (segments[0] === 'user') return { ...shared, kind: 'user', name: segments.at(-1) ?? '' };
  return { ...shared, kind: 'other', name: segments.at(-1) ?? '' };
}

/**
 * Whether a policy that names `principal` means this caller: the user itself, any session of the role, any identity of
 * the account (IAM User Guide, "Principal"). Sessions don't show their role's path, so it isn't compared.
 */
export function isMeantBy(caller: Caller, principal: string): boolean {
  const parts = principal.split(':');
  if (parts[4] !== caller.account) return false;
  const resource = parts.slice(5).join(':');
  if (resource === 'root') return true;
  if (resource.startsWith('role/')) return caller.kind === 'role' && resource.split('/').at(-1) === caller.name;
  return principal === caller.arn;
}

/** `role/PATH/NAME` or `user/PATH/NAME` of an ARN of the given account; undefined for anything else. */
export function ownIdentity(
  principal: string,
  account: string,
): { readonly kind: 'role' | 'user'; readonly name: string } | undefined {
  const parts = principal.split(':');
  if (parts[4] !== account) return undefined;
  const segments = parts.slice(5).join(':').split('/');
  if (segments[0] !== 'role' && segments[0] !== 'user') return undefined;
  const name = segments.at(-1) ?? '';
  return name === '' ? undefined : { kind: segments[0], name };
}

/** A glob of `role.name` or `role/GLOB` as a test of a role's name, or of its path and name. */
export function globTest(glob: string): (name: string, path?: string) => boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const pattern = new RegExp(`^${source}$`, 's');
  return (name, path = '/') => pattern.test(name) || pattern.test(`${path}${name}`.slice(1));
}

/** May a session be one of the role that a glob means? A session's ARN tells the role's name and no path. */
export function sessionTest(glob: string): (name: string) => boolean {
  return globTest(glob.slice(glob.lastIndexOf('/') + 1));
}

export const isGlob = (name: string): boolean => /[*?]/.test(name);
