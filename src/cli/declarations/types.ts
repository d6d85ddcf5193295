import type { CommandModule } from '../context.js';

/** One flag: commander's spelling, what it does, and whether it may be given several times. */
export interface FlagDeclaration {
  readonly flags: string;
  readonly does: string;
  readonly repeat?: true;
}

/** One command as data: program.ts makes commander commands of it, completion and tests walk it. */
export interface CommandDeclaration {
  /** `plan`, or `role create` for a sub-command. */
  readonly name: string;
  /** commander's spelling: `[name...]`, `<file>`. */
  readonly arguments?: string;
  readonly summary: string;
  /** More than the summary where the help should say it. */
  readonly about?: string;
  readonly flags?: readonly FlagDeclaration[];
  readonly examples: readonly string[];
  /** Loads the command's file; nothing of it is loaded before. */
  readonly load: () => Promise<CommandModule>;
}

export const flag = (flags: string, does: string): FlagDeclaration => ({ flags, does });
export const repeated = (flags: string, does: string): FlagDeclaration => ({ flags, does, repeat: true });
