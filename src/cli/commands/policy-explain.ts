import { S3ConnectError } from '../../errors.js';
import { explain } from '../../policy/explain.js';
import type { EvaluationCase, EvaluationRequest, Layer, PolicyDocument, PolicySet } from '../../policy/types.js';
import type { CommandContext } from '../context.js';
import { decisionLines, layerLines } from '../render/decision.js';
import { checkDocument, readDecidingFile } from './policy-files.js';
import { readLive } from './policy-live.js';
import { ACTION_FORM, isAccount, isAction, isPrincipal, isResource, PRINCIPAL_FORM } from './policy-request.js';

/** The flag of each document, by commander's name for it, and whether several may be given. */
const FILES: Readonly<
  Record<string, { readonly flag: string; readonly key: keyof PolicySet; readonly many: boolean }>
> = {
  trustPolicy: { flag: '--trust-policy', key: 'trustPolicy', many: false },
  identityPolicy: { flag: '--identity-policy', key: 'identityPolicies', many: true },
  boundary: { flag: '--boundary', key: 'permissionsBoundary', many: false },
  sessionPolicy: { flag: '--session-policy', key: 'sessionPolicies', many: true },
  bucketPolicy: { flag: '--bucket-policy', key: 'resourcePolicy', many: false },
  accessPointPolicy: { flag: '--access-point-policy', key: 'accessPointPolicy', many: false },
  keyPolicy: { flag: '--key-policy', key: 'keyPolicy', many: false },
  scp: { flag: '--scp', key: 'serviceControlPolicies', many: true },
  rcp: { flag: '--rcp', key: 'resourceControlPolicies', many: true },
};

type Options = Readonly<Record<string, unknown>>;

/** `policy explain`: layer by layer, why a principal may or may not do an action on a resource. */
export async function run(context: CommandContext, _args: readonly string[], options: Options): Promise<number> {
  const request = requestOf(context, options);
  const given = await readGiven(context, options);
  const live = given === undefined ? await readLive(await context.aws(), request) : undefined;
  const input: EvaluationCase = { ...(given ?? live?.policies), request: live?.request ?? request };
  const unknown: readonly Layer[] = live?.unknown ?? [];
  const answer = explain(input, { unknown });
  context.emit(answer, () => {
    const lines = [...decisionLines(input.request, answer, context.colours, context.width), ''];
    lines.push(...layerLines(answer.layers, answer, context.colours));
    if (unknown.includes(answer.layer))
      lines.push(`  ${context.colours.yellow("the answer rests on what can't be seen")}`);
    for (const note of live?.notes ?? []) lines.push(`  ${context.colours.dim(note)}`);
    return lines.join('\n');
  });
  return 0;
}

function requestOf(context: CommandContext, options: Options): EvaluationRequest {
  const needed = (key: string): string => {
    const value = options[key];
    if (typeof value === 'string' && value !== '') return value;
    return context.fail(`policy explain needs --${key}`, `--${key}`, 'It takes --principal, --action and --resource.');
  };
  const [principal, action, resource] = [needed('principal'), needed('action'), needed('resource')];
  const malformed = (flag: string, given: string, what: string): never => {
    throw new S3ConnectError('BadValue', `${flag} takes ${what}, not ${JSON.stringify(given)}`, {
      path: flag,
      hint: `Give ${what}.`,
    });
  };
  if (!isPrincipal(principal)) malformed('--principal', principal, PRINCIPAL_FORM);
  if (!isAction(action)) malformed('--action', action, ACTION_FORM);
  if (!isResource(resource)) malformed('--resource', resource, 'an ARN');
  const account = options.resourceAccount;
  if (account !== undefined && !isAccount(String(account)))
    malformed('--resource-account', String(account), 'the 12 digits of an account');
  return {
    principal,
    action,
    resource,
    ...(account === undefined ? {} : { resourceAccount: String(account) }),
    ...(options.bucket === undefined ? {} : { bucket: String(options.bucket) }),
    ...contextOf(list(options.context)),
  };
}

function contextOf(pairs: readonly string[]): { context?: Record<string, string | string[]> } {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0)
      throw new S3ConnectError('BadUsage', `--context takes k=v, not ${pair}`, {
        path: '--context',
        hint: 'such as --context s3:prefix=uploads/',
      });
    const key = pair.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), pair.slice(at + 1)]);
  }
  if (values.size === 0) return {};
  return {
    context: Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? all[0]! : all])),
  };
}

/** The documents of the flags; undefined where no flag names one, which means the live account. */
async function readGiven(context: CommandContext, options: Options): Promise<PolicySet | undefined> {
  const result: Record<string, unknown> = {};
  for (const [name, { flag, key, many }] of Object.entries(FILES)) {
    const files = list(options[name]);
    if (files.length === 0) continue;
    if (files.length > 1 && !many) context.fail(`${flag} can be given once`, flag, 'Leave out all but one.');
    const documents = await Promise.all(files.map((file) => readDocument(file, context.cwd)));
    result[key] = many ? documents : documents[0];
  }
  return Object.keys(result).length === 0 ? undefined : (result as PolicySet);
}

async function readDocument(file: string, cwd: string): Promise<PolicyDocument> {
  const { value, refuse } = await readDecidingFile(file, cwd);
  checkDocument(value, '', refuse);
  return value as PolicyDocument;
}

function list(value: unknown): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String);
}
