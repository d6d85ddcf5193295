import { z } from 'zod';
import { templateSchema } from '../template/schema.js';
import { connectionsSchema } from './schema.js';

const BASE = 'https://unpkg.com/s3connect/schema/';

function published(schema: z.ZodType, file: string, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'ref' });
  return `${JSON.stringify({ $schema, $id: `${BASE}${file}`, title, ...rest }, null, 2)}\n`;
}

/** The JSON Schemas that editors use, by file name; made from the very schemas that check the files. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  return {
    'connections.schema.json': published(connectionsSchema, 'connections.schema.json', 's3connect connections file'),
    'template.schema.json': published(templateSchema, 'template.schema.json', 's3connect template'),
  };
}
