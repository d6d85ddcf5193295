import type { IAMClient } from '@aws-sdk/client-iam';
import type { Connect } from './call.js';
import { iamCalls } from './iam-calls.js';
import { groupPort } from './iam-groups.js';
import { policyPort } from './iam-policies.js';
import { rolePort } from './iam-roles.js';
import { userPort } from './iam-users.js';
import type { IamPort } from './ports.js';

/** The IAM calls (IAM API Reference); the SDK is loaded at the first of them. */
export function createIamPort(connect: Connect<IAMClient>): IamPort {
  const calls = iamCalls(connect);
  return { ...rolePort(calls), ...policyPort(calls), ...userPort(calls), ...groupPort(calls) };
}
