import { z } from 'zod';
import { accessLevelSchema, methodSchema, parameterValueSchema } from '../template/schema.js';

export const CONNECTION_NAME = /^[a-z0-9][a-z0-9-]{0,47}$/;
const NAME_RULE = 'lower-case letters, digits and hyphens, at most 48, not beginning with a hyphen';

const accountSchema = z.string().regex(/^\d{12}$/, 'an account id has 12 digits');
const tagsSchema = z.record(z.string(), z.string());
const paramsSchema = z.record(z.string(), parameterValueSchema);

const bucketSchema = z.strictObject({
  name: z.string().describe('Name of the bucket'),
  access: z
    .union(
      [accessLevelSchema, z.array(accessLevelSchema)],
      'It is "input", "output", or a list of read, list, write, delete.',
    )
    .optional()
    .describe('input or output, or a list out of read, list, write, delete'),
  prefix: z.string().optional().describe('A folder; a missing final / is added'),
  create: z.boolean().optional().describe('Creates a missing bucket'),
  confine: z.boolean().optional().describe('An explicit Deny outside the prefix'),
  account: accountSchema.optional().describe("The bucket's account, where it differs"),
  profile: z.string().optional(),
  region: z.string().optional(),
  params: paramsSchema.optional().describe('Values of template parameters for this bucket'),
  kmsKeyArns: z.array(z.string()).optional().describe('Not supported yet'),
  accessPoint: z
    .strictObject({ name: z.string(), vpcId: z.string().optional(), direct: z.boolean().optional() })
    .optional(),
  cors: z
    .strictObject({
      allowedOrigins: z.array(z.string()),
      allowedMethods: z.array(z.string()).optional(),
      allowedHeaders: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      maxAgeSeconds: z.int().min(0, 'not below 0').optional(),
    })
    .optional(),
  notifications: z
    .strictObject({
      snsTopic: z.string().describe('Name or ARN of the topic'),
      events: z.array(z.string()).optional(),
      suffix: z.string().optional(),
      subscribe: z.string().optional().describe('https URL that gets the messages'),
    })
    .optional(),
  publicPlayback: z.boolean().optional().describe('Anonymous GetObject under the prefix'),
});

/** One connection of the file, or what flags make of it. */
export const connectionSchema = z.strictObject({
  template: z.string().describe('id of a built-in template, a path, or npm:PACKAGE[/FILE]'),
  method: methodSchema.optional(),
  account: accountSchema.optional().describe("The customer's account: a guard"),
  profile: z.string().optional(),
  region: z.string().optional(),
  role: z
    .strictObject({
      name: z.string().optional(),
      path: z.string().optional(),
      description: z.string().optional(),
      permissionsBoundary: z.string().optional(),
      maxSessionDuration: z
        .int()
        .min(3600, 'a session lasts 3600 to 43200 seconds')
        .max(43_200, 'a session lasts 3600 to 43200 seconds')
        .optional(),
    })
    .optional(),
  user: z
    .strictObject({
      name: z.string().optional(),
      path: z.string().optional(),
      permissionsBoundary: z.string().optional(),
    })
    .optional(),
  policy: z
    .strictObject({
      kind: z.enum(['inline', 'managed']).optional(),
      name: z.string().optional(),
      description: z.string().optional(),
    })
    .optional(),
  trust: z
    .strictObject({
      principals: z.array(z.string()).optional(),
      externalIds: z.array(z.string()).optional(),
      verifiers: z.array(z.string()).optional(),
    })
    .optional(),
  params: paramsSchema.optional().describe('Values of template parameters'),
  pinAccount: z.boolean().optional(),
  tags: tagsSchema.optional(),
  buckets: z.array(bucketSchema).min(1, 'at least one bucket is needed'),
});

/** The connections file of the contract. */
export const connectionsSchema = z
  .strictObject({
    $schema: z.string().optional(),
    namespace: z.string().regex(CONNECTION_NAME, NAME_RULE).optional().describe('Keeps two files of one account apart'),
    defaults: z
      .strictObject({
        account: accountSchema.optional(),
        profile: z.string().optional(),
        region: z.string().optional(),
        tags: tagsSchema.optional(),
      })
      .optional(),
    connections: z.record(z.string().regex(CONNECTION_NAME, NAME_RULE), connectionSchema),
  })
  .describe('The connections file of s3connect');
