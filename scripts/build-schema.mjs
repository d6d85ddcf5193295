// Writes schema/*.schema.json from the program's own schemas; `npm run schema` builds first.
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { publishedSchemas } from '../dist/connection/published.js';

const folder = new URL('../schema/', import.meta.url);

export async function writeSchemas() {
  for (const [file, text] of Object.entries(publishedSchemas())) await writeFile(new URL(file, folder), text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeSchemas();
