import { CONNECTION_FLAGS } from './flags.js';
import { type CommandDeclaration, flag, repeated } from './types.js';

/** Templates, policies, the sandbox and what helps a person along. */
export const TOOL_COMMANDS: readonly CommandDeclaration[] = [
  {
    name: 'template list',
    summary: 'built-in templates',
    examples: ['s3connect template list', 's3connect template list --json'],
    load: () => import('../commands/template-list.js'),
  },
  {
    name: 'template show',
    arguments: '<id>',
    summary: 'one template: who gets what, and why',
    examples: ['s3connect template show bitmovin-analytics-output', 's3connect template show ./vendor.json --json'],
    load: () => import('../commands/template-show.js'),
  },
  {
    name: 'template check',
    arguments: '<file>',
    summary: 'validate and lint a template file',
    examples: ['s3connect template check ./vendor.json'],
    load: () => import('../commands/template-check.js'),
  },
  {
    name: 'template new',
    arguments: '<file>',
    summary: 'write a new template file to start from',
    examples: ['s3connect template new ./vendor.json'],
    load: () => import('../commands/template-new.js'),
  },
  {
    name: 'policy lint',
    arguments: '<file...>',
    summary: 'findings in policy documents',
    flags: [
      flag('--kind <kind>', 'trust, identity, bucket, access-point, topic or key (guessed when absent)'),
      flag('--account <id>', "one's own account (without it every account is foreign)"),
      flag('--partition <partition>', 'aws, aws-cn or aws-us-gov'),
      flag('--format <format>', 'sarif'),
    ],
    examples: ['s3connect policy lint policy.json', 's3connect policy lint --kind bucket --format sarif *.json'],
    load: () => import('../commands/policy-lint.js'),
  },
  {
    name: 'policy explain',
    summary: 'why a principal may or may not do an action on a resource',
    about: 'On the given documents, or without any on the live account.',
    flags: [
      flag('--principal <principal>', 'ARN, service name or *'),
      flag('--action <action>', 'such as s3:GetObject'),
      flag('--resource <arn>', 'ARN of the bucket, object, access point, role …'),
      repeated('--context <k=v...>', 'a condition key and its value'),
      repeated('--trust-policy <file>', 'trust policy of the role'),
      repeated('--identity-policy <file...>', 'policy of the principal'),
      repeated('--boundary <file>', 'permissions boundary'),
      repeated('--session-policy <file...>', 'policy of the session'),
      repeated('--bucket-policy <file>', 'policy of the bucket or of another resource'),
      repeated('--access-point-policy <file>', 'policy of the access point'),
      repeated('--key-policy <file>', 'policy of the KMS key'),
      repeated('--scp <file...>', 'service control policy'),
      repeated('--rcp <file...>', 'resource control policy'),
      flag('--resource-account <id>', 'account that owns the resource'),
      flag('--bucket <name>', 'bucket behind an access point'),
    ],
    examples: [
      's3connect policy explain --principal arn:aws:iam::111122223333:user/ann --action s3:PutObject ' +
        '--resource arn:aws:s3:::acme/uploads/a --identity-policy policy.json',
      's3connect policy explain --principal arn:aws:iam::111122223333:role/media --action s3:GetObject ' +
        '--resource arn:aws:s3:::acme/a --context aws:SecureTransport=true',
    ],
    load: () => import('../commands/policy-explain.js'),
  },
  {
    name: 'policy eval',
    arguments: '<file>',
    summary: 'the evaluator on a case file',
    examples: ['s3connect policy eval case.json --json'],
    load: () => import('../commands/policy-eval.js'),
  },
  {
    name: 'sandbox',
    arguments: '[command...]',
    summary: 'a local AWS endpoint that enforces policies',
    about: 'Runs until interrupted, or with `-- COMMAND…` as long as that command, with the environment set.',
    flags: [
      flag('--port <n>', 'port on 127.0.0.1 (default: a free one)'),
      flag('--account <id>', 'the account that you are administrator of (default: 111122223333)'),
      flag('--propagation <seconds>', 'what is new in IAM becomes visible after up to this time'),
      flag('--latency <ms>', 'delay every answer'),
      flag('--seed <n>', 'make both repeatable'),
    ],
    examples: ['s3connect sandbox', 's3connect sandbox --port 4566 --json', 's3connect sandbox -- aws s3 ls'],
    load: () => import('../commands/sandbox.js'),
  },
  {
    name: 'doctor',
    arguments: '[name...]',
    summary: 'who am I, and which permissions are missing for what I asked',
    flags: CONNECTION_FLAGS,
    examples: ['s3connect doctor', 's3connect doctor bitmovin-exports --json'],
    load: () => import('../commands/doctor.js'),
  },
  {
    name: 'completion',
    arguments: '<shell>',
    summary: 'shell completion for bash, zsh or fish',
    examples: [
      'source <(s3connect completion bash)',
      's3connect completion fish > ~/.config/fish/completions/s3connect.fish',
    ],
    load: () => import('../commands/completion.js'),
  },
];
