import { type Glob, globMatches, globOf, parseGlob, STAR, type Units } from '../wildcard.js';
import type { RequestContext } from './context.js';
import type { Resource } from './target.js';
import { arnSegments, parseTemplate, resolveUnits, type Token } from './template.js';

/** One entry of a Resource or NotResource element. */
export type ResourcePattern = (resource: Resource, context: RequestContext) => boolean;

/**
 * Compiles a resource pattern (IAM User Guide, "Resource"): wildcards stay within a part of the ARN, except
 * that a star which ends a part may run over the colon behind it; missing parts of an ARN are wildcards;
 * variables count only in the last part.
 */
export function compileResource(text: string, variables: boolean): ResourcePattern {
  const { tokens, fixed } = parseTemplate(text, { variables, wildcards: true });
  const segments = arnSegments(tokens);
  if (!fixed) return withVariables(segments);
  const units = tokens as Units;
  if (segments.slice(0, 5).every((segment) => segment.every((token) => typeof token === 'number' && token >= 0))) {
    if (segments.length === 6 || segments.length === 1) return plain(globOf(units));
  }
  const whole = segments.slice(0, 5).some((segment) => segment.at(-1) === STAR) ? globOf(units) : undefined;
  const globs = (segments as number[][]).map(globOf);
  while (globs.length < 6) globs.push({ kind: 'any' });
  return (resource) => (whole !== undefined && globMatches(whole, resource.text)) || partsMatch(globs, resource);
}

function plain(glob: Glob): ResourcePattern {
  return (resource) => globMatches(glob, resource.text);
}

function withVariables(segments: readonly Token[][]): ResourcePattern {
  const head = segments.slice(0, 5);
  const tail = segments[5];
  if (tail === undefined || !head.every((segment) => segment.every((token) => typeof token === 'number'))) {
    return () => false;
  }
  const globs = (head as number[][]).map(globOf);
  return (resource, context) => {
    if (!partsMatch(globs, resource)) return false;
    const units = resolveUnits(tail, context);
    return units !== undefined && globMatches(globOf(units), resource.arn!.resource);
  };
}

const ARN = parseGlob('arn');

function partsMatch(globs: readonly Glob[], { arn }: Resource): boolean {
  if (arn === undefined) return false;
  return (
    globMatches(globs[0] ?? ARN, 'arn') &&
    globMatches(globs[1]!, arn.partition) &&
    globMatches(globs[2]!, arn.service) &&
    globMatches(globs[3]!, arn.region) &&
    globMatches(globs[4]!, arn.account) &&
    (globs[5] === undefined || globMatches(globs[5], arn.resource))
  );
}
