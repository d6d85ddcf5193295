import { randomBytes, randomUUID } from 'node:crypto';
import type { AssumedCredentials, StsPort } from '../../aws/ports.js';
import { S3ConnectError } from '../../errors.js';
import { type Answer, asDenied, undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';

export interface AssumeAnswer {
  readonly answer: Answer;
  readonly credentials: AssumedCredentials | undefined;
}

/** Sessions of verify begin so; `trust.verifiers` may use no other name. */
export const sessionName = (): string => `s3connect-verify-${randomBytes(6).toString('hex')}`;

/** AssumeRole as the caller: 403 is a denial, whether the role is missing or doesn't trust (STS API reference, AssumeRole). */
export async function askAssume(sts: StsPort, roleArn: string, externalId: string | undefined): Promise<AssumeAnswer> {
  try {
    const credentials = await sts.assumeRole({
      roleArn,
      sessionName: sessionName(),
      durationSeconds: 900,
      ...(externalId === undefined ? {} : { externalId }),
    });
    return {
      answer: { actual: 'allow', by: 'probe', code: null, detail: `AssumeRole of ${roleArn}` },
      credentials,
    };
  } catch (error) {
    if (!(error instanceof S3ConnectError)) throw error;
    const code = error.awsCode ?? error.code;
    if (asDenied(error) !== undefined) {
      return { answer: { actual: 'deny', by: 'probe', code, detail: error.message }, credentials: undefined };
    }
    if (error.code !== 'AwsError') throw error;
    return { answer: { actual: 'error', by: 'probe', code, detail: error.message }, credentials: undefined };
  }
}

/** One `assume.*` row as the vendor. */
export function probeAssume(sts: StsPort, roleArn: string, row: ExpectedRow): Promise<AssumeAnswer> {
  if (row.externalIdUnknown) {
    const answer = undecided('the external ID is not known here: give it with --external-id or in the file');
    return Promise.resolve({ answer, credentials: undefined });
  }
  switch (row.kind) {
    case 'assume.no-external-id':
      return askAssume(sts, roleArn, undefined);
    case 'assume.wrong-external-id':
      return askAssume(sts, roleArn, `s3connect-wrong-${randomUUID()}`);
    default:
      return askAssume(sts, roleArn, row.externalId);
  }
}
