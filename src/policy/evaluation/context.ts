import { isScalar } from '../documents.js';
import type { ContextValues } from '../types.js';
import type { Caller } from './caller.js';
import type { Target } from './target.js';

/** The condition keys of one request. Names are asked for in lower case: AWS's are case-insensitive. */
export interface RequestContext {
  /** All values of the key; `undefined` when it is absent or an empty set. */
  values(key: string): readonly string[] | undefined;
}

/**
 * The given keys, and those that AWS derives itself unless they are given (IAM User Guide, "AWS global
 * condition context keys"; S3 User Guide, "Configuring IAM policies for using access points").
 */
export function createContext(given: ContextValues | undefined, caller: Caller, target: Target): RequestContext {
  let own: Map<string, readonly string[]> | undefined;
  return {
    values(key) {
      own ??= readGiven(given);
      return own.get(key) ?? derived(key, caller, target);
    },
  };
}

/** The value of a key as a policy variable: only single-valued keys can be one ("Variables and tags"). */
export function singleValue(context: RequestContext, key: string): string | undefined {
  const values = context.values(key);
  return values !== undefined && values.length === 1 ? values[0] : undefined;
}

const NONE: Map<string, readonly string[]> = new Map();

function readGiven(given: ContextValues | undefined): Map<string, readonly string[]> {
  if (typeof given !== 'object' || given === null) return NONE;
  const own = new Map<string, readonly string[]>();
  for (const key of Object.keys(given)) {
    const value: unknown = given[key];
    const values = Array.isArray(value) ? value.filter(isScalar).map(String) : isScalar(value) ? [String(value)] : [];
    if (values.length > 0) own.set(key.toLowerCase(), values);
  }
  return own;
}

function derived(key: string, caller: Caller, target: Target): readonly string[] | undefined {
  const value = derivedValue(key, caller, target);
  return value === undefined ? undefined : [value];
}

function derivedValue(key: string, caller: Caller, target: Target): string | undefined {
  switch (key) {
    case 'aws:principalarn':
      return caller.principalArn;
    case 'aws:principalaccount':
      return caller.kind === 'anonymous' ? 'anonymous' : caller.account;
    case 'aws:principaltype':
      return caller.principalType;
    case 'aws:principalisawsservice':
      return caller.kind === 'service' ? 'true' : caller.account === undefined ? undefined : 'false';
    case 'aws:principalservicename':
      return caller.kind === 'service' ? caller.text : undefined;
    case 'aws:username':
      return caller.kind === 'user' ? caller.name : undefined;
    case 'aws:userid':
      return caller.userId;
    case 'aws:resourceaccount':
      return target.account;
    case 's3:resourceaccount':
      return target.service === 's3' ? target.account : undefined;
    case 's3:dataaccesspointarn':
      return target.accessPoint?.arn;
    case 's3:dataaccesspointaccount':
      return target.accessPoint?.account;
    default:
      return undefined;
  }
}
