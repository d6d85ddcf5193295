import { type Glob, globMatches, globOf, literalUnits, ONE, STAR } from '../wildcard.js';
import { type RequestContext, singleValue } from './context.js';

/** A policy variable: `${key}` or `${key, 'default'}`. */
interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

export type Token = number | Variable;

/** A text of a policy with its wildcards and variables told apart. */
export interface Template {
  readonly tokens: readonly Token[];
  readonly fixed: boolean;
}

/**
 * Splits a text into characters, wildcards and variables (IAM User Guide, "Variables and tags").
 * `${*}`, `${?}` and `${$}` are the characters themselves. Without variables the text is literal but for
 * its wildcards; without wildcards `*` and `?` are characters like any other.
 */
export function parseTemplate(text: string, options: { variables: boolean; wildcards: boolean }): Template {
  const tokens: Token[] = [];
  let fixed = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (options.variables && code === 36 && text.charCodeAt(i + 1) === 123) {
      const end = text.indexOf('}', i + 2);
      if (end > 0) {
        const inside = text.slice(i + 2, end);
        if (inside === '*' || inside === '?' || inside === '$') tokens.push(inside.charCodeAt(0));
        else {
          tokens.push(readVariable(inside));
          fixed = false;
        }
        i = end;
        continue;
      }
    }
    tokens.push(options.wildcards && code === 42 ? STAR : options.wildcards && code === 63 ? ONE : code);
  }
  return { tokens, fixed };
}

/** The codes of a template for one request; `undefined` where a variable has no value. */
export function resolveUnits(tokens: readonly Token[], context: RequestContext): number[] | undefined {
  const units: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') {
      units.push(token);
      continue;
    }
    const value = singleValue(context, token.key) ?? token.fallback;
    if (value === undefined) return undefined;
    for (const code of literalUnits(value)) units.push(code);
  }
  return units;
}

/** A text that is compared with `text`: fixed ones are compiled once, the others for each request. */
export function templateMatcher(template: Template): (text: string, context: RequestContext) => boolean | undefined {
  if (template.fixed) {
    const glob = globOf(template.tokens as readonly number[]);
    return (text) => globMatches(glob, text);
  }
  return (text, context) => {
    const units = resolveUnits(template.tokens, context);
    return units === undefined ? undefined : globMatches(globOf(units), text);
  };
}

/** Splits codes at the first five colons, as an ARN is split; fewer than six parts are possible. */
export function arnSegments<T extends Token>(tokens: readonly T[]): T[][] {
  const segments: T[][] = [[]];
  for (const token of tokens) {
    if (token === 58 && segments.length < 6) segments.push([]);
    else segments.at(-1)!.push(token);
  }
  return segments;
}

/** The six parts of an ARN pattern as globs; `undefined` where it has fewer. */
export function arnGlobs(units: readonly number[]): readonly Glob[] | undefined {
  const segments = arnSegments(units);
  return segments.length < 6 ? undefined : segments.map(globOf);
}

function readVariable(inside: string): Variable {
  const comma = inside.indexOf(',');
  if (comma < 0) return { key: inside.toLowerCase(), fallback: undefined };
  const quoted = /^, '(.*)'$/s.exec(inside.slice(comma));
  return { key: inside.slice(0, comma).toLowerCase(), fallback: quoted?.[1] };
}
