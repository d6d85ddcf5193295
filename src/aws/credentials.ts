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
 *
 * @param own the file's profile is a bucket's own, for another account: it goes first where this machine knows it (a
 *   vendor's doesn't)
 */
export function credentialSource(
  settings: AwsSettings,
  fileProfile: string | undefined,
  own = false,
): CredentialSource {
  if (own && fileProfile !== undefined) return ownSource(settings, fileProfile);
  const { env, askMfa } = settings;
  const fromProfile = (profile: string): CredentialSource => ({
    key: `profile:${profile}`,
    profile,
    async provider() {
      const { fromIni } = await import('@aws-sdk/credential-providers');
      return fromIni({
        profile,
        ...(env.AWS_SHARED_CREDENTIALS_FILE ? { filepath: env.AWS_SHARED_CREDENTIALS_FILE } : {}),
        ...(env.AWS_CONFIG_FILE ? { configFilepath: env.AWS_CONFIG_FILE } : {}),
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

/** The SDK's words where neither configuration file has the profile. */
const UNKNOWN_PROFILE = /^Could not resolve credentials using profile/;

function ownSource(settings: AwsSettings, profile: string): CredentialSource {
  const first = credentialSource({ ...settings, profile, profileFromFlag: true }, profile);
  return {
    key: `own:${profile}`,
    profile,
    async provider() {
      const provided = await first.provider();
      if (typeof provided !== 'function') return provided;
      return async () => {
        try {
          return await provided();
        } catch (e) {
          if (!(e instanceof Error) || !UNKNOWN_PROFILE.test(e.message)) throw e;
          const other = credentialSource(settings, undefined);
          if (other.profile === profile) throw e;
          const found = await other.provider();
          return typeof found === 'function' ? found() : found;
        }
      };
    },
  };
}
