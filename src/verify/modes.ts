import { S3ConnectError } from '../errors.js';
import type { Method } from '../template/types.js';
import { type Caller, isMeantBy } from './caller.js';
import type { VerifyMode } from './types.js';

export interface ModeInputs {
  readonly requested: VerifyMode | 'auto';
  readonly method: Method;
  readonly publicPlayback: boolean;
  readonly caller: Caller | undefined;
  /** The caller is in the customer's account. */
  readonly own: boolean;
  /** Who may assume the role or is granted in the bucket policy, as ARNs. */
  readonly principals: readonly string[];
  readonly verifiers: readonly string[];
  /** Whether the caller is a session of the existing role that the connection names. */
  readonly isTheRole: boolean;
  readonly hasKeys: boolean;
  /** A person can be asked, and the answer isn't no. */
  readonly canAskForSelf: boolean;
}

export interface ModeChoice {
  readonly mode: VerifyMode;
  readonly why: string;
}

const FOR: Readonly<Record<VerifyMode, readonly Method[] | 'all'>> = {
  assume: ['role', 'existing-role'],
  self: ['role'],
  direct: ['bucket-policy', 'existing-role'],
  keys: ['user'],
  anonymous: ['anonymous'],
  simulate: 'all',
};

/** One of `trust.verifiers`, and not at the same time somebody that the vendor's own statement lets in. */
export function isVerifier(i: Pick<ModeInputs, 'caller' | 'principals' | 'verifiers'>): boolean {
  const { caller } = i;
  if (caller === undefined || i.principals.some((principal) => isMeantBy(caller, principal))) return false;
  return i.verifiers.some((verifier) => isMeantBy(caller, verifier));
}

/**
 * The mode that is asked for, or with `auto` the first possible of keys or anonymous, assume, direct, self (at a
 * terminal only) and simulate, with the reason. Pure; whoever runs it asks the person before `self`.
 *
 * @throws S3ConnectError BadUsage where the mode isn't for the method
 */
export function chooseMode(i: ModeInputs): ModeChoice {
  if (i.requested !== 'auto') return checked(i.requested, i);
  const { caller, method } = i;
  if (method === 'user' && i.hasKeys) return { mode: 'keys', why: "the user's access key is at hand" };
  if (method === 'anonymous') return { mode: 'anonymous', why: 'the connection is for everybody, so nobody signs' };
  if (caller !== undefined && (method === 'role' || method === 'existing-role')) {
    if (i.principals.some((principal) => isMeantBy(caller, principal)) && !i.isTheRole) {
      return { mode: 'assume', why: `${caller.arn} is one of the principals that may assume the role` };
    }
    if (isVerifier(i)) return { mode: 'assume', why: `${caller.arn} is one of trust.verifiers` };
  }
  if (caller !== undefined && method === 'existing-role' && i.isTheRole) {
    return { mode: 'direct', why: `${caller.arn} is a session of the role itself` };
  }
  if (caller !== undefined && method === 'bucket-policy') {
    if (i.principals.some((principal) => isMeantBy(caller, principal))) {
      return { mode: 'direct', why: `${caller.arn} is the granted principal itself` };
    }
  }
  const cannot = `${caller?.arn ?? 'the caller'} is not the identity that will use the connection`;
  if (method === 'role' && i.own && i.canAskForSelf && caller?.kind !== 'root') {
    return { mode: 'self', why: `${cannot}, and may let itself into the role for a moment` };
  }
  return { mode: 'simulate', why: `${cannot}, so the live documents are evaluated and nothing is written` };
}

/** The modes that are for the method. */
function modesFor(i: ModeInputs): readonly VerifyMode[] {
  return (Object.keys(FOR) as readonly VerifyMode[]).filter((mode) => {
    const methods = FOR[mode];
    return methods === 'all' || methods.includes(i.method) || (mode === 'anonymous' && i.publicPlayback);
  });
}

function checked(mode: VerifyMode, i: ModeInputs): ModeChoice {
  if (!modesFor(i).includes(mode)) {
    throw new S3ConnectError('BadUsage', `--mode ${mode} is not for the method ${i.method}.`, {
      path: '--mode',
      hint: `Use one of auto, ${modesFor(i).join(', ')}; auto takes the first that is possible.`,
    });
  }
  if (mode === 'self' && i.caller?.kind === 'root') {
    throw new S3ConnectError('BadUsage', '--mode self is not possible as the root user: a root user assumes no role.', {
      path: '--mode',
      hint: 'Use an IAM user or a role of the account.',
    });
  }
  const { caller } = i;
  if (
    mode === 'direct' &&
    !i.isTheRole &&
    !i.principals.some((each) => caller !== undefined && isMeantBy(caller, each))
  ) {
    throw new S3ConnectError(
      'BadUsage',
      `--mode direct asks as the caller, and ${caller?.arn ?? 'nobody'} is not the granted principal.`,
      {
        path: '--mode',
        hint: 'Use credentials of the granted principal, or --mode simulate.',
      },
    );
  }
  if (mode === 'keys' && !i.hasKeys) {
    throw new S3ConnectError('BadUsage', "--mode keys needs the user's access key, and none is at hand.", {
      path: '--secret-file',
      hint: 'Give --secret-file FILE, or S3CONNECT_ACCESS_KEY_ID and S3CONNECT_SECRET_ACCESS_KEY in the environment.',
    });
  }
  return { mode, why: 'asked for with --mode' };
}
