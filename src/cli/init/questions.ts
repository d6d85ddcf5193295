import type { ConnectionFlags } from '../../connection/types.js';
import type { AccessLevel, Method, Template, TemplateParameter } from '../../template/types.js';
import type { Choice, Prompter } from '../prompter.js';
import type { AccountView } from './account.js';
import { givenParameters, type Needs, needsOf } from './needs.js';
import * as valid from './validators.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const METHODS: Readonly<Record<Method, string>> = {
  role: 'a new role that the vendor assumes (no secrets)',
  'existing-role': 'a role that is already there gets the rights',
  'bucket-policy': 'the bucket lets the principal in, nothing in IAM',
  user: 'an IAM user with an access key',
  anonymous: 'everybody may read, without credentials',
};

/** Asks which template, unless a flag says it. */
export async function askTemplate(prompter: Prompter, templates: readonly Template[]): Promise<string> {
  return prompter.select(
    'Which service do you want to connect?',
    templates.map((each) => ({ name: `${each.title} (${each.id})`, value: each.id })),
  );
}

/**
 * Asks for everything that a connection needs and no flag has said.
 *
 * @returns the flags with the answers in them: what the wizard does can be done again from a script
 */
export async function askConnection(
  prompter: Prompter,
  template: Template,
  given: ConnectionFlags,
  account: AccountView,
  takenNames: readonly string[],
): Promise<ConnectionFlags> {
  const flags: Mutable<ConnectionFlags> = { ...given };
  flags.method ??= await askMethod(prompter, template);
  const needs = needsOf(template, flags.method as Method);
  const firstName = takenNames.includes(template.id) ? undefined : template.id;
  flags.name ??= await prompter.input('Name of this connection', {
    ...(firstName === undefined ? {} : { default: firstName }),
    validate: valid.connectionName(takenNames),
  });
  if (flags.bucket === undefined) await askBuckets(prompter, needs, account, flags);
  if (needs.method === 'existing-role' && flags.roleName === undefined) {
    flags.roleName = await askExistingRole(prompter, needs, account);
  }
  if (needs.principals && flags.principal === undefined) {
    const answer = await prompter.input(
      'Who gets access? (account id, user or role ARN, role/GLOB; several with commas)',
      {
        validate: (value) => (value.trim() === '' ? 'somebody has to be named' : valid.eachOf(valid.principal)(value)),
      },
    );
    flags.principal = valid.split(answer);
  }
  await askExtras(prompter, needs, flags);
  const parameters = await askParameters(prompter, needs, flags);
  if (parameters.length > 0) flags.param = [...(flags.param ?? []), ...parameters];
  return flags;
}

async function askMethod(prompter: Prompter, template: Template): Promise<Method> {
  if (template.methods.length === 1) return template.methods[0]!;
  return prompter.select(
    'How is it to get access?',
    template.methods.map((method) => ({ name: `${method}: ${METHODS[method]}`, value: method })),
  );
}

async function askBuckets(
  prompter: Prompter,
  needs: Needs,
  account: AccountView,
  flags: Mutable<ConnectionFlags>,
): Promise<void> {
  const buckets: string[] = [];
  do {
    const name = await askBucketName(prompter, account);
    if (account.buckets !== undefined && !account.buckets.includes(name) && flags.createBucket !== true) {
      const create = await prompter.confirm(`You have no bucket ${name}. Create it?`, true);
      if (create) flags.createBucket = true;
    }
    const access = await askAccess(prompter, needs);
    const folder = await prompter.input('Only under which prefix? (empty: the whole bucket)', {
      validate: valid.prefix,
    });
    buckets.push(`${name}:${access.join('+')}${folder === '' ? '' : `:${folder}`}`);
  } while (await prompter.confirm('Another bucket?', false));
  flags.bucket = buckets;
}

const OTHER = Symbol('another name');

async function askBucketName(prompter: Prompter, account: AccountView): Promise<string> {
  const known = account.buckets ?? [];
  if (known.length > 0) {
    const choices: Choice<string | typeof OTHER>[] = [
      ...known.map((name) => ({ name, value: name })),
      { name: 'another name …', value: OTHER },
    ];
    const chosen = await prompter.select('Which bucket?', choices);
    if (chosen !== OTHER) return chosen;
  }
  return prompter.input('Name of the bucket', { validate: valid.bucketName });
}

async function askAccess(prompter: Prompter, needs: Needs): Promise<readonly AccessLevel[]> {
  const offered = Object.keys(needs.settings.access) as AccessLevel[];
  const whole: readonly AccessLevel[] = offered.filter((each) => each === 'input' || each === 'output');
  if (offered.length === 1) return offered;
  if (whole.length === offered.length) {
    return [
      await prompter.select(
        'What may it do there?',
        whole.map((each) => ({ name: describe(needs, each), value: each })),
      ),
    ];
  }
  const parts = offered.filter((each) => !whole.includes(each));
  const byParts = Symbol('by parts');
  if (whole.length > 0) {
    const choice = await prompter.select<AccessLevel | typeof byParts>('What may it do there?', [
      ...whole.map((each) => ({ name: describe(needs, each), value: each })),
      { name: `choose from ${parts.join(', ')}`, value: byParts },
    ]);
    if (choice !== byParts) return [choice];
  }
  return prompter.several(
    'What may it do there?',
    parts.map((each) => ({ name: describe(needs, each), value: each })),
    { required: true, chosen: parts.slice(0, 1) },
  );
}

function describe(needs: Needs, level: AccessLevel): string {
  const actions = (needs.settings.access[level] ?? []).map((each) => each.action.replace(/^s3:/, ''));
  return `${level} (${actions.join(', ')})`;
}

async function askExistingRole(prompter: Prompter, needs: Needs, account: AccountView): Promise<string> {
  const roles = (await account.roles()) ?? [];
  if (roles.length > 0) {
    const choices: Choice<string | typeof OTHER>[] = [
      ...roles.map((name) => ({ name, value: name })),
      { name: 'a pattern such as app-*-task …', value: OTHER },
    ];
    const chosen = await prompter.select('Which role?', choices);
    if (chosen !== OTHER) return chosen;
  }
  const name = needs.settings.role?.name;
  return prompter.input('Name of the role, * for anything', {
    ...(name === undefined ? {} : { default: name }),
    validate: valid.roleGlob,
  });
}

type Extra = 'cors' | 'accessPoint' | 'notifications';

const EXTRAS: Readonly<Record<Extra, string>> = {
  cors: 'CORS, for web pages that load from the bucket',
  accessPoint: 'an access point in front of the bucket',
  notifications: 'notifications of new files through SNS',
};

/** What the template requires, and of what it leaves open the things that the user wants. */
async function wantedExtras(prompter: Prompter, needs: Needs, flags: ConnectionFlags): Promise<ReadonlySet<Extra>> {
  const given = { cors: flags.origin, accessPoint: flags.accessPoint, notifications: flags.snsTopic };
  const uses = (Object.keys(EXTRAS) as Extra[]).filter((extra) => given[extra] === undefined);
  const required = uses.filter((extra) => needs.settings[extra]?.use === 'required');
  const open = uses.filter((extra) => needs.settings[extra]?.use === 'optional');
  if (open.length === 0) return new Set(required);
  const chosen = await prompter.several(
    'Anything of this? (space chooses, Enter goes on)',
    open.map((extra) => ({ name: EXTRAS[extra], value: extra })),
    { required: false },
  );
  return new Set([...required, ...chosen]);
}

async function askExtras(prompter: Prompter, needs: Needs, flags: Mutable<ConnectionFlags>): Promise<void> {
  const wanted = await wantedExtras(prompter, needs, flags);
  if (wanted.has('cors')) {
    const byDefault = needs.settings.cors?.allowedOrigins?.join(', ');
    const answer = await prompter.input('Web origins that load from the bucket (several with commas)', {
      ...(byDefault === undefined ? {} : { default: byDefault }),
      validate: (value) => (value.trim() === '' ? 'at least one' : valid.eachOf(valid.origin)(value)),
    });
    flags.origin = valid.split(answer);
  }
  if (wanted.has('accessPoint')) {
    flags.accessPoint = await prompter.input('Name of the access point', {
      ...(flags.name === undefined ? {} : { default: flags.name }),
      validate: valid.resourceName,
    });
  }
  if (wanted.has('notifications')) {
    flags.snsTopic = await prompter.input('Name of the SNS topic', { validate: valid.resourceName });
  }
}

/** Asks for the values that have to be known, and for the others where the user wants to set them. */
async function askParameters(prompter: Prompter, needs: Needs, flags: ConnectionFlags): Promise<readonly string[]> {
  const known = givenParameters(flags);
  const open = needs.parameters.filter(([name]) => !known.includes(name));
  const needed = open.filter(([, each]) => each.required === true && each.default === undefined);
  const others = open.filter((each) => !needed.includes(each));
  const answers: string[] = [];
  const ask = async (parameters: Needs['parameters'], must: boolean) => {
    for (const [name, parameter] of parameters) {
      const answer = await askParameter(prompter, name, parameter, must);
      if (answer !== '' && answer !== String(parameter.default)) answers.push(`${name}=${answer}`);
    }
  };
  await ask(needed, true);
  const names = others.map(([name]) => name).join(', ');
  if (others.length > 0 && (await prompter.confirm(`Set what may be left as it is (${names})?`, false))) {
    await ask(others, false);
  }
  return answers;
}

async function askParameter(
  prompter: Prompter,
  name: string,
  parameter: TemplateParameter,
  must: boolean,
): Promise<string> {
  const message = `${name}: ${parameter.description}`;
  if (parameter.enum === undefined) {
    return prompter.input(`${message}${must ? '' : ' (may be empty)'}`, {
      ...(parameter.default === undefined ? {} : { default: String(parameter.default) }),
      validate: (value) => parameterVerdict(value.trim(), parameter, must),
    });
  }
  const values = parameter.enum.map(String);
  if (parameter.type === 'string[]') {
    const choices = values.map((each) => ({ name: each, value: each }));
    return (await prompter.several(message, choices, { required: must })).join(',');
  }
  const first = parameter.default === undefined ? [] : [String(parameter.default)];
  const ordered = [...first, ...values.filter((each) => !first.includes(each))];
  const none = must || parameter.default !== undefined ? [] : [{ name: '(leave it out)', value: '' }];
  return prompter.select(message, [...none, ...ordered.map((each) => ({ name: each, value: each }))]);
}

function parameterVerdict(value: string, parameter: TemplateParameter, must: boolean): true | string {
  if (value === '') return must ? 'the template needs it' : true;
  if (parameter.type === 'integer' && !/^-?\d+$/.test(value)) return 'a whole number';
  if (parameter.type === 'boolean' && value !== 'true' && value !== 'false') return 'true or false';
  return true;
}
