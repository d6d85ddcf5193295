import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { S3ConnectError } from '../../errors.js';
import type { RunCommand } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { findingLines } from '../render/findings.js';

/** The contract's bound for a template file. */
const LARGEST = 1024 * 1024;

/** `template check`: validates and lints a template file; exit code 1 where a finding is an error. */
export const run: RunCommand = async (context, [file = '']) => {
  const path = resolve(context.cwd, file);
  const content = await readTemplate(path, file);
  const { checkTemplate } = await import('../../template/check.js');
  const { findings } = checkTemplate(content, file);
  context.emit({ findings }, () =>
    findings.length === 0 ? context.colours.green('No findings.') : findingLines(findings, context.colours).join('\n'),
  );
  return findings.some((finding) => finding.severity === 'error') ? EXIT.failed : EXIT.ok;
};

async function readTemplate(path: string, file: string): Promise<string> {
  try {
    if ((await stat(path)).size > LARGEST) {
      throw new S3ConnectError('BadTemplate', `${file} is larger than 1 MB.`, { path: file });
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof S3ConnectError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new S3ConnectError('BadUsage', `${file} can't be read: ${reason}.`, { path: file, cause: error });
  }
}
