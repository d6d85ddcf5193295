import { RE2JS } from 're2js';
import { nearest } from './nearest.js';
import { hasControls, printable } from './text.js';
import type { ParameterValue, Template, TemplateParameter } from './types.js';

export interface ParameterFault {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

const MAX_PATTERN = 500;
const MAX_REPEATS = 10_000;

/** Compiling costs far more than matching, and many connections share a template. */
const patterns = new Map<string, RE2JS>();

/**
 * Whether a pattern fits, on an engine whose time is linear in the text (RE2 syntax), so that no template can hang us.
 *
 * @throws Error where the pattern is no RE2 expression
 */
function patternFits(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}

/** What is wrong with a pattern; undefined where nothing is. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `it has more than ${MAX_PATTERN} characters`;
  // RE2 unrolls counted repetitions: nested ones multiply.
  const unrolled = [...pattern.matchAll(/\{\d*,?(\d+)\}/g)].reduce(
    (size, match) => size * Math.max(1, Number(match[1])),
    1,
  );
  if (unrolled > MAX_REPEATS) return 'its repetitions multiply to more than 10000';
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return printable(error instanceof Error ? error.message : String(error));
  }
}

const EXAMPLES = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  'string[]': 'a list of strings',
};

function hasType(value: unknown, type: TemplateParameter['type']): value is ParameterValue {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'string[]':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}

/**
 * What is wrong with one value of a parameter; undefined where nothing is.
 * Control characters and policy variables (`${`) are refused in every value: none ever lands in a document.
 */
export function valueFault(name: string, parameter: TemplateParameter, value: unknown): ParameterFault | undefined {
  const fault = (message: string, hint: string): ParameterFault => ({ name, message, hint });
  if (!hasType(value, parameter.type)) {
    return fault(`the parameter "${name}" must be ${EXAMPLES[parameter.type]}`, printable(parameter.description));
  }
  const items = Array.isArray(value) ? value : [value];
  for (const item of items) {
    if (typeof item === 'string' && (hasControls(item) || item.includes('${'))) {
      return fault(`the parameter "${name}" has control characters or a policy variable in it`, 'Give a plain text.');
    }
    if (parameter.enum !== undefined && !parameter.enum.includes(item)) {
      const allowed = parameter.enum.map((one) => printable(String(one)));
      const best = nearest(String(item), allowed);
      return fault(
        `the parameter "${name}" is "${printable(String(item))}", none of ${allowed.join(', ')}`,
        best === undefined ? `Use one of ${allowed.join(', ')}.` : `Did you mean "${best}"?`,
      );
    }
    if (parameter.pattern !== undefined && typeof item === 'string' && !patternFits(parameter.pattern, item)) {
      return fault(
        `the parameter "${name}" doesn't fit ${printable(parameter.pattern)}`,
        printable(parameter.description),
      );
    }
  }
  return undefined;
}

/**
 * Values of all parameters of a template: given ones checked, defaults filled in.
 *
 * @param template a checked template
 * @param given what file and flags say
 * @returns the values, or the first fault
 */
export function parameterValues(
  template: Template,
  given: Readonly<Record<string, ParameterValue>>,
): { readonly values: Readonly<Record<string, ParameterValue>> } | { readonly fault: ParameterFault } {
  const parameters = template.parameters ?? {};
  const names = Object.keys(parameters);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(parameters, name)) continue;
    const best = nearest(name, names);
    return {
      fault: {
        name,
        message: `the template ${template.id} has no parameter "${printable(name)}"`,
        hint: best === undefined ? `Its parameters: ${names.join(', ') || 'none'}.` : `Did you mean "${best}"?`,
      },
    };
  }
  const values: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      // A default was checked with the template.
      if (parameter.default !== undefined) values[name] = parameter.default;
      if (parameter.default !== undefined || parameter.required === false) continue;
      return {
        fault: {
          name,
          message: `the template ${template.id} needs the parameter "${name}": ${printable(parameter.description)}`,
          hint: `Give it: "params": { "${name}": … }, or --param ${name}=VALUE.`,
        },
      };
    }
    const fault = valueFault(name, parameter, value);
    if (fault !== undefined) return { fault };
    values[name] = value;
  }
  return { values };
}

/**
 * A value of `--param k=v` with the parameter's type; text that doesn't have it stays text and fails the check.
 */
export function typedValue(parameter: TemplateParameter | undefined, text: string): ParameterValue {
  switch (parameter?.type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'string[]':
      return text === '' ? [] : text.split(',');
    default:
      return text;
  }
}
