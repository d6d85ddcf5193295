import { S3ConnectError } from '../errors.js';

/** What this run did that other services may not see yet. */
export interface Recent {
  /** ARNs and names of what this run created or changed. */
  readonly names: ReadonlySet<string>;
  /** `KIND|ID` of the same. */
  readonly keys: ReadonlySet<string>;
}

export interface Patience {
  /** What is waited for, in words. */
  readonly for: string;
  readonly budgetMs: number;
  /** The state that was read is out of date: read again before the next attempt. */
  readonly reread: boolean;
}

/** IAM names no figure; others wait up to two minutes (facts vary from seconds to a minute). */
const LONG = 120_000;
/** For what this run didn't make itself: another run may just have. */
const SHORT = 15_000;
const CONFLICT = 60_000;

/**
 * Is a failed write "not yet" rather than "no"? IAM is eventually consistent: a fresh role is unknown to policies
 * (`Invalid principal in policy`) and to calls (`NoSuchEntity`) for a while, a detached policy still counts
 * (`DeleteConflict`). IAM User Guide, "Changes that I make are not always immediately visible".
 *
 * @param text the document that was written, to see whether it names something recent.
 * @param id of the resource that was written.
 */
export function patienceFor(e: unknown, recent: Recent, text: string, id: string): Patience | undefined {
  if (!(e instanceof S3ConnectError)) return undefined;
  const fresh = [...recent.names].some((name) => /:(role|user)\//.test(name) && text.includes(name));
  const madeSome = recent.names.size > 0;
  switch (e.awsCode) {
    case 'MalformedPolicyDocument':
    case 'MalformedPolicyDocumentException':
    case 'MalformedPolicy':
    case 'InvalidParameter':
    case 'InvalidParameterException':
      if (!/principal/i.test(e.message)) return undefined;
      return { for: 'the principals of the policy to be known', budgetMs: fresh ? LONG : SHORT, reread: false };
    case 'NoSuchEntity':
    case 'NoSuchEntityException':
      return { for: 'IAM to know what was just made', budgetMs: madeSome ? LONG : SHORT, reread: !madeSome };
    case 'EntityAlreadyExists':
    case 'EntityAlreadyExistsException':
      return { for: 'IAM to show what is there', budgetMs: SHORT, reread: true };
    case 'DeleteConflict':
    case 'DeleteConflictException':
      return { for: 'IAM to see what was detached', budgetMs: madeSome ? LONG : SHORT, reread: false };
    case 'ConcurrentModification':
    case 'ConcurrentModificationException':
    case 'OperationAborted':
    case 'PriorRequestNotComplete':
      return { for: 'another change to finish', budgetMs: CONFLICT, reread: true };
    case 'NoSuchBucket':
    case 'NoSuchAccessPoint':
    case 'NotFound':
    case 'NotFoundException':
      return madeSome ? { for: 'what was just made to be there', budgetMs: CONFLICT, reread: false } : undefined;
    case 'AccessDenied':
      return recent.keys.has(`public-access-block|${id}`)
        ? { for: 'the change of Block Public Access to take effect', budgetMs: CONFLICT, reread: false }
        : undefined;
    case 'InvalidArgument':
      return madeSome && /destination/i.test(e.message)
        ? { for: 'the topic to accept events', budgetMs: CONFLICT, reread: false }
        : undefined;
    default:
      return undefined;
  }
}
