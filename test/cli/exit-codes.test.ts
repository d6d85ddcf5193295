import { describe, expect, it } from 'vitest';
import { asKnownError, exitCodeOf, highestExitCode } from '../../src/cli/exit-codes.js';
import type { ErrorCode } from '../../src/errors.js';

describe('exit codes', () => {
  it('follow the table of the contract', () => {
    const table: Record<ErrorCode, number> = {
      BadUsage: 2,
      BadFile: 2,
      BadTemplate: 2,
      BadValue: 2,
      UnknownTemplate: 2,
      UnknownConnection: 2,
      WrongAccount: 2,
      BucketNotFound: 2,
      BucketInOtherAccount: 2,
      RoleNotFound: 2,
      RoleAmbiguous: 2,
      NotOurs: 2,
      PublicNotAllowed: 2,
      ExternalIdMissing: 2,
      PlanChanged: 2,
      LockOut: 2,
      TooLarge: 2,
      NoCredentials: 4,
      ExpiredCredentials: 4,
      AccessDenied: 4,
      EndpointUnreachable: 1,
      AwsError: 1,
      Interrupted: 130,
    };
    for (const [code, exit] of Object.entries(table)) expect(exitCodeOf(code as ErrorCode), code).toBe(exit);
  });

  it('rank 4, 1, 2, 3 over several connections', () => {
    expect(highestExitCode([])).toBe(0);
    expect(highestExitCode([0, 0])).toBe(0);
    expect(highestExitCode([3, 0])).toBe(3);
    expect(highestExitCode([3, 2])).toBe(2);
    expect(highestExitCode([2, 1, 3])).toBe(1);
    expect(highestExitCode([1, 4, 2])).toBe(4);
    expect(highestExitCode([4, 130])).toBe(130);
  });

  it('take a broken-off prompt for an interruption and leave unknown errors alone', () => {
    const broken = new Error('User force closed the prompt');
    broken.name = 'ExitPromptError';
    expect(asKnownError(broken)).toMatchObject({ code: 'Interrupted' });
    const unknown = new TypeError('a defect');
    expect(asKnownError(unknown)).toBe(unknown);
  });
});
