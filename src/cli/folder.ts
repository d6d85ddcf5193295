import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never ends below a folder that exists and takes none
 * (`/proc`).
 *
 * @throws the file system's error where it can't be made
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await made(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  if (!(await made(folder))) await mkdir(folder);
}

/** False where the folder above is missing. */
async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
