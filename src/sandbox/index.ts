export interface SandboxOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly account?: string;
  readonly region?: string;
  readonly propagationSeconds?: number;
  readonly latencyMs?: number;
  readonly seed?: number;
  /** Epoch milliseconds; a test's own clock. */
  readonly clock?: () => number;
}

export interface RunningSandbox {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** Environment of an administrator of `account`. */
  readonly env: Readonly<Record<string, string>>;
  /** Credentials for a user, a role (a session of it) or an account's root. */
  credentialsFor(
    principalArn: string,
  ): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }>;
  close(): Promise<void>;
}

/**
 * Starts a local AWS endpoint (IAM, STS, S3, S3 Control, SNS) on 127.0.0.1 that enforces policies.
 *
 * @returns its address, an administrator's environment and a way to stop it
 * @throws S3ConnectError BadUsage where the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const { startServer } = await import('./server.js');
  return startServer(options);
}
