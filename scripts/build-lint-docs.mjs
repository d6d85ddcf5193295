// Writes docs/lint.md from the rules in the code (after `npm run build`); a test asserts that it is up to date.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintDocs } from '../dist/policy/lint/docs.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await writeFile(join(root, 'docs/lint.md'), lintDocs());
