import type { ConnectionFlags } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';

export type Options = Readonly<Record<string, unknown>>;

/** The text that a flag was given, if it was. */
export function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a flag without a value was given. */
export function given(options: Options, name: string): boolean {
  return options[name] === true;
}

/** The texts that a repeatable flag was given. */
export function texts(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A number of a flag, at least `least`. Throws BadUsage where the text is none. */
export function numberOf(options: Options, name: string, flag: string, least: number): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < least) {
    throw new S3ConnectError('BadUsage', `${flag} takes a number of at least ${least}, not '${value}'.`, {
      path: flag,
    });
  }
  return number;
}

/** Refuses a flag whose feature comes in a later version. */
export function notYet(options: Options, name: string, flag: string): void {
  if (options[name] === undefined) return;
  throw new S3ConnectError('BadUsage', `${flag} is not supported yet.`, { path: flag, hint: 'Leave it out.' });
}

/** An account id of a flag. Throws BadValue where it isn't 12 digits. */
export function accountOf(options: Options): string | undefined {
  const account = text(options, 'account');
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new S3ConnectError('BadValue', `--account takes a 12-digit account id, not '${account}'.`, {
      path: '--account',
    });
  }
  return account;
}

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'];

/** The partition of a flag. Throws BadValue for one that doesn't exist. */
export function partitionOf(options: Options): string | undefined {
  const partition = text(options, 'partition');
  if (partition !== undefined && !PARTITIONS.includes(partition)) {
    throw new S3ConnectError('BadValue', `--partition takes ${PARTITIONS.join(', ')}, not '${partition}'.`, {
      path: '--partition',
    });
  }
  return partition;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The flags that describe a connection, as the connection's room takes them. */
export function connectionFlags(options: Options): ConnectionFlags {
  const flags: Mutable<ConnectionFlags> = {};
  const single = ['name', 'template', 'method', 'roleName', 'userName', 'accessPoint', 'snsTopic'] as const;
  for (const name of single) {
    const value = text(options, name);
    if (value !== undefined) flags[name] = value;
  }
  const several = ['bucket', 'externalId', 'removeExternalId', 'principal', 'verifier', 'origin', 'param'] as const;
  for (const name of several) {
    const values = texts(options, name);
    if (values.length > 0) flags[name] = values;
  }
  if (given(options, 'createBucket')) flags.createBucket = true;
  return flags;
}
