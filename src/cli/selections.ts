import type { ResourceType } from '../connection/types.js';

/** Which kinds of resources a single-resource command is about. */
export const SELECTIONS = {
  role: ['role', 'role-policy', 'managed-policy'],
  user: ['user', 'user-policy', 'managed-policy', 'access-key'],
  bucket: ['bucket', 'public-access-block', 'ownership-controls'],
  bucketPolicy: ['bucket-policy'],
  cors: ['cors'],
  accessPoint: ['access-point', 'access-point-policy'],
} as const satisfies Readonly<Record<string, readonly ResourceType[]>>;
