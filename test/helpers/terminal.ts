import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { PROGRAM } from './cli.js';

const run = promisify(execFile);

/** Whether tmux is there to give the program a real terminal. */
export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The program at a real terminal. */
export interface Terminal {
  /** Everything that was on the screen, from the beginning. */
  screen(): Promise<string>;
  /** Waits until a text stands behind what was seen before. */
  see(text: string): Promise<void>;
  /** Sends keys by tmux's names (`Enter`, `Down`, `C-c`). */
  press(...keys: string[]): Promise<void>;
  /** Types a text and Enter. */
  answer(text: string): Promise<void>;
  /** Waits for the program's end. */
  exitCode(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the built program in tmux (send-keys, capture-pane). */
export async function openTerminal(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Terminal> {
  const socket = `s3connect-${randomUUID()}`;
  const tmux = (...words: string[]) => run('tmux', ['-L', socket, ...words]);
  const environment = Object.entries({
    HOME: options.cwd,
    NO_COLOR: '1',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
    ...options.env,
  }).map(([name, value]) => `${name}='${value}'`);
  const command = `cd '${options.cwd}' && env ${environment.join(' ')} '${process.execPath}' '${PROGRAM}' ${args.join(' ')}; echo "ended with $?"; sleep 600`;
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', '120', '-y', '50', '-s', 'test', command);
  await tmux('set-option', '-g', 'history-limit', '20000');
  let seen = 0;

  const screen = async () => (await tmux('capture-pane', '-p', '-J', '-S', '-', '-t', 'test')).stdout;
  const waitFor = async <T>(find: (text: string) => T | undefined, what: string): Promise<T> => {
    const until = Date.now() + 45_000;
    for (;;) {
      const text = await screen();
      const found = find(text);
      if (found !== undefined) return found;
      if (Date.now() > until) throw new Error(`'${what}' never came to the screen:\n${text.trimEnd()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    screen,
    see: async (text) => {
      seen = await waitFor((all) => {
        const at = all.indexOf(text, seen);
        return at < 0 ? undefined : at + text.length;
      }, text);
    },
    press: async (...keys) => {
      await tmux('send-keys', '-t', 'test', ...keys);
    },
    answer: async (text) => {
      await tmux('send-keys', '-t', 'test', '-l', text);
      await tmux('send-keys', '-t', 'test', 'Enter');
    },
    exitCode: () =>
      waitFor((all) => {
        const code = /ended with (\d+)/.exec(all)?.[1];
        return code === undefined ? undefined : Number(code);
      }, 'ended with'),
    close: async () => {
      await tmux('kill-server');
    },
  };
}
