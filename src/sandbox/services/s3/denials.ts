import type { Decision } from '../../../policy/types.js';
import { denialReason } from '../../protocol/denial.js';
import type { Caller, WireError } from '../../types.js';
import { s3Error } from './errors.js';

export interface Refused {
  readonly action: string;
  readonly resource: string;
  /** The resource's account. */
  readonly account: string;
  readonly decision: Decision;
}

/**
 * AccessDenied: with the reason for callers of the resource's account, bare for all others (S3 User Guide,
 * "Troubleshoot access denied (403 Forbidden) errors").
 */
export function denial(caller: Caller, refused: Refused | undefined): WireError {
  if (refused === undefined || caller.arn === '*' || caller.account !== refused.account) return s3Error('AccessDenied');
  const { action, resource, decision } = refused;
  return s3Error('AccessDenied', {
    message: `User: ${caller.arn} is not authorized to perform: ${action} on resource: "${resource}" ${denialReason(decision, action)}`,
  });
}
