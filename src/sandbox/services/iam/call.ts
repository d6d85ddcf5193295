import type { ContextValues } from '../../../policy/types.js';
import { authorize } from '../../protocol/authorize.js';
import { type QueryParameters, validationError } from '../../protocol/query.js';
import type { XmlNode } from '../../protocol/xml.js';
import type { World } from '../../store/types.js';
import { WireError, type WireRequest } from '../../types.js';

/** One call of the IAM API, after its parameters were read. */
export interface IamCall {
  readonly request: WireRequest;
  readonly world: World;
  readonly params: QueryParameters;
  /** The caller's account: IAM acts on no other. */
  readonly account: string;
}

/** The result element, or undefined for an action without one. */
export type IamAction = (call: IamCall) => XmlNode | undefined;

/**
 * Asks whether the caller may do an IAM action; the resource's account is the caller's own.
 *
 * @throws WireError AccessDenied
 */
export function may(call: IamCall, action: string, resource: string, context: ContextValues = {}): void {
  authorize(call.request, call.world, {
    action: `iam:${action}`,
    resource,
    resourceAccount: call.account,
    context,
  });
}

/** `arn:PARTITION:iam::ACCOUNT:REST` */
export function iamArn(call: IamCall, rest: string): string {
  return `arn:${call.world.partition}:iam::${call.account}:${rest}`;
}

/** 404 NoSuchEntity. */
export function noSuchEntity(message: string): WireError {
  return new WireError('NoSuchEntity', 404, message);
}

/** 409 LimitExceeded. */
export function limitExceeded(message: string): WireError {
  return new WireError('LimitExceeded', 409, message);
}

/** 409 DeleteConflict. */
export function deleteConflict(message: string): WireError {
  return new WireError('DeleteConflict', 409, message);
}

interface Shape {
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp;
  /** As AWS writes the pattern in its message. */
  readonly written: string;
}

const NAME: Omit<Shape, 'max'> = { min: 1, pattern: /^[\w+=,.@-]+$/, written: '[\\w+=,.@-]+' };

/** Lengths and patterns of the IAM service model (botocore iam: roleNameType, policyNameType, pathType …). */
export const SHAPES = {
  roleName: { ...NAME, max: 64 },
  userName: { ...NAME, max: 64 },
  policyName: { ...NAME, max: 128 },
  path: {
    min: 1,
    max: 512,
    pattern: /^(?:\/|\/[\x21-\x7e]+\/)$/,
    written: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
  },
  description: {
    min: 0,
    max: 1000,
    pattern: /^[\t\n\r\x20-\x7e\xa1-\xff]*$/,
    written: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
  },
  policyArn: { min: 20, max: 2048, pattern: /^arn:/, written: 'arn:' },
  tagKey: { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u, written: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' },
  tagValue: { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, written: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' },
} satisfies Readonly<Record<string, Shape>>;

/**
 * Checks a parameter against its shape.
 *
 * @throws WireError ValidationError (400)
 */
export function checked(shape: keyof typeof SHAPES, value: string, name: string = shape): string {
  const { min, max, pattern, written }: Shape = SHAPES[shape];
  const fail = (constraint: string): never => {
    throw validationError(
      `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${constraint}`,
    );
  };
  const length = [...value].length;
  if (length > max) fail(`Member must have length less than or equal to ${max}`);
  if (length < min) fail(`Member must have length greater than or equal to ${min}`);
  if (!pattern.test(value)) fail(`Member must satisfy regular expression pattern: ${written}`);
  return value;
}

/** `2026-11-24T17:00:00Z` */
export function timestamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * One page of a listing (`Marker`, `MaxItems`; "Paginating" of the IAM API Reference).
 *
 * @returns the page, and the elements that say whether there is more
 */
export function page<T>(call: IamCall, items: readonly T[]): { readonly items: readonly T[]; readonly more: XmlNode } {
  const max = Number(call.params.optional('MaxItems') ?? '100');
  if (!Number.isInteger(max) || max < 1 || max > 1000) {
    throw validationError(
      `1 validation error detected: Value '${max}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000`,
    );
  }
  const marker = call.params.optional('Marker');
  const start = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64').toString());
  if (!Number.isInteger(start) || start < 0) throw new WireError('ValidationError', 400, 'Invalid Marker.');
  const end = start + max;
  return end < items.length
    ? {
        items: items.slice(start, end),
        more: { IsTruncated: true, Marker: Buffer.from(String(end)).toString('base64') },
      }
    : { items: items.slice(start), more: { IsTruncated: false } };
}

/** `<NAME><member>…</member></NAME>`, also where there is none. */
export function members(items: readonly (XmlNode | string)[]): XmlNode {
  return { member: items };
}
