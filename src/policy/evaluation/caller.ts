import { parseArn } from '../arn.js';

type CallerKind =
  | 'anonymous'
  | 'service'
  | 'federated'
  | 'root'
  | 'user'
  | 'role'
  | 'role-session'
  | 'federated-user'
  | 'unknown';

/** Who asks, read out of the request's principal (IAM User Guide, "AWS JSON policy elements: Principal"). */
export interface Caller {
  readonly kind: CallerKind;
  readonly text: string;
  readonly partition: string | undefined;
  readonly account: string | undefined;
  /** Name of the user, the role (without path) or the federated user. */
  readonly name: string | undefined;
  /** `aws:PrincipalArn`: for a role session the ARN of the role. */
  readonly principalArn: string | undefined;
  readonly principalType: string | undefined;
  /** `aws:userid` where it can be known without asking IAM. */
  readonly userId: string | undefined;
  /** Neither SCPs nor RCPs bind service-linked roles. */
  readonly serviceLinked: boolean;
  /** Names a role whatever its path: role names are unique in an account. */
  readonly roleKey: string | undefined;
}

/** A role by partition, account and name. */
export function roleKey(partition: string, account: string, name: string): string {
  return `${partition}:${account}:${name}`;
}

/** Whether identity policies, boundaries, session policies and SCPs exist for such a caller. */
export function hasIdentity(caller: Caller): boolean {
  return caller.account !== undefined && caller.kind !== 'federated' && caller.kind !== 'unknown';
}

/** Reads a principal: an ARN, `*` for an anonymous caller, else the name of a service or identity provider. */
export function readCaller(text: string): Caller {
  if (text === '*') return caller('anonymous', text, { principalType: 'Anonymous', userId: 'anonymous' });
  const arn = parseArn(text);
  if (arn === undefined) {
    if (/^\d{12}$/.test(text)) return rootCaller(`arn:aws:iam::${text}:root`, 'aws', text);
    return caller(text.startsWith('arn:') ? 'unknown' : 'service', text, {});
  }
  const { partition, service, account, resource } = arn;
  const known = { partition, account };
  const [type = '', ...rest] = resource.split('/');
  const last = rest.at(-1);
  if (service === 'iam') {
    if (resource === 'root') return rootCaller(text, partition, account);
    if (type === 'user' && last) {
      return caller('user', text, { ...known, name: last, principalArn: text, principalType: 'User' });
    }
    if (type === 'role' && last) {
      return caller('role', text, {
        ...known,
        name: last,
        principalArn: text,
        principalType: 'AssumedRole',
        roleKey: roleKey(partition, account, last),
        serviceLinked: resource.startsWith('role/aws-service-role/'),
      });
    }
    if (type === 'oidc-provider' || type === 'saml-provider') return caller('federated', text, known);
  }
  if (service === 'sts') {
    const name = rest[0];
    if (type === 'assumed-role' && name && rest.length >= 2) {
      return caller('role-session', text, {
        ...known,
        name,
        principalArn: `arn:${partition}:iam::${account}:role/${name}`,
        principalType: 'AssumedRole',
        roleKey: roleKey(partition, account, name),
        serviceLinked: name.startsWith('AWSServiceRoleFor'),
      });
    }
    if (type === 'federated-user' && name) {
      return caller('federated-user', text, {
        ...known,
        name,
        principalArn: text,
        principalType: 'FederatedUser',
        userId: `${account}:${name}`,
      });
    }
  }
  return caller('unknown', text, known);
}

function rootCaller(arn: string, partition: string, account: string): Caller {
  return caller('root', arn, { partition, account, principalArn: arn, principalType: 'Account', userId: account });
}

function caller(kind: CallerKind, text: string, rest: Partial<Omit<Caller, 'kind' | 'text'>>): Caller {
  return {
    kind,
    text,
    partition: undefined,
    account: undefined,
    name: undefined,
    principalArn: undefined,
    principalType: undefined,
    userId: undefined,
    serviceLinked: false,
    roleKey: undefined,
    ...rest,
  };
}
