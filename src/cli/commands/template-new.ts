import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { S3ConnectError } from '../../errors.js';
import type { RunCommand } from '../context.js';

/** `template new`: a template file to start from, checked like any other; never overwrites. */
export const run: RunCommand = async (context, [file = '']) => {
  const path = resolve(context.cwd, file);
  const id = basename(path)
    .replace(/\.json$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 48);
  const { newTemplate } = await import('../../template/skeleton.js');
  try {
    await writeFile(path, newTemplate(id === '' ? 'vendor' : id), { flag: 'wx' });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = exists ? 'it is there already' : error instanceof Error ? error.message : String(error);
    throw new S3ConnectError('BadUsage', `${file} was not written: ${reason}.`, { path: file, cause: error });
  }
  context.emit({ file: path }, () => `wrote ${path}\nnext: s3connect template check ${file}`);
  return 0;
};
