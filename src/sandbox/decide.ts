import { type CompiledPolicies, compile } from '../policy/evaluate.js';
import type { PolicySet } from '../policy/types.js';
import type { Decide } from './types.js';

const REMEMBERED = 500;

/**
 * The one evaluator of `src/policy`, with what it compiled remembered: between two changes the same documents decide
 * request after request.
 */
export function createDecide(): Decide {
  const numbers = new WeakMap<object, number>();
  const compiled = new Map<string, CompiledPolicies>();
  let last = 0;
  const numberOf = (document: object | undefined): number => {
    if (document === undefined) return 0;
    let number = numbers.get(document);
    if (number === undefined) {
      last += 1;
      number = last;
      numbers.set(document, number);
    }
    return number;
  };
  const keyOf = (set: PolicySet): string =>
    [
      numberOf(set.trustPolicy),
      numberOf(set.identityPolicies),
      numberOf(set.permissionsBoundary),
      ...(set.sessionPolicies ?? []).map((document) => `s${numberOf(document)}`),
      numberOf(set.resourcePolicy),
      numberOf(set.accessPointPolicy),
      set.blockPublicAccess === undefined ? '' : JSON.stringify(set.blockPublicAccess),
    ].join(' ');

  return (policies, request) => {
    const key = keyOf(policies);
    let set = compiled.get(key);
    if (set === undefined) {
      set = compile(policies);
      if (compiled.size >= REMEMBERED) compiled.clear();
      compiled.set(key, set);
    }
    return set.decide(request);
  };
}
