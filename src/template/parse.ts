import { S3ConnectError } from '../errors.js';
import { schemaIssues } from './issues.js';
import { type JsonText, readJson } from './json-text.js';
import { type RuleFault, ruleFaults } from './rules.js';
import { knownKeysAt, templateSchema } from './schema.js';
import { ended, printable, printableValue } from './text.js';
import type { Template } from './types.js';

/** A template is data of at most 1 MB (contract). */
export const MAX_TEMPLATE_BYTES = 1_000_000;

export interface ParsedTemplate {
  readonly json: JsonText;
  /** Undefined where the shape is wrong. Its strings hold no control characters. */
  readonly template: Template | undefined;
  readonly faults: readonly RuleFault[];
}

/**
 * Reads a template's text: JSON, shape, rules.
 *
 * @throws S3ConnectError BadTemplate with line and column for broken JSON and repeated keys, or where it is too large
 */
export function parseTemplate(text: string, file: string): ParsedTemplate {
  if (Buffer.byteLength(text, 'utf8') > MAX_TEMPLATE_BYTES) {
    throw new S3ConnectError('BadTemplate', `${printable(file)}: a template file is at most 1 MB.`, {
      hint: 'A template holds what one vendor needs, and no more.',
      path: '',
    });
  }
  const json = readJson(text, { file, code: 'BadTemplate', comments: false });
  const parsed = templateSchema.safeParse(json.data);
  if (!parsed.success) {
    const faults = schemaIssues(parsed.error, json.data, (path) => knownKeysAt(templateSchema, path)).map((issue) => ({
      id: 'template-schema',
      pointer: issue.pointer,
      message: issue.message,
      hint: issue.hint,
    }));
    return { json, template: undefined, faults };
  }
  // The data as written, not as zod returns it: the order of "access" says which is the default.
  const template = printableValue(json.data as Template);
  return { json, template, faults: ruleFaults(template) };
}

/** The first fault as the error that every command but `template check` ends with. */
export function templateError(file: string, parsed: ParsedTemplate): S3ConnectError | undefined {
  const fault = parsed.faults[0];
  if (fault === undefined) return undefined;
  const { line, column } = parsed.json.locate(fault.pointer);
  return new S3ConnectError('BadTemplate', `${printable(file)}:${line}:${column}: ${ended(fault.message)}`, {
    path: fault.pointer,
    hint: fault.hint,
  });
}
