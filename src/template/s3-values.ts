import { hasControls, printable } from './text.js';

/** What is wrong with a value: a sentence and a remedy. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
}

const fault = (message: string, hint: string): Fault => ({ message, hint });

/** S3's own limits for one CORS configuration (API reference, PutBucketCors). */
const CORS_METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

/** Everything that S3 can tell (API reference, NotificationConfiguration, "Event"). */
export const S3_EVENTS: readonly string[] = [
  's3:ReducedRedundancyLostObject',
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectRestore:*',
  's3:ObjectRestore:Post',
  's3:ObjectRestore:Completed',
  's3:ObjectRestore:Delete',
  's3:Replication:*',
  's3:Replication:OperationFailedReplication',
  's3:Replication:OperationNotTracked',
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationReplicatedAfterThreshold',
  's3:LifecycleTransition',
  's3:IntelligentTiering',
  's3:ObjectAcl:Put',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
];

/** S3 User Guide, "Elements of a CORS configuration". */
export function originFault(origin: string): Fault | undefined {
  const shown = printable(origin);
  if (origin === '*' || origin === 'null') return undefined;
  if (origin.split('*').length > 2)
    return fault(`the origin "${shown}" has more than one *`, 'S3 allows one * in each origin.');
  if (/^https?:\/\/[^\s/?#@"'<>$]+$/.test(origin) && !hasControls(origin)) return undefined;
  if (/^https?:\/\/[^/]+\/.*$/.test(origin)) {
    return fault(
      `the origin "${shown}" has a slash or path at its end`,
      'A browser sends scheme, host and port only: https://av.example.com.',
    );
  }
  return fault(`"${shown}" is no origin`, 'Write scheme and host: https://av.example.com, or *.');
}

export function corsMethodFault(method: string): Fault | undefined {
  if (CORS_METHODS.includes(method)) return undefined;
  return fault(`S3 allows no method "${printable(method)}" in CORS`, `Use ${CORS_METHODS.join(', ')}.`);
}

export function corsHeaderFault(header: string, wildcard: boolean): Fault | undefined {
  if (wildcard && header.split('*').length > 2) {
    return fault(`the header "${printable(header)}" has more than one *`, 'S3 allows one * in each header.');
  }
  const name = wildcard ? header.replace('*', 'x') : header;
  if (/^[A-Za-z0-9!#$%&'+.^_`|~-]+$/.test(name)) return undefined;
  return fault(
    `"${printable(header)}" is no name of a header`,
    wildcard ? 'Give names of headers, or *.' : 'List the headers by name.',
  );
}
