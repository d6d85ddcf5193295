import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

export const CUSTOMER = '111122223333';

/** A sandbox in this process, with what the tests ask of it. */
export interface TestSandbox extends RunningSandbox {
  /** `/_sandbox/state` as text, to compare to the byte. */
  state(): Promise<string>;
  /** Environment of any principal: a user or role of any account. */
  envFor(principal: string): Promise<Record<string, string>>;
  reset(): Promise<void>;
}

/** Starts a sandbox in this process; close it at the end. */
export async function testSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox(options);
  return {
    ...sandbox,
    credentialsFor: (principal) => sandbox.credentialsFor(principal),
    close: () => sandbox.close(),
    state: async () => (await fetch(`${sandbox.endpoint}/_sandbox/state`)).text(),
    reset: async () => {
      await fetch(`${sandbox.endpoint}/_sandbox/reset`, { method: 'POST' });
    },
    envFor: async (principal) => {
      const credentials = await sandbox.credentialsFor(principal);
      return {
        ...sandbox.env,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      };
    },
  };
}
