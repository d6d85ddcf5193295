import { z } from 'zod';

const NAME = /^[a-z0-9][a-z0-9-]{0,47}$/;
const CONNECTION_NAME = 'lower-case letters, digits and hyphens, at most 48, not beginning with a hyphen';

export const methodSchema = z.enum(['role', 'existing-role', 'bucket-policy', 'user', 'anonymous']);
export const accessLevelSchema = z.enum(['input', 'output', 'read', 'list', 'write', 'delete']);
const useSchema = z.enum(['required', 'optional', 'none']);
export const parameterValueSchema = z.union([z.string(), z.boolean(), z.int(), z.array(z.string())]);

const actionSchema = z.strictObject({
  action: z.string().describe('A literal name of the action catalogue, such as s3:GetObject'),
  why: z.string().min(1, 'say what the vendor needs it for').describe('What the vendor needs it for'),
  prefix: z.boolean().optional().describe('false: not limited to the prefix'),
});

const actionsSchema = z.array(actionSchema).min(1, 'at least one action is needed');

const templateSettingsShape = {
  principals: z
    .record(
      z.string().regex(/^aws[a-z-]*$/, 'a partition, such as aws or aws-cn'),
      z.array(z.string()).min(1, 'at least one principal is needed'),
    )
    .optional()
    .describe('Who is let in, by partition'),
  externalId: z
    .strictObject({
      mode: z.enum(['required', 'optional', 'none']),
      issued: z.enum(['before-role', 'after-role', 'customer']).optional(),
    })
    .optional(),
  access: z
    .strictObject({
      input: actionsSchema.optional(),
      output: actionsSchema.optional(),
      read: actionsSchema.optional(),
      list: actionsSchema.optional(),
      write: actionsSchema.optional(),
      delete: actionsSchema.optional(),
    })
    .describe('What the template offers; each list is complete, the first is the default'),
  bucket: z
    .strictObject({
      objectOwnership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']).optional(),
      regions: z.array(z.string()).min(1, 'at least one region is needed').optional(),
      dots: z.boolean().optional().describe('false: the vendor refuses bucket names with dots'),
    })
    .optional(),
  role: z
    .strictObject({ name: z.string().optional(), fixed: z.boolean().optional(), description: z.string().optional() })
    .optional(),
  user: z.strictObject({ name: z.string().optional() }).optional(),
  policy: z
    .strictObject({
      kind: z.enum(['inline', 'managed']).optional(),
      name: z.string().optional(),
      description: z.string().optional(),
    })
    .optional(),
  cors: z
    .strictObject({
      use: useSchema,
      allowedOrigins: z.array(z.string()).optional(),
      allowedMethods: z.array(z.string()).optional(),
      allowedHeaders: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      maxAgeSeconds: z.int().min(0, 'not below 0').optional(),
      nullOrigin: z.boolean().optional().describe('Adds the literal null where allowedOrigins has no *'),
    })
    .optional(),
  accessPoint: z.strictObject({ use: useSchema }).optional(),
  notifications: z.strictObject({ use: useSchema, events: z.array(z.string()).optional() }).optional(),
  handoff: z
    .array(
      z.strictObject({
        title: z.string().min(1, 'give it a title'),
        per: z.enum(['connection', 'bucket']),
        methods: z.array(methodSchema).optional(),
        access: z.array(accessLevelSchema).optional(),
        fields: z.record(z.string(), z.unknown()),
        request: z
          .strictObject({
            method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
            url: z.string(),
            headers: z.record(z.string(), z.string()).optional(),
            body: z.unknown().optional(),
          })
          .optional(),
      }),
    )
    .optional()
    .describe('What to give to the vendor'),
};

const byMethodSettings = z.strictObject({ ...templateSettingsShape, access: templateSettingsShape.access.optional() });

/** The template file of the contract; what a schema can't say is checked in `template/rules`. */
export const templateSchema = z
  .strictObject({
    $schema: z.string().optional(),
    id: z.string().regex(NAME, CONNECTION_NAME),
    version: z.string().min(1, 'give it a version'),
    title: z.string().min(1, 'give it a title'),
    vendor: z.string().min(1, 'name the vendor'),
    docs: z.array(
      z.strictObject({
        title: z.string().min(1, 'give it a title'),
        url: z.string().regex(/^https?:\/\/[^\s]+$/, 'a web address'),
        checked: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-11-24'),
      }),
    ),
    parameters: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, beginning with a letter'),
        z.strictObject({
          description: z.string().min(1, 'describe the parameter'),
          type: z.enum(['string', 'boolean', 'integer', 'string[]']),
          enum: z.array(parameterValueSchema).min(1, 'at least one value is needed').optional(),
          default: parameterValueSchema.optional(),
          required: z.boolean().optional(),
          pattern: z.string().optional(),
        }),
      )
      .optional(),
    methods: z.array(methodSchema).min(1, 'at least one method is needed'),
    ...templateSettingsShape,
    byMethod: z
      .strictObject({
        role: byMethodSettings.optional(),
        'existing-role': byMethodSettings.optional(),
        'bucket-policy': byMethodSettings.optional(),
        user: byMethodSettings.optional(),
        anonymous: byMethodSettings.optional(),
      })
      .optional()
      .describe('Replaces the keys above for that method'),
  })
  .describe('A template of s3connect: what one vendor needs');

/**
 * The keys that a strict schema knows at a path, for did-you-mean.
 *
 * @param schema any of ours
 * @param path as zod gives it
 */
export function knownKeysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: z.ZodType | undefined = schema;
  for (const step of path) {
    current = unwrapOptional(current);
    if (current instanceof z.ZodObject) current = (current.shape as Record<string, z.ZodType>)[String(step)];
    else if (current instanceof z.ZodRecord) current = current.valueType as z.ZodType;
    else if (current instanceof z.ZodArray) current = current.element as z.ZodType;
    else return [];
  }
  current = unwrapOptional(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape as object) : [];
}

function unwrapOptional(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}
