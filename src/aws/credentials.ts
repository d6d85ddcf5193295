import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { S3ConnectError } from '../errors.js';
import type { AwsSettings } from './ports.js';

export interface CredentialSource {
  /** Same key, same credentials: clients are shared by it. */
  readonly key: string;
  readonly profile: string | undefined;
  provider(): Promise<AwsCredentialIdentity | AwsCredentialIdentityProvider>;
}

/**
 * Where credentials come from, in the order of the contract: `--profile`, keys or web identity in the environment,
 * the file's profile, `AWS_PROFILE`, the SDK's default chain.
 */
export function credentialSource(settings: AwsSettings, fileProfile: string | undefined): CredentialSource {
  const { env, askMfa } = settings;
  const fromProfile = (profile: string): CredentialSource => ({
    key: `profile:${profile}`,
    profile,
    async provider() {
      const { fromIni } = await import('@aws-sdk/credential-providers');
      return fromIni({
        profile,
        mfaCodeProvider: async (serial) => {
          if (askMfa !== undefined) return askMfa(serial);
          throw new S3ConnectError('NoCredentials', `Profile ${profile} asks for an MFA code of ${serial}`, {
            hint: 'Run at a terminal, or use a profile that needs no MFA code.',
            path: '--profile',
          });
        },
      });
    },
  });
  if (settings.profileFromFlag && settings.profile !== undefined) return fromProfile(settings.profile);
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  if (accessKeyId && secretAccessKey) {
    const sessionToken = env.AWS_SESSION_TOKEN;
    return {
      key: 'environment',
      profile: undefined,
      provider: async () => ({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }),
    };
  }
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) {
    return {
      key: 'web-identity',
      profile: undefined,
      async provider() {
        const { fromTokenFile } = await import('@aws-sdk/credential-providers');
        return fromTokenFile();
      },
    };
  }
  const profile = fileProfile ?? settings.profile ?? (env.AWS_PROFILE || undefined);
  if (profile !== undefined) return fromProfile(profile);
  return {
    key: 'default',
    profile: undefined,
    async provider() {
      const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
      return fromNodeProviderChain();
    },
  };
}
