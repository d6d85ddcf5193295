/** What a principal of a connection is, by its form. */
export type PrincipalKind = 'account' | 'root' | 'user' | 'role' | 'own-role';

const ARN = /^arn:(aws[a-z-]*):(iam|sts)::([^:]*):(.*)$/;
const NAME = /^(?:[\x21-\x7e]*\/)?[\w+=,.@-]{1,64}$/;

/**
 * The kind of a principal that may be trusted or granted (IAM User Guide, "AWS JSON policy elements: Principal"):
 * a 12-digit account id or its root, a user or role ARN, or `role/GLOB` of the own account. Undefined for all else.
 */
export function principalKind(text: string): PrincipalKind | undefined {
  if (/^\d{12}$/.test(text)) return 'account';
  if (text.startsWith('role/')) return /^role\/[\w+=,.@*?/-]{1,576}$/.test(text) ? 'own-role' : undefined;
  const [, , service, account, resource] = ARN.exec(text) ?? [];
  if (service !== 'iam' || resource === undefined || !/^\d{12}$/.test(account ?? '')) return undefined;
  if (resource === 'root') return 'root';
  const slash = resource.indexOf('/');
  const type = resource.slice(0, slash);
  const name = resource.slice(slash + 1);
  if (/[*?$]/.test(name) || !NAME.test(name)) return undefined;
  return type === 'user' || type === 'role' ? type : undefined;
}

/** What is wrong with a principal, undefined where nothing is; sessions, services, federated principals and `*` are refused. */
export function principalFault(text: string): { readonly message: string; readonly hint: string } | undefined {
  if (principalKind(text) !== undefined) return undefined;
  const hint = 'Give a 12-digit account id, a user or role ARN, or role/GLOB of the own account.';
  const shown = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  if (text === '*' || text.includes('"*"')) return { message: 'the principal "*" would let everybody in', hint };
  if (/^arn:[^:]*:sts::/.test(text)) {
    return { message: `"${shown}" is a session, which ends`, hint: 'Give the ARN of the role itself.' };
  }
  if (/:(?:oidc-provider|saml-provider)\//.test(text)) return { message: `"${shown}" is a federated principal`, hint };
  if (/\.amazonaws\.com(?:\.cn)?$/.test(text)) return { message: `"${shown}" is a service`, hint };
  if (/^\d+$/.test(text)) return { message: `"${shown}" is no account id: it has ${text.length} digits, not 12`, hint };
  if (/^arn:/.test(text) && /[*?]/.test(text)) {
    return { message: `"${shown}" has a wildcard, which AWS doesn't take in a principal`, hint };
  }
  return { message: `"${shown}" is no principal`, hint };
}
