import { type CommandContext, createContext, type GlobalFlags } from '../../src/cli/context.js';

/** A context that collects what a command prints. */
export function testContext(
  flags: Partial<GlobalFlags> = {},
  around: { readonly env?: Record<string, string>; readonly cwd?: string; readonly terminal?: boolean } = {},
): { readonly context: CommandContext; stdout(): string; stderr(): string; abort(): void } {
  let stdout = '';
  let stderr = '';
  const stop = new AbortController();
  const terminal = around.terminal === true;
  const context = createContext(
    {
      file: undefined,
      profile: undefined,
      region: undefined,
      endpointUrl: undefined,
      json: false,
      yes: false,
      input: true,
      color: false,
      quiet: false,
      verbose: false,
      concurrency: 8,
      ...flags,
    },
    {
      stdout: { write: (text: string) => (stdout += text), isTTY: terminal, columns: 100 },
      stderr: { write: (text: string) => (stderr += text), isTTY: false },
      stdin: { isTTY: terminal },
      env: around.env ?? {},
      cwd: around.cwd ?? '/nowhere',
      signal: stop.signal,
    },
  );
  return { context, stdout: () => stdout, stderr: () => stderr, abort: () => stop.abort() };
}
