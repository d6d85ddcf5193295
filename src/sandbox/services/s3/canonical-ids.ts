import { asList } from '../../../policy/documents.js';
import type { PolicyDocument, PrincipalElement, Statement } from '../../../policy/types.js';
import type { World } from '../../store/types.js';
import { s3Error } from './errors.js';

/**
 * The account of a canonical user id.
 *
 * @returns the id itself where it is one of an account that nobody named yet: it can't be turned back
 * @throws InvalidArgument for what can't be a canonical user id
 */
export function accountOfCanonicalId(world: World, id: string): string {
  const accounts = new Set([world.account]);
  for (const bucket of world.s3.buckets.values()) {
    accounts.add(bucket.account);
    for (const versions of bucket.objects.values()) for (const version of versions) accounts.add(version.owner);
  }
  const found = [...accounts].find((account) => world.canonicalId(account) === id);
  if (found === undefined && !/^[0-9a-f]{64}$/.test(id)) {
    throw s3Error('InvalidArgument', {
      message: 'Invalid id',
      extra: { ArgumentName: 'CanonicalUser/ID', ArgumentValue: id },
    });
  }
  return found ?? id;
}

function asAccounts(world: World, principal: PrincipalElement): PrincipalElement {
  if (principal === '*' || principal.CanonicalUser === undefined) return principal;
  const { CanonicalUser, AWS, ...others } = principal;
  const named = asList(CanonicalUser).map((id) => accountOfCanonicalId(world, id));
  const unknown = named.filter((name) => !/^\d{12}$/.test(name));
  const accounts = [...asList(AWS), ...named.filter((name) => !unknown.includes(name))];
  return {
    ...others,
    ...(accounts.length === 0 ? {} : { AWS: accounts }),
    ...(unknown.length === 0 ? {} : { CanonicalUser: unknown }),
  };
}

/**
 * A policy with canonical user ids turned into their accounts, as AWS keeps it (IAM User Guide, "AWS JSON policy
 * elements: Principal").
 */
export function withAccounts(world: World, document: PolicyDocument): PolicyDocument {
  const statements = asList(document.Statement).map(
    (statement): Statement => ({
      ...statement,
      ...(statement.Principal === undefined ? {} : { Principal: asAccounts(world, statement.Principal) }),
      ...(statement.NotPrincipal === undefined ? {} : { NotPrincipal: asAccounts(world, statement.NotPrincipal) }),
    }),
  );
  return { ...document, Statement: statements };
}
