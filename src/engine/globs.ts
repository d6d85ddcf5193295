import { S3ConnectError } from '../errors.js';
import { closestOf } from '../template/nearest.js';

export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/** `*` any run of characters, `?` one; linear in the text for each star, never a regular expression. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === text[t] && pattern[p] !== '*'))) {
      p++;
      t++;
    } else if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

export interface NamedRole {
  readonly name: string;
  readonly arn: string;
  readonly path: string;
}

/** The one role that a glob means: matched against the name, or with a `/` in it against path and name. */
export function pickRole<R extends NamedRole>(glob: string, roles: readonly R[], path: string): R {
  const found = roles.filter((role) =>
    matchesGlob(glob, glob.includes('/') ? `${role.path}${role.name}`.replace(/^\//, '') : role.name),
  );
  if (found.length === 1) return found[0] as R;
  if (found.length > 1) {
    const names = found.map((role) => role.name).sort();
    throw new S3ConnectError('RoleAmbiguous', `${glob} matches ${found.length} roles: ${names.join(', ')}.`, {
      path,
      hint: 'Give the name of one of them, or a pattern that only one matches.',
    });
  }
  throw new S3ConnectError('RoleNotFound', `No role of the account matches ${glob}${candidates(glob, roles)}.`, {
    path,
    hint: 'Check the name and the account.',
  });
}

const SHOWN = 5;

/** The roles whose names are nearest to a name or glob, as the end of a sentence; nothing where there are none. */
export function candidates(glob: string, roles: readonly NamedRole[]): string {
  const word = glob.slice(glob.lastIndexOf('/') + 1).replace(/[*?]/g, '');
  const names = roles.filter(({ path }) => !path.startsWith('/aws-service-role/')).map(({ name }) => name);
  const near: string[] = [];
  for (let rest = names; near.length < SHOWN; ) {
    const next = closestOf(word, rest);
    if (next === undefined) break;
    near.push(next);
    rest = rest.filter((name) => name !== next);
  }
  return near.length === 0 ? '' : `; ${names.length > SHOWN ? 'nearest are' : 'there are'} ${near.join(', ')}`;
}
