import { S3ConnectError } from '../errors.js';

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  readonly description?: string;
}

type Validate = (value: string) => true | string;

/** The questions that s3connect asks; a test gives its own. */
export interface Prompter {
  input(message: string, options?: { readonly default?: string; readonly validate?: Validate }): Promise<string>;
  confirm(message: string, byDefault: boolean): Promise<boolean>;
  select<T>(message: string, choices: readonly Choice<T>[]): Promise<T>;
  several<T>(
    message: string,
    choices: readonly Choice<T>[],
    options: { readonly required: boolean; readonly chosen?: readonly T[] },
  ): Promise<readonly T[]>;
}

/** Prompts of inquirer, which is loaded with the first question. Ctrl-C is the error `Interrupted`. */
export function createPrompter(signal: AbortSignal): Prompter {
  const ask = async (question: Readonly<Record<string, unknown>>): Promise<unknown> => {
    signal.throwIfAborted();
    const { default: inquirer } = await import('inquirer');
    try {
      const answers = await inquirer.prompt([{ ...question, name: 'answer' }] as never);
      return (answers as Readonly<Record<string, unknown>>).answer;
    } catch (error) {
      if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) {
        throw new S3ConnectError('Interrupted', 'Interrupted.', { cause: error });
      }
      throw error;
    }
  };
  return {
    input: async (message, options = {}) => String(await ask({ type: 'input', message, ...options })).trim(),
    confirm: async (message, byDefault) => (await ask({ type: 'confirm', message, default: byDefault })) === true,
    select: async <T>(message: string, choices: readonly Choice<T>[]) =>
      (await ask({ type: 'select', message, choices, pageSize: 12, loop: false })) as T,
    several: async <T>(
      message: string,
      choices: readonly Choice<T>[],
      { required, chosen = [] }: { readonly required: boolean; readonly chosen?: readonly T[] },
    ) =>
      (await ask({
        type: 'checkbox',
        message,
        required,
        loop: false,
        choices: choices.map((each) => ({ ...each, checked: chosen.includes(each.value) })),
      })) as readonly T[],
  };
}
