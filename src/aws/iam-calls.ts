import type { IAMClient } from '@aws-sdk/client-iam';
import { ask, askMaybe, type Connect } from './call.js';

type Sdk = typeof import('@aws-sdk/client-iam');
export type Send<T> = (client: IAMClient, sdk: Sdk) => Promise<T>;

/** The two ways of asking IAM: absence is an error, or a normal answer. */
export interface IamCalls {
  does<T>(action: string, send: Send<T>): Promise<T>;
  /** Undefined on NoSuchEntity. */
  finds<T>(action: string, send: Send<T>): Promise<T | undefined>;
}

const ABSENT = ['NoSuchEntity', 'NoSuchEntityException'];

/** The SDK is loaded at the first call. */
export function iamCalls(connect: Connect<IAMClient>): IamCalls {
  const open = async (): Promise<[IAMClient, Sdk]> => Promise.all([connect(), import('@aws-sdk/client-iam')]);
  return {
    does: (action, send) => ask(`iam:${action}`, connect.profile, async () => send(...(await open()))),
    finds: (action, send) => askMaybe(`iam:${action}`, connect.profile, ABSENT, async () => send(...(await open()))),
  };
}
