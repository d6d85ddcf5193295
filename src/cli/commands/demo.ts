import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsAccess } from '../../aws/ports.js';
import type { ResolvedConnection } from '../../connection/types.js';
import type { Plan } from '../../engine/types.js';
import type { Statement } from '../../policy/types.js';
import type { RunningSandbox } from '../../sandbox/index.js';
import type { Check, VerifyReport } from '../../verify/types.js';
import type { CommandContext, RunCommand } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { handoffsOf, renderHandoff } from '../render/handoff.js';
import { renderOutcome, renderPlan } from '../render/plan.js';
import { indent, plain } from '../render/text.js';
import { renderReport } from '../render/verification.js';

const NAME = 'bitmovin-exports';
const BUCKET = 'acme-bitmovin-exports';
const VENDOR = 'arn:aws:iam::630681592166:user/bitmovinCustomerS3Access';
const DROPPED = 's3:PutObject';

/** What the demo's customer has in s3connect.json. */
const FILE = {
  connections: {
    [NAME]: {
      template: 'bitmovin-analytics-output',
      account: '111122223333',
      trust: { externalIds: ['4f0c6b1e-9d1c-4c1f-8a57-0d9a1b2c3d4e'] },
      buckets: [{ name: BUCKET, access: 'output', prefix: 'analytics/', create: true }],
    },
  },
};

interface Step {
  readonly step: string;
  readonly ok: boolean;
}

/** `demo`: the whole flow against the sandbox, with no AWS account and whatever AWS settings the user has. */
export const run: RunCommand = async (context) => {
  const restore = hideAwsSettings();
  const folder = await mkdtemp(join(tmpdir(), 's3connect-demo-'));
  const { startSandbox } = await import('../../sandbox/index.js');
  const sandbox = await startSandbox();
  const opened: AwsAccess[] = [];
  try {
    const steps = await tellTheStory(context, sandbox, folder, opened);
    const ok = steps.every((step) => step.ok);
    context.emit({ steps, ok }, () => (ok ? '' : context.colours.red('The demo did not go as it should.')));
    return ok ? EXIT.ok : EXIT.failed;
  } finally {
    for (const access of opened) access.close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
    restore();
  }
};

/** The AWS SDK reads the environment by itself; the demo is to see nothing of the user's. */
function hideAwsSettings(): () => void {
  const hidden = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  for (const [name] of hidden) delete process.env[name];
  process.env.AWS_CONFIG_FILE = devNull;
  process.env.AWS_SHARED_CREDENTIALS_FILE = devNull;
  return () => {
    delete process.env.AWS_CONFIG_FILE;
    delete process.env.AWS_SHARED_CREDENTIALS_FILE;
    Object.assign(process.env, Object.fromEntries(hidden));
  };
}

async function accessAs(
  sandbox: RunningSandbox,
  who: Readonly<Record<string, string>>,
  opened: AwsAccess[],
): Promise<AwsAccess> {
  const { createAwsAccess } = await import('../../aws/access.js');
  const access = createAwsAccess({
    profile: undefined,
    profileFromFlag: false,
    region: sandbox.region,
    endpointUrl: sandbox.endpoint,
    concurrency: 8,
    env: { ...who, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull, AWS_EC2_METADATA_DISABLED: 'true' },
  });
  opened.push(access);
  return access;
}

async function vendorEnvironment(sandbox: RunningSandbox): Promise<Readonly<Record<string, string>>> {
  const credentials = await sandbox.credentialsFor(VENDOR);
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
}

async function tellTheStory(
  context: CommandContext,
  sandbox: RunningSandbox,
  folder: string,
  opened: AwsAccess[],
): Promise<readonly Step[]> {
  const { colours, width, signal } = context;
  const style = { colours, width };
  const steps: Step[] = [];
  const tell = (title: string, explanation: string) => {
    if (context.flags.json) return;
    context.print(`\n${colours.bold(`${steps.length + 1}. ${title}`)}`);
    context.print(colours.cyan(`   ${explanation}`));
  };
  const show = (text: string) => {
    if (!context.flags.json && !context.flags.quiet) context.print(indent(text.split('\n'), 3).join('\n'));
  };
  const done = (step: string, ok: boolean) => {
    signal.throwIfAborted();
    steps.push({ step, ok });
    if (!ok && !context.flags.json) context.print(colours.red('   This is not what was expected.'));
  };

  const [{ loadConnections }, { resolveConnections }, { prepare }, { execute }, { verify }] = await Promise.all([
    import('../../connection/load.js'),
    import('../../connection/resolve.js'),
    import('../../engine/prepare.js'),
    import('../../engine/execute.js'),
    import('../../verify/index.js'),
  ]);
  const customer = await accessAs(sandbox, sandbox.env, opened);
  const vendor = await accessAs(sandbox, await vendorEnvironment(sandbox), opened);
  const path = join(folder, 's3connect.json');
  await writeFile(path, `${JSON.stringify(FILE, null, 2)}\n`);
  const connections: readonly ResolvedConnection[] = await resolveConnections({
    file: await loadConnections(path),
    flags: {},
    names: [],
    cwd: folder,
  });
  const before = await stateOf(sandbox);
  const go = async (goal: 'present' | 'absent'): Promise<{ plan: Plan; outcome: Plan }> => {
    const prepared = await prepare({ connections, goal, aws: customer, signal });
    return { plan: prepared.plan, outcome: await execute(prepared, { signal }) };
  };
  const asVendor = (waitSeconds: number) => verify(connections, { aws: vendor, mode: 'assume', waitSeconds, signal });

  tell('A rehearsal', `A sandbox answers as AWS does at ${sandbox.endpoint}; account ${sandbox.account} is yours.`);
  show(JSON.stringify(FILE.connections[NAME], null, 2));
  done('sandbox', true);

  tell(
    's3connect apply',
    'The template and the file above become AWS documents; this is what is missing in the account.',
  );
  const first = await go('present');
  show(renderPlan(first.plan, style));
  done('apply', isDone(first.outcome));

  tell('s3connect handoff', 'This is what the vendor has to be told, with its API call.');
  show(renderHandoff(handoffsOf(first.outcome.connections), colours));
  done('handoff', true);

  tell('s3connect verify', 'The vendor assumes the role and tries what must work, and what must not.');
  const connected = await asVendor(10);
  show(renderReport(connected, style));
  done('verify', connected.ok);

  tell('An accident', `Somebody removes the statement with ${DROPPED} from the role's policy.`);
  done('break', await dropStatement(customer, connections[0]!));

  tell(
    's3connect verify',
    "The vendor's proof fails; your own side reads the policies and names the missing statement.",
  );
  const broken = await asVendor(1);
  show(renderReport(onlyFailures(broken), style));
  const explained = await verify(connections, { aws: customer, mode: 'simulate', waitSeconds: 1, signal });
  show(
    renderReport(
      onlyFailures(explained, (check) => check.id.startsWith('put:')),
      style,
    ),
  );
  const named = explained.connections[0]?.checks.some((check) => check.ok === false && check.because?.patch);
  done('verify broken', broken.connections[0]?.status === 'broken' && named === true);

  tell('s3connect apply', 'Apply puts back what differs from the file, and touches nothing else.');
  const repair = await go('present');
  show(renderPlan(repair.plan, style));
  done('repair', isDone(repair.outcome));

  tell('s3connect verify', 'And the proof holds again.');
  const repaired = await asVendor(10);
  show(`${plain(repaired.connections[0]?.status ?? '')}, ${repaired.connections[0]?.checks.length ?? 0} checks`);
  done('verify again', repaired.ok);

  tell('s3connect destroy', 'What apply made goes away, and nothing else.');
  const removed = await go('absent');
  show(renderOutcome(removed.outcome, style));
  const clean = (await stateOf(sandbox)) === before;
  show(clean ? colours.green('The account is as it was before, to the byte.') : 'Something was left behind.');
  done('destroy', isDone(removed.outcome) && clean);

  if (!context.flags.json) {
    context.print(
      `\nNext: ${colours.bold('s3connect init')} makes your own connection, ${colours.bold('s3connect sandbox')} lets you rehearse it.`,
    );
  }
  return steps;
}

const isDone = (plan: Plan): boolean =>
  plan.connections.every(
    (each) => each.error === undefined && each.changes.every((change) => change.status !== 'failed'),
  );

const onlyFailures = (report: VerifyReport, also: (check: Check) => boolean = () => true): VerifyReport => ({
  ...report,
  connections: report.connections.map((each) => ({
    ...each,
    checks: each.checks.filter((check) => check.ok === false && also(check)),
  })),
});

async function stateOf(sandbox: RunningSandbox): Promise<string> {
  const answer = await fetch(`${sandbox.endpoint}/_sandbox/state`);
  return answer.text();
}

/** Takes the statement with one action out of the role's inline policies, as a person would in the console. */
async function dropStatement(customer: AwsAccess, connection: ResolvedConnection): Promise<boolean> {
  const { iam } = customer.ports(connection.site);
  const { asList, statementsOf } = await import('../../policy/documents.js');
  const role = connection.role!.name;
  const names = (statement: Statement) => asList(statement.Action).includes(DROPPED);
  for (const policy of await iam.listRolePolicies(role)) {
    const document = await iam.getRolePolicy(role, policy);
    if (document === undefined || !statementsOf(document).some(names)) continue;
    const rest = statementsOf(document).filter((statement) => !names(statement));
    await iam.putRolePolicy(role, policy, { ...document, Statement: rest });
    return true;
  }
  return false;
}
