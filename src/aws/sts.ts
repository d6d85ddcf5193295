import type { STSClient } from '@aws-sdk/client-sts';
import { ask, type Connect, given } from './call.js';
import type { StsPort } from './ports.js';

type Sdk = typeof import('@aws-sdk/client-sts');

/** The STS calls (AWS STS API Reference); GetCallerIdentity needs no permission. */
export function createStsPort(connect: Connect<STSClient>): StsPort {
  const does = <T>(action: string, send: (client: STSClient, sdk: Sdk) => Promise<T>): Promise<T> =>
    ask(`sts:${action}`, connect.profile, async () =>
      send(...(await Promise.all([connect(), import('@aws-sdk/client-sts')]))),
    );
  return {
    getCallerIdentity: () =>
      does('GetCallerIdentity', async (c, sdk) => {
        const { Account, Arn, UserId } = await c.send(new sdk.GetCallerIdentityCommand({}));
        return {
          account: given(Account, 'sts:GetCallerIdentity', 'Account'),
          arn: given(Arn, 'sts:GetCallerIdentity', 'Arn'),
          userId: UserId ?? '',
        };
      }),
    assumeRole: (input) =>
      does('AssumeRole', async (c, sdk) => {
        const { Credentials, AssumedRoleUser } = await c.send(
          new sdk.AssumeRoleCommand({
            RoleArn: input.roleArn,
            RoleSessionName: input.sessionName,
            ExternalId: input.externalId,
            DurationSeconds: input.durationSeconds,
          }),
        );
        return {
          accessKeyId: given(Credentials?.AccessKeyId, 'sts:AssumeRole', 'AccessKeyId'),
          secretAccessKey: given(Credentials?.SecretAccessKey, 'sts:AssumeRole', 'SecretAccessKey'),
          sessionToken: given(Credentials?.SessionToken, 'sts:AssumeRole', 'SessionToken'),
          assumedRoleArn: given(AssumedRoleUser?.Arn, 'sts:AssumeRole', 'AssumedRoleUser'),
        };
      }),
  };
}
