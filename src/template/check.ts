import { lintPolicy } from '../policy/lint/index.js';
import type { Finding, Statement } from '../policy/types.js';
import { pointerStep } from './json-text.js';
import { type ParsedTemplate, parseTemplate } from './parse.js';
import { principalKind } from './principals.js';
import { settingsFor } from './settings.js';
import type { Method, Template } from './types.js';

const SOURCE = 's3connect, "The template file"';

/**
 * Everything about a template file that is wrong or risky: its shape, its rules, and the lint of what it would have
 * written into a trust policy.
 *
 * @param text the file's text
 * @param file its name, for the findings
 * @returns the template (undefined where its shape is wrong) and the findings, worst first
 * @throws S3ConnectError BadTemplate on broken JSON, with line and column
 */
export function checkTemplate(
  text: string,
  file: string,
): { template: Template | undefined; findings: readonly Finding[] } {
  const parsed = parseTemplate(text, file);
  const findings: Finding[] = parsed.faults.map((fault) => ({
    id: fault.id,
    severity: 'error',
    file,
    pointer: fault.pointer,
    line: parsed.json.locate(fault.pointer).line,
    message: fault.message,
    why: 'A template is data with a fixed form, so that a foreign one can be read and trusted.',
    remedy: fault.hint,
    source: SOURCE,
  }));
  if (parsed.template !== undefined && findings.length === 0) {
    findings.push(...trustFindings(parsed.template, file, parsed));
  }
  return { template: parsed.template, findings };
}

/** Lint of the trust that the template asks for, with an example of an external ID where it has one. */
function trustFindings(template: Template, file: string, parsed: ParsedTemplate): readonly Finding[] {
  if (!template.methods.includes('role')) return [];
  const settings = settingsFor(template, 'role' satisfies Method);
  const own = template.byMethod?.role;
  const place = own?.principals === undefined ? '/principals' : '/byMethod/role/principals';
  const seen = new Set<string>();
  return Object.entries(settings.principals ?? {}).flatMap(([partition, principals]) => {
    const arns = principals
      .filter((principal) => principalKind(principal) !== 'own-role')
      .map((principal) => (/^\d{12}$/.test(principal) ? `arn:${partition}:iam::${principal}:root` : principal));
    if (arns.length === 0) return [];
    const trust: Statement = {
      Sid: 'Trust',
      Effect: 'Allow',
      Principal: { AWS: arns },
      Action: 'sts:AssumeRole',
      ...(settings.externalId?.mode === 'required'
        ? { Condition: { StringEquals: { 'sts:ExternalId': '9f86d081-884c-4d65-9a2f-eaa0c55ad015' } } }
        : {}),
    };
    const pointer = `${place}${pointerStep(partition)}`;
    return lintPolicy({ Version: '2012-10-17', Statement: [trust] }, { kind: 'trust', partition })
      .map((finding) => ({ ...finding, file, pointer, line: parsed.json.locate(pointer).line }))
      .filter((finding) => {
        const key = `${finding.id} ${finding.pointer}`;
        return !seen.has(key) && seen.add(key) !== undefined;
      });
  });
}
