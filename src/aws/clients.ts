import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Pluggable } from '@smithy/types';
import { awsCodeOf, connectionErrorOf, httpStatusOf } from './errors.js';
import type { AwsCallRecord } from './ports.js';

/** Node 20 is supported; the SDK's notice about its end on stderr would be noise in every run and break `--json` users' logs. */
const NOTICE = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Must run before the first client is made: the SDK reads the switch from the process environment only. */
export function silenceNodeNotice(): void {
  process.env[NOTICE] ??= 'true';
}

/** One record per call (retries included) for `--verbose` and the benchmarks. */
export function recordCalls(onCall: (call: AwsCallRecord) => void, service: string): Pluggable<object, object> {
  return {
    applyToStack: (stack) => {
      stack.add(
        (next, context) => async (args) => {
          const begin = performance.now();
          const operation = String(context.commandName ?? 'unknown').replace(/Command$/, '');
          const report = (status: number | undefined, error: string | undefined): void =>
            onCall({ service, operation, ms: performance.now() - begin, status, error });
          try {
            const result = await next(args);
            report(httpStatusOf(result.output), undefined);
            return result;
          } catch (e) {
            report(httpStatusOf(e), awsCodeOf(e) ?? connectionErrorOf(e) ?? 'Error');
            throw e;
          }
        },
        { step: 'initialize', name: 's3connectRecordCalls', priority: 'high' },
      );
    },
  };
}

/** Adds one header to every request before it is signed. */
export function addHeader(name: string, value: string): Pluggable<object, object> {
  return {
    applyToStack: (stack) => {
      stack.add(
        (next) => async (args) => {
          const request = args.request as { headers?: Record<string, string> };
          if (request.headers !== undefined) request.headers[name] = value;
          return next(args);
        },
        { step: 'build', name: 's3connectAddHeader' },
      );
    },
  };
}

/** Lets requests go out unsigned, as anybody's. */
export function anonymous(): {
  readonly credentials: AwsCredentialIdentity;
  readonly signer: { sign<T>(request: T): Promise<T> };
} {
  return {
    credentials: { accessKeyId: 'anonymous', secretAccessKey: 'anonymous' },
    signer: { sign: async (request) => request },
  };
}

export type CredentialsOrProvider = AwsCredentialIdentity | AwsCredentialIdentityProvider;
