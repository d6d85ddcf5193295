import { FLOW_COMMANDS } from './flow.js';
import { RESOURCE_COMMANDS } from './resources.js';
import { TOOL_COMMANDS } from './tools.js';
import type { CommandDeclaration } from './types.js';

/** Every command of the contract, in the order of the help. */
export const COMMANDS: readonly CommandDeclaration[] = [...FLOW_COMMANDS, ...RESOURCE_COMMANDS, ...TOOL_COMMANDS];

/** What a group of sub-commands is about. */
export const GROUPS: Readonly<Record<string, string>> = {
  role: 'the role of a connection: create, show, list, delete',
  user: 'the IAM user of a connection: create, rotate, delete',
  bucket: 'the buckets of a connection: create, policy',
  cors: 'the CORS rules of a connection: set, show, check',
  'access-point': 'the access points of a connection: create, show, delete',
  template: 'templates: list, show, check, new',
  policy: 'policy documents: lint, explain, eval',
};
