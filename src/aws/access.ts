import type { AwsAccess, AwsSettings } from './ports.js';

/** Hands out the ports of one run; nothing of the SDK is loaded before a port's first call. */
export function createAwsAccess(_settings: AwsSettings): AwsAccess {
  throw new Error('not built yet');
}
