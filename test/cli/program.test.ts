import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/declarations/index.js';
import { createProgram, parseArguments } from '../../src/cli/program.js';
import { S3ConnectError } from '../../src/errors.js';

const parse = (line: string) => parseArguments(line.split(' '), '0.0.0');

function refusal(line: string): S3ConnectError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof S3ConnectError) return error;
    throw error;
  }
  throw new Error(`'${line}' was not refused`);
}

describe('the command line', () => {
  it('takes global flags before and after the command', () => {
    for (const line of ['--json plan a', 'plan --json a', 'plan a --json']) {
      const invocation = parse(line);
      expect(invocation?.command.name).toBe('plan');
      expect(invocation?.args).toEqual(['a']);
      expect(invocation?.globals.json).toBe(true);
      expect(invocation?.options).toEqual({});
    }
  });

  it('takes global flags around a sub-command', () => {
    const invocation = parse('--region eu-west-1 role -q show --role-name x --no-color');
    expect(invocation?.command.name).toBe('role show');
    expect(invocation?.options).toEqual({ roleName: 'x' });
    expect(invocation?.globals).toMatchObject({ region: 'eu-west-1', quiet: true, color: false });
  });

  it('collects flags that may be given several times', () => {
    const invocation = parse('plan --bucket a:input --bucket b:output:x/ --external-id 1234 --external-id 5678');
    expect(invocation?.options).toEqual({ bucket: ['a:input', 'b:output:x/'], externalId: ['1234', '5678'] });
  });

  it('leaves a command after -- alone, whatever flags of ours it has', () => {
    const invocation = parse('sandbox --port 0 -- aws s3 ls --region eu-west-1 --json');
    expect(invocation?.args).toEqual(['aws', 's3', 'ls', '--region', 'eu-west-1', '--json']);
    expect(invocation?.options).toEqual({ port: '0' });
    expect(invocation?.globals.json).toBeUndefined();
  });

  it('names the nearest command and flag', () => {
    expect(refusal('paln')).toMatchObject({ code: 'BadUsage', hint: 'Did you mean plan?' });
    expect(refusal('role lst')).toMatchObject({ code: 'BadUsage', hint: 'Did you mean list?' });
    expect(refusal('plan --exitcode')).toMatchObject({
      code: 'BadUsage',
      path: '--exitcode',
      hint: 'Did you mean --exit-code?',
    });
    expect(refusal('apply --bukcet x')).toMatchObject({ hint: 'Did you mean --bucket?' });
  });

  it('refuses a group without its command, a missing argument and a flag without its value', () => {
    expect(refusal('role')).toMatchObject({ code: 'BadUsage' });
    expect(refusal('template show')).toMatchObject({ code: 'BadUsage' });
    expect(refusal('plan --region')).toMatchObject({ code: 'BadUsage', path: '--region' });
    expect(refusal('demo now')).toMatchObject({ code: 'BadUsage' });
  });

  it('has every command and flag of the contract', () => {
    const flagsOf = (name: string) =>
      (COMMANDS.find((each) => each.name === name)?.flags ?? []).map(({ flags }) => /--[a-z-]+/.exec(flags)![0]);
    const names = COMMANDS.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(
        (
          'init,template list,template show,template check,template new,generate,plan,apply,verify,destroy,role create,' +
          'role show,role list,role delete,user create,user rotate,user delete,bucket create,bucket policy,cors set,' +
          'cors show,cors check,access-point create,access-point show,access-point delete,policy lint,policy explain,' +
          'policy eval,handoff,sandbox,demo,doctor,completion'
        ).split(','),
      ),
    );
    const connection =
      '--template --method --bucket --create-bucket --role-name --user-name --external-id --remove-external-id ' +
      '--principal --verifier --origin --access-point --sns-topic --param --name';
    for (const command of ['plan', 'apply', 'verify', 'destroy', 'generate', 'handoff', 'init', 'role create']) {
      expect(flagsOf(command)).toEqual(expect.arrayContaining(connection.split(' ')));
    }
    expect(flagsOf('plan')).toEqual(expect.arrayContaining(['--exit-code', '--prune', '--save']));
    expect(flagsOf('apply')).toEqual(
      expect.arrayContaining(
        '--adopt --allow-public --prune --expect --secret-file --rollback-on-failure --save'.split(' '),
      ),
    );
    expect(flagsOf('verify')).toEqual(
      expect.arrayContaining(
        (
          '--mode --strict --require-probe --no-write --allow-unknown --allow-residue --wait --receipt --report ' +
          '--secret-file'
        ).split(' '),
      ),
    );
    expect(flagsOf('generate')).toEqual(expect.arrayContaining('--account --partition --out --format'.split(' ')));
    expect(flagsOf('handoff')).toEqual(expect.arrayContaining('--account --out'.split(' ')));
  });

  it('has a summary and an example for every command', () => {
    for (const { name, summary, examples } of COMMANDS) {
      expect(summary, name).not.toBe('');
      expect(examples.length, name).toBeGreaterThan(0);
      for (const example of examples) expect(example).toContain(`s3connect ${name}`);
    }
  });

  it('parses its own examples', () => {
    for (const { name, examples } of COMMANDS) {
      for (const example of examples) {
        const words = example
          .replace(/^source <\((.*)\)$/, '$1')
          .replace(/ > .*$/, '')
          .split(' ')
          .slice(1);
        expect(parseArguments(words, '0.0.0')?.command.name).toBe(name);
      }
    }
  });

  it('shows examples and global flags in the help of a command', () => {
    let help = '';
    const program = createProgram('0.0.0', () => {});
    const plan = program.commands.find((command) => command.name() === 'plan')!;
    plan.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    plan.outputHelp();
    expect(help).toContain('$ s3connect plan bitmovin-exports --exit-code');
    expect(help).toContain('--endpoint-url');
  });
});
