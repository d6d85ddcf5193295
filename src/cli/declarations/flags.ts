import { type FlagDeclaration, flag, repeated } from './types.js';

/** Before and after every command. */
export const GLOBAL_FLAGS: readonly FlagDeclaration[] = [
  flag('-f, --file <file>', 'the connections file (default: s3connect.json)'),
  flag('--profile <name>', 'AWS profile to use'),
  flag('--region <region>', 'AWS region'),
  flag('--endpoint-url <url>', 'another AWS endpoint, such as the sandbox'),
  flag('--json', 'one JSON document on stdout'),
  flag('--yes', 'confirm what would be asked'),
  flag('--no-input', 'never ask anything'),
  flag('--no-color', 'no colours (NO_COLOR works too)'),
  flag('-q, --quiet', 'results and errors only'),
  flag('-v, --verbose', 'every AWS call with its time'),
  flag('--concurrency <n>', 'AWS calls at a time (default: 8)'),
];

/** A connection from flags, or changes to the one of the file that --name names. */
export const CONNECTION_FLAGS: readonly FlagDeclaration[] = [
  flag('--name <name>', "the connection's name (default: the template's id)"),
  flag('--template <template>', 'built-in id, ./file.json or npm:PACKAGE[/FILE]'),
  flag('--method <method>', 'role, existing-role, bucket-policy, user or anonymous'),
  repeated('--bucket <bucket>', 'NAME[:ACCESS[:PREFIX]], ACCESS such as output or read+list'),
  flag('--create-bucket', 'make the buckets that are missing'),
  flag('--role-name <name>', 'name of the role (a glob for existing-role)'),
  flag('--user-name <name>', 'name of the IAM user'),
  repeated('--external-id <id>', 'external ID that the vendor sends'),
  repeated('--remove-external-id <id>', 'external ID to take away'),
  repeated('--principal <principal>', 'who gets access: account id, user or role ARN, role/GLOB'),
  repeated('--verifier <arn>', 'own identity that may assume the role to verify it'),
  repeated('--origin <origin>', 'CORS origin, for every bucket'),
  flag('--access-point <name>', 'access point in front of the bucket'),
  flag('--sns-topic <name>', 'SNS topic for event notifications'),
  repeated('--param <k=v>', 'value of a template parameter'),
];

export const SAVE: FlagDeclaration = flag('--save', 'write the connection back to the file, comments kept');
export const ADOPT: FlagDeclaration = flag('--adopt', 'take over a role, policy or user of that name');
export const ALLOW_PUBLIC: FlagDeclaration = flag('--allow-public', 'allow what opens a bucket to everybody');
export const EXPECT: FlagDeclaration = flag('--expect <fingerprint>', 'refuse when the plan is not the reviewed one');
export const SECRET_FILE: FlagDeclaration = flag(
  '--secret-file <file>',
  'where the access key is, or goes (mode 0600)',
);
export const ACCOUNT: FlagDeclaration = flag('--account <id>', '12-digit AWS account id; nothing is asked online');
export const PARTITION: FlagDeclaration = flag('--partition <partition>', 'aws, aws-cn or aws-us-gov (default: aws)');

export const WAIT: FlagDeclaration = flag(
  '--wait <seconds>',
  'ask again within this time before an answer counts (default: 10)',
);
