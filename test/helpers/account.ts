import { createAwsAccess } from '../../src/aws/access.js';
import type { AwsAccess } from '../../src/aws/ports.js';

/** AWS as somebody, for what a test sets up or breaks by hand. */
export function accessAs(env: Readonly<Record<string, string>>): AwsAccess {
  return createAwsAccess({
    profile: undefined,
    profileFromFlag: false,
    region: undefined,
    endpointUrl: undefined,
    concurrency: 8,
    env: { AWS_CONFIG_FILE: '/nowhere/config', AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials', ...env },
  });
}

/** A trust policy for one service, as roles of applications have it. */
export const SERVICE_TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
} as const;

/** A role made by hand, as others make them. */
export async function makeRole(access: AwsAccess, name: string): Promise<string> {
  return access.ports({}).iam.createRole({
    name,
    path: '/',
    description: undefined,
    maxSessionDuration: undefined,
    permissionsBoundary: undefined,
    trustPolicy: SERVICE_TRUST,
    tags: {},
  });
}
