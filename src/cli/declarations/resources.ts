import { SELECTIONS } from '../selections.js';
import { ADOPT, ALLOW_PUBLIC, CONNECTION_FLAGS, EXPECT, SAVE, SECRET_FILE, WAIT } from './flags.js';
import { type CommandDeclaration, flag } from './types.js';

const APPLY_FLAGS = [...CONNECTION_FLAGS, SAVE, ADOPT, ALLOW_PUBLIC, EXPECT];

/** One kind of resource of a connection: the same flags, the same engine, a part of the plan. */
export const RESOURCE_COMMANDS: readonly CommandDeclaration[] = [
  {
    name: 'role create',
    arguments: '[name...]',
    summary: 'apply the role of a connection and its policies',
    flags: APPLY_FLAGS,
    examples: [
      's3connect role create bitmovin-exports',
      's3connect role create --template coactive --bucket acme-media',
    ],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.role),
  },
  {
    name: 'role show',
    arguments: '[name...]',
    summary: 'the role as it is in the account',
    flags: CONNECTION_FLAGS,
    examples: ['s3connect role show bitmovin-exports', 's3connect role show --role-name bitmovin-exports --json'],
    load: () => import('../commands/role-show.js'),
  },
  {
    name: 'role list',
    summary: 'the roles that s3connect made',
    examples: ['s3connect role list', 's3connect role list --json'],
    load: () => import('../commands/role-list.js'),
  },
  {
    name: 'role delete',
    arguments: '[name...]',
    summary: 'destroy the role of a connection and its policies',
    flags: CONNECTION_FLAGS,
    examples: ['s3connect role delete bitmovin-exports', 's3connect role delete --role-name bitmovin-exports --yes'],
    load: async () => (await import('../commands/destroy.js')).destroyOnly(SELECTIONS.role),
  },
  {
    name: 'user create',
    arguments: '[name...]',
    summary: 'apply the IAM user of a connection, its policy and access key',
    flags: [...APPLY_FLAGS, SECRET_FILE],
    examples: ['s3connect user create videsk', 's3connect user create videsk --secret-file ~/secrets/videsk'],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.user),
  },
  {
    name: 'user rotate',
    arguments: '<name>',
    summary: 'make a second access key; with --finish verify it and delete the old one',
    flags: [
      ...CONNECTION_FLAGS,
      SECRET_FILE,
      flag('--finish', 'verify the new key, then deactivate and delete the old'),
    ],
    examples: ['s3connect user rotate videsk --yes', 's3connect user rotate videsk --finish --yes'],
    load: () => import('../commands/user-rotate.js'),
  },
  {
    name: 'user delete',
    arguments: '[name...]',
    summary: 'destroy the IAM user of a connection, its policy and keys',
    flags: [...CONNECTION_FLAGS, SECRET_FILE],
    examples: ['s3connect user delete videsk --yes'],
    load: async () => (await import('../commands/destroy.js')).destroyOnly(SELECTIONS.user),
  },
  {
    name: 'bucket create',
    arguments: '[name...]',
    summary: 'apply the buckets of a connection, Block Public Access and ownership',
    flags: APPLY_FLAGS,
    examples: ['s3connect bucket create bitmovin-exports --yes'],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.bucket),
  },
  {
    name: 'bucket policy',
    arguments: '[name...]',
    summary: "apply a connection's statements in the bucket policies",
    flags: APPLY_FLAGS,
    examples: ['s3connect bucket policy accurate-video --yes'],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.bucketPolicy),
  },
  {
    name: 'cors set',
    arguments: '[name...]',
    summary: "apply a connection's CORS rules",
    flags: APPLY_FLAGS,
    examples: [
      's3connect cors set accurate-video',
      's3connect cors set accurate-video --origin https://av.acme.example',
    ],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.cors),
  },
  {
    name: 'cors show',
    arguments: '[name...]',
    summary: 'the CORS rules of the buckets of a connection',
    flags: CONNECTION_FLAGS,
    examples: ['s3connect cors show accurate-video --json'],
    load: () => import('../commands/cors-show.js'),
  },
  {
    name: 'cors check',
    arguments: '[name...]',
    summary: 'send real preflights and GETs with an Origin',
    flags: [...CONNECTION_FLAGS, WAIT],
    examples: ['s3connect cors check accurate-video', 's3connect cors check accurate-video --wait 0'],
    load: () => import('../commands/cors-check.js'),
  },
  {
    name: 'access-point create',
    arguments: '[name...]',
    summary: "apply a connection's access points and their policies",
    flags: APPLY_FLAGS,
    examples: ['s3connect access-point create videsk --yes'],
    load: async () => (await import('../commands/apply.js')).applyOnly(SELECTIONS.accessPoint),
  },
  {
    name: 'access-point show',
    arguments: '[name...]',
    summary: 'the access points of a connection as they are',
    flags: CONNECTION_FLAGS,
    examples: ['s3connect access-point show videsk --json'],
    load: () => import('../commands/access-point-show.js'),
  },
  {
    name: 'access-point delete',
    arguments: '[name...]',
    summary: "destroy a connection's access points",
    flags: CONNECTION_FLAGS,
    examples: ['s3connect access-point delete videsk --yes'],
    load: async () => (await import('../commands/destroy.js')).destroyOnly(SELECTIONS.accessPoint),
  },
];
